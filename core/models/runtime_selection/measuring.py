"""Which runtime is fastest here and still ranks as torch in float32 does: measured, not assumed.

Once behind the searches at a first start, and on demand. A machine is seldom quiet at a first
start: documents are indexed, other programs run. So the work is cut into slices; each is done by
every runtime in turn, several times over, and the least time of each counts. Load that comes and
goes falls on all, and a slice that was disturbed once has other rounds.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelError, NotFound, SecondLookError, Stopping
from core.models.loading import Models
from core.models.registry import ModelKind, ModelSpec, verified_hash
from core.models.runtime import (
    FASTER,
    REFERENCE,
    ModelLocation,
    Runtime,
    open_cross_encoder,
    open_encoder,
)
from core.models.runtime_selection.agreement import (
    AgreementFigure,
    noise_floor,
    ranking_agreement,
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
from core.models.scheduler import InferenceScheduler, ScheduledCrossEncoder, ScheduledEncoder
from core.ports import CrossEncoder, Encoder
from core.schema import FloatMatrix, FloatVector, ModelInfo

SLICE = 5
"""Inputs that are measured in one turn, so that a search need not wait long."""
TIMED = 24
"""So many slices are timed, evenly chosen. All are compared."""
ROUNDS = 3
IDLE_SECONDS = 30.0
"""So long nobody has searched and nothing was indexed before runtimes are measured unasked."""
ENOUGH = 100
"""Passages of a person's own from which on the agreement is checked on them."""
_LEAST_SECONDS = 1e-9
_LOG = logging.getLogger(__name__)
Model = TypeVar("Model", Encoder, CrossEncoder)
Slice = TypeVar("Slice")
Seconds = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Work(Generic[Model]):
    """What every runtime has to do, and how it is compared with the reference.

    ``slices`` are a question (empty for an encoder) with a few texts each.
    """

    slices: Sequence[tuple[str, Sequence[str]]]
    run: Callable[[Model, tuple[str, Sequence[str]]], object]
    agreement: Callable[[Model], tuple[AgreementFigure, ...]]


def cross_encoder_work(
    reference: CrossEncoder, material: Material, scheduler: InferenceScheduler
) -> Work[CrossEncoder]:
    """Reranking the material's tasks, compared with torch in float32.

    Off-topic pairs (each question with the passages farthest from it) give the noise floor.
    """
    tasks = material.tasks

    def rankings(model: CrossEncoder) -> list[FloatVector]:
        turns = ScheduledCrossEncoder(model, scheduler, background=True)
        return [turns.score(task.query, task.passages) for task in tasks]

    expected = rankings(reference)
    turns = ScheduledCrossEncoder(reference, scheduler, background=True)
    off_topic = [turns.score(task.query, task.far) for task in tasks]
    floor = noise_floor(np.concatenate([np.zeros(0, np.float32), *off_topic]))
    return Work(
        [(task.query, part) for task in tasks for part in _parts(task.passages)],
        lambda model, part: model.score(*part),
        lambda model: ranking_agreement(expected, rankings(model), floor),
    )


def encoder_work(
    reference: Encoder, material: Material, scheduler: InferenceScheduler
) -> Work[Encoder]:
    """Encoding the material's texts, compared with torch in float32."""

    def vectors(model: Encoder) -> FloatMatrix:
        return ScheduledEncoder(model, scheduler, background=True).encode(material.texts)

    expected = vectors(reference)
    return Work(
        [("", part) for part in _parts(material.texts)],
        lambda model, part: model.encode(part[1]),
        lambda model: vector_agreement(expected, vectors(model)),
    )


def select(
    reference: Model,
    others: Mapping[str, Callable[[], Model]],
    work: Work[Model],
    scheduler: InferenceScheduler,
) -> tuple[Model, RuntimeSelection]:
    """The fastest runtime that agrees with the reference, and the record of the measurement.

    Everything runs in the scheduler's background turns.

    Args:
        reference: torch in float32.
        others: how to open each other runtime, by name.
        work: what they do.
        scheduler: whose turns are taken.
    """
    models = {reference.info.runtime: reference}
    results = {reference.info.runtime: RuntimeResult(reference.info.runtime)}
    for name, opened in others.items():
        try:
            with scheduler.beside():
                model = opened()
            results[name] = _judged(name, work.agreement(model))
            models[name] = model
        except ModelError as exc:
            results[name] = RuntimeResult(name, refused=str(exc))
    timed = work.slices[:: max(1, len(work.slices) // TIMED)][:TIMED]
    runners = [partial(work.run, model) for model in models.values()]
    seconds = dict(zip(models, race(runners, timed, scheduler), strict=True))
    inputs = sum(len(texts) for _, texts in timed)
    for name, taken in seconds.items():
        results[name] = replace(results[name], per_second=inputs / least(taken))
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
    scheduler: InferenceScheduler,
    rounds: int = ROUNDS,
) -> list[Seconds]:
    """Let all runners do each slice in turn; seconds[rounds, slices] of each.

    Every call has a background turn of its own: a question waits for one slice at most.
    """
    taken = [np.zeros((rounds, len(slices))) for _ in runners]
    for at in np.ndindex(rounds, len(slices)):
        for seconds, run in zip(taken, runners, strict=True):
            with scheduler.turn(background=True):
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
class _Measured(Generic[Model]):
    """One of both models, and what is its kind's own in a measurement."""

    kind: ModelKind
    on: Model
    location: ModelLocation
    opened: Callable[[ModelLocation, Runtime], Model]
    work: Callable[[Model, Material, InferenceScheduler], Work[Model]]
    use: Callable[[Model], None]


@dataclass(frozen=True, slots=True)
class Measuring:
    """Measures both models once they are loaded, and has the faster runtimes used.

    For ``Models(afterwards=...)``: it does nothing when a runtime is set, or was measured here
    before with the same versions. A runtime that agrees with the reference on the samples need not
    do so on other documents, so whoever measures ``again`` may give their ``own_passages``.
    """

    encoder: ModelLocation
    cross_encoder: ModelLocation
    wanted: str
    own_passages: OwnPassages | None = None

    def __call__(self, models: Models) -> None:
        """Measure what was never measured here, once nobody searches and nothing is indexed."""
        if self.wanted != AUTO:
            return
        try:
            models.scheduler.wait_until_idle(IDLE_SECONDS)
            self._both(models, again=False)
        except Stopping:
            _LOG.info("The runtimes will be measured at the next start.")
        except SecondLookError as exc:
            _LOG.warning("The runtimes were not measured: %s", exc)

    def again(self, models: Models) -> None:
        """Measure both, whatever was measured before; use the faster ones unless one is set.

        Raises:
            SecondLookError: a model failed, they are being measured now, or have one runtime only.
        """
        if not self._both(models, again=True):
            raise ModelError(
                "These models have no other runtimes.",
                "Only models in a local folder that use no prompts have other runtimes.",
            )

    def _both(self, models: Models, *, again: bool) -> bool:
        """Whether there was anything to measure."""
        encoder_on, cross_encoder_on = models.plain()
        if not models.measuring.acquire(blocking=False):
            raise ModelError("The runtimes are being measured now.", "Wait until this is done.")
        cross_encoder = _Measured(
            *("cross_encoder", cross_encoder_on, self.cross_encoder),
            *(open_cross_encoder, cross_encoder_work, models.replace_cross_encoder),
        )
        encoder = _Measured(
            *("encoder", encoder_on, self.encoder),
            *(open_encoder, encoder_work, models.replace_encoder),
        )
        try:
            measured = self._measure(models, cross_encoder, again=again)
            return self._measure(models, encoder, again=again) or measured
        finally:
            models.measuring.release()

    def _measure(self, models: Models, model: _Measured[Model], *, again: bool) -> bool:
        """Whether there was anything to measure."""
        info, location, scheduler = model.on.info, model.location, models.scheduler
        if not _has_others(info, location.spec):
            return False
        if not again and _is_measured(info, location, model.kind):
            return False
        openers: dict[str, Callable[[], Model]] = {
            name: partial(model.opened, location, name) for name in (REFERENCE, *FASTER)
        }
        openers[info.runtime] = lambda: model.on  # it is not opened twice
        material = self._material(models.wait_in_background())
        with scheduler.beside():
            reference = openers.pop(REFERENCE)()
        work = model.work(reference, material, scheduler)
        best, selection = select(reference, openers, work, scheduler)
        selection = replace(selection, own_passages=material.own_passages)
        keep_selection(selection, location, model.kind)
        if self.wanted == AUTO and best.info != info:
            model.use(best)
        return True

    def _material(self, encoder: Encoder) -> Material:
        """A person's own passages once there are enough of them, else the samples'."""
        if self.own_passages is None or self.own_passages.count() < ENOUGH:
            return sample_material(encoder)
        return self.own_passages.material(encoder)


def _has_others(info: ModelInfo, spec: ModelSpec) -> bool:
    """Whether a model that is on could have another runtime.

    Another model than the location's, one that reads prompts, and one whose weights are not known
    by hash keep the runtime that they have.
    """
    prompted = spec.query_prompt or spec.passage_prompt
    return info.name == spec.name and not prompted and bool(verified_hash(spec))


def _is_measured(info: ModelInfo, location: ModelLocation, kind: ModelKind) -> bool:
    """Whether it was, and what is on is computed as it was then."""
    try:
        model = saved_selection(location, kind).model
    except NotFound:
        return False
    return model.runtime != info.runtime or model.computed == info.computed
