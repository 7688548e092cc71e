"""Which runtime is fastest here and still ranks as float32 does: measured, not assumed.

Once behind searches and jobs at a first start, and on demand. A machine is seldom quiet at a first
start: other programs run. So the work is cut into slices; each is done by
every runtime in turn, several times over, and the least time of each counts. Load that comes and
goes falls on all, and a slice that was disturbed once has other rounds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import NoReturn, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelError, NotFound
from core.models.loading import Models
from core.models.openvino.setup import has_amx
from core.models.registry import ModelSpec, verified_hash
from core.models.runtime import (
    FASTER,
    REFERENCE,
    ModelLocation,
    Runtime,
)
from core.models.runtime_selection.agreement import (
    AgreementFigure,
    noise_floor,
    ranking_agreement,
    reference_file,
    vector_agreement,
)
from core.models.runtime_selection.kept import (
    AUTO,
    RuntimeResult,
    RuntimeSelection,
    keep_selection,
    saved_selection,
)
from core.models.runtime_selection.material import Material, OwnPassages, sample_material
from core.models.runtime_selection.trial import tried_cross_encoder, tried_encoder
from core.models.scheduler import InferenceScheduler
from core.ports import CrossEncoder, Encoder
from core.schema import ModelInfo

SLICE = 5
"""Inputs that are measured in one turn, so that a search need not wait long."""
TIMED = 24
"""So many slices are timed, evenly chosen. All are compared."""
ROUNDS = 3
IDLE_SECONDS = 30.0
"""So long nobody has searched and nothing was indexed before runtimes are measured unasked."""
ENOUGH = 100
"""Passages of a person's own from which on runtimes are measured on them."""
BF16, INT8 = "openvino-bf16", "openvino-int8"
AMX_GAIN = 1.1
"""With AMX, int8 must be so many times as fast as bf16, on a person's own passages."""
_LEAST_SECONDS = 1e-9
Turn = Callable[[], AbstractContextManager[None]]
Model = Encoder | CrossEncoder
Input = tuple[str, Sequence[str]]
"""A question, empty for an encoder, and a few texts."""
Slice = TypeVar("Slice")
Seconds = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ModelWork:
    """What every runtime of a model has to do; ``turn`` is held for each call of a model."""

    material: Material
    turn: Turn

    def slices(self, model: Model) -> list[Input]:
        """What is timed, and by what an encoder is compared: a few texts each."""
        if model.info.kind == "encoder":
            return [("", part) for part in _parts(self.material.texts)]
        return [(t.query, part) for t in self.material.tasks for part in _parts(t.passages)]

    def agreement(self, reference: Model) -> Callable[[Model], tuple[AgreementFigure, ...]]:
        """How to compare other runtimes of a model with this one.

        Off-topic pairs (each question with the passages farthest from it) give the noise floor.
        """
        if reference.info.kind == "encoder":
            parts = self.slices(reference)
            vectors = np.concatenate(self._outputs(reference, parts))
            return lambda other: vector_agreement(
                vectors, np.concatenate(self._outputs(other, parts))
            )
        tasks = self.material.tasks
        near: list[Input] = [(task.query, task.passages) for task in tasks]
        logits = self._outputs(reference, near)
        off_topic = self._outputs(reference, [(task.query, task.far) for task in tasks])
        floor = noise_floor(np.concatenate([np.zeros(0, np.float32), *off_topic]))
        return lambda other: ranking_agreement(logits, self._outputs(other, near), floor)

    def _outputs(self, model: Model, parts: Sequence[Input]) -> list[NDArray[np.float32]]:
        outputs = []
        for part in parts:
            with self.turn():
                outputs.append(_computed(model, part))
        return outputs


def _computed(model: Model, part: Input) -> NDArray[np.float32]:
    """Logits of a question's passages, or vectors of texts."""
    if model.info.kind == "encoder":
        return cast(Encoder, model).encode(part[1])
    return cast(CrossEncoder, model).score(*part)


def select(
    reference: Model,
    others: Mapping[str, Callable[[], Model]],
    work: ModelWork,
    least_gain: float = 1.0,
) -> tuple[Model, RuntimeSelection]:
    """The fastest runtime that agrees with the reference, and the record of the measurement.

    Args:
        reference: the runtime that the others are compared with.
        others: how to open each other runtime, by name.
        work: what they do.
        least_gain: how many times as fast as bf16 int8 must be to be taken.
    """
    models = {reference.info.runtime: reference}
    results = {reference.info.runtime: RuntimeResult(reference.info.runtime)}
    agreement = work.agreement(reference)
    for name, opened in others.items():
        try:
            model = opened()
            results[name] = _judged(name, agreement(model))
            models[name] = model
        except ModelError as exc:
            results[name] = RuntimeResult(name, refused=str(exc))
    slices = work.slices(reference)
    timed = slices[:: max(1, len(slices) // TIMED)][:TIMED]
    runners = [partial(_computed, model) for model in models.values()]
    seconds = dict(zip(models, race(runners, timed, work.turn), strict=True))
    inputs = sum(len(texts) for _, texts in timed)
    for name, taken in seconds.items():
        results[name] = replace(results[name], per_second=inputs / least(taken))
    _refuse_small_gain(results, least_gain)
    best = max(
        (name for name in models if not results[name].refused),
        key=lambda name: results[name].per_second,
    )
    return models[best], RuntimeSelection(
        model=models[best].info,
        reason=_reason(results[best], results[reference.info.runtime]),
        results=tuple(results.values()),
        measured_at=datetime.now(UTC),
        spread=max(spread(taken) for taken in seconds.values()),
    )


def _refuse_small_gain(results: dict[str, RuntimeResult], least_gain: float) -> None:
    """Where bf16 is nearly as fast as int8, its digits are worth more."""
    rough, fine = results.get(INT8), results.get(BF16)
    if rough is None or fine is None or rough.refused or fine.refused:
        return
    if rough.per_second < least_gain * fine.per_second:
        words = f"it is not {least_gain:g} times as fast as {BF16}"
        results[INT8] = replace(rough, refused=words)


def _judged(name: str, figures: tuple[AgreementFigure, ...]) -> RuntimeResult:
    failed = [f"{f.name} {f.value:.3f}, below {f.least}" for f in figures if not f.passed]
    return RuntimeResult(name, agreement=figures, refused="; ".join(failed))


def _reason(best: RuntimeResult, reference: RuntimeResult) -> str:
    if best is reference:
        return "No other runtime was faster and agreed with it."
    ratio = best.per_second / reference.per_second
    return f"{ratio:.1f} times as fast as {reference.runtime}, and agrees with it."


def race(
    runners: Sequence[Callable[[Slice], object]],
    slices: Sequence[Slice],
    turn: Turn,
    rounds: int = ROUNDS,
) -> list[Seconds]:
    """Let all runners do each slice in turn; seconds[rounds, slices] of each.

    Every call has a turn of its own: a question waits for one slice at most.
    """
    taken = [np.zeros((rounds, len(slices))) for _ in runners]
    for at in np.ndindex(rounds, len(slices)):
        for seconds, run in zip(taken, runners, strict=True):
            with turn():
                begun = time.perf_counter()
                run(slices[at[1]])
                seconds[at] = max(time.perf_counter() - begun, _LEAST_SECONDS)
    return taken


def least(seconds: Seconds) -> float:
    """Seconds that all slices take when nothing disturbs: the least of each slice, added up."""
    return max(float(seconds.min(axis=0).sum()), _LEAST_SECONDS)


def spread(seconds: Seconds) -> float:
    """How much longer the same work took in another round; 0.1 is a tenth.

    The second least of each slice against the least: 0 on a machine that does nothing else.

    >>> round(spread(np.array([[1.0, 2.0], [1.5, 2.0], [9.0, 9.0]])), 3)  # 3.5 / 3
    0.167
    """
    if len(seconds) < 2 or not seconds.size:
        return 0.0
    ordered = np.sort(seconds, axis=0)
    return float(ordered[1].sum() / ordered[0].sum() - 1)


def _parts(texts: Sequence[str]) -> list[list[str]]:
    """A few texts at a time, the shortest first: short ones are not padded to long ones."""
    by_length = sorted(texts, key=len)
    return [by_length[start : start + SLICE] for start in range(0, len(texts), SLICE)]


@dataclass(frozen=True, slots=True)
class Measuring:
    """Measures both models once they are loaded, and has the faster runtimes used.

    Agreement is checked on the person's own passages once there are ``ENOUGH``: a runtime that
    agrees with the reference on the samples need not do so on other documents.
    """

    models: Models
    encoder: ModelLocation
    cross_encoder: ModelLocation
    wanted: str
    own_passages: OwnPassages

    def once(self, working: Callable[[], bool]) -> None:
        """Measure what was never measured here with these versions, unless a runtime is set.

        It waits until nobody has searched for a while and no job is ``working``, and again before
        every call of a model.

        Raises:
            SecondLookError: a model failed, or the program ends (``Stopping``).
        """
        if self.wanted != AUTO:
            return
        self.models.plain()
        scheduler = self.models.scheduler
        scheduler.wait_until_idle(IDLE_SECONDS, working)

        @contextmanager
        def turn() -> Iterator[None]:
            scheduler.wait_until_idle(0.0, working)
            with scheduler.turn(background=True):
                yield

        self._both(turn, again=False)

    def again(self) -> None:
        """Measure both, whatever was measured before; use the faster ones unless one is set.

        Raises:
            SecondLookError: a model failed, they are being measured now, or have one runtime only.
        """
        if not self._both(partial(self.models.scheduler.turn, background=True), again=True):
            raise ModelError(
                "These models have no other runtimes.",
                "Only models in a local folder that use no prompts have other runtimes.",
            )

    def _both(self, turn: Turn, *, again: bool) -> bool:
        """Whether there was anything to measure."""
        models = self.models
        encoder_on, cross_encoder_on = models.plain()
        if not models.measuring.acquire(blocking=False):
            raise ModelError("The runtimes are being measured now.", "Wait until this is done.")
        try:
            measured = self._measure(cross_encoder_on, self.cross_encoder, turn, again=again)
            return self._measure(encoder_on, self.encoder, turn, again=again) or measured
        finally:
            models.measuring.release()

    def _measure(self, on: Model, location: ModelLocation, turn: Turn, *, again: bool) -> bool:
        """Whether there was anything to measure."""
        if not _has_others(on.info, location.spec):
            return False
        if not again and _is_measured(on.info, location):
            return False
        work = ModelWork(self._material(), turn)
        own_passages = work.material.own_passages
        opened = partial(_opened, self.models.scheduler, location, on)
        reference = opened(_reference(on.info))
        others: dict[str, Callable[[], Model]] = {
            name: partial(opened, name) for name in FASTER if name != reference.info.runtime
        }
        if has_amx() and not own_passages:
            others[INT8] = _not_tried
        best, selection = select(reference, others, work, AMX_GAIN if has_amx() else 1.0)
        keep_selection(replace(selection, own_passages=own_passages), location)
        if self.wanted == AUTO and best.info != on.info:
            self._use(best)
        return True

    def _use(self, model: Model) -> None:
        if model.info.kind == "encoder":
            self.models.replace_encoder(cast(Encoder, model))
        else:
            self.models.replace_cross_encoder(cast(CrossEncoder, model))

    def _material(self) -> Material:
        """A person's own passages once there are enough of them, else the samples'."""
        encoder = self.models.wait_in_background()
        if self.own_passages.count() < ENOUGH:
            return sample_material(encoder)
        return self.own_passages.material(encoder)


def _opened(
    scheduler: InferenceScheduler, location: ModelLocation, on: Model, runtime: Runtime
) -> Model:
    """The model on this runtime; the one that is on is not opened twice."""
    if runtime == on.info.runtime:
        return on
    with scheduler.beside():
        if location.spec.kind == "encoder":
            return tried_encoder(location, runtime)
        return tried_cross_encoder(location, runtime)


def _reference(info: ModelInfo) -> Runtime:
    """What the others are compared with: torch only where it is needed.

    With the bundled models lies what torch gave, and a first start held OpenVINO against it.
    """
    held = reference_file(info.sha256).is_file() and info.runtime != REFERENCE
    return "openvino-f32" if held else REFERENCE


def _not_tried() -> NoReturn:
    raise ModelError(
        f"It is not tried on this processor, where {BF16} is as fast, before your documents have "
        f"{ENOUGH} passages to check it on."
    )


def _has_others(info: ModelInfo, spec: ModelSpec) -> bool:
    """Whether a model that is on could have another runtime.

    Another model than the location's, one that reads prompts, and one whose weights are not known
    by hash keep the runtime that they have.
    """
    prompted = spec.query_prompt or spec.passage_prompt
    return info.name == spec.name and not prompted and bool(verified_hash(spec))


def _is_measured(info: ModelInfo, location: ModelLocation) -> bool:
    """Whether it was, and what is on is computed as it was then."""
    try:
        model = saved_selection(location).model
    except NotFound:
        return False
    return model.runtime != info.runtime or model.computed == info.computed
