"""Which runtime is fastest here and still ranks as torch in float32 does: measured, not assumed.

A machine is seldom quiet at a first start: documents are indexed, other programs run. So the work
is cut into slices; each is done by every runtime in turn, several times over, and the least time of
each counts. Load that comes and goes falls on all, and a slice that was disturbed once has other
rounds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelError
from core.models.runtime_selection.agreement import (
    AgreementFigure,
    noise_floor,
    ranking_agreement,
    vector_agreement,
)
from core.models.runtime_selection.material import Material
from core.models.scheduler import InferenceScheduler
from core.ports import CrossEncoder, Encoder
from core.schema import FloatMatrix, FloatVector, ModelInfo

SLICE = 5
"""Inputs that are measured in one turn, so that a search need not wait long."""
TIMED = 24
"""So many slices are timed, evenly chosen. All are compared."""
ROUNDS = 3
_LEAST_SECONDS = 1e-9
Model = TypeVar("Model", Encoder, CrossEncoder)
Slice = TypeVar("Slice")
Seconds = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RuntimeResult:
    """One runtime on this machine; ``refused`` says why it may not be used, or is empty.

    ``per_second`` counts pairs for a cross-encoder and passages for an encoder.
    """

    runtime: str
    per_second: float = 0.0
    agreement: tuple[AgreementFigure, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class RuntimeSelection:
    """Which runtime a model has, why, and what was measured.

    ``where`` is the processor and the versions for which the figures hold. ``spread`` is how much
    longer the same work took when it was repeated: what else this machine did meanwhile.
    ``own_passages`` of a person's documents were there to check the agreement on; 0 says that it
    was checked on the samples.
    """

    model: ModelInfo
    reason: str
    results: tuple[RuntimeResult, ...] = ()
    where: str = ""
    measured_at: datetime | None = None
    spread: float = 0.0
    own_passages: int = 0

    @property
    def runtime(self) -> str:
        """The runtime that was selected."""
        return self.model.runtime


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
        return [_scored(model, task.query, task.passages, scheduler) for task in tasks]

    expected = rankings(reference)
    off_topic = [_scored(reference, task.query, task.far, scheduler) for task in tasks if task.far]
    floor = noise_floor(np.concatenate(off_topic) if off_topic else np.zeros(0, np.float32))
    return Work(
        [(task.query, part) for task in tasks for part in _parts(task.passages)],
        lambda model, part: model.score(*part),
        lambda model: ranking_agreement(expected, rankings(model), floor),
    )


def encoder_work(
    reference: Encoder, material: Material, scheduler: InferenceScheduler
) -> Work[Encoder]:
    """Encoding the material's texts, compared with torch in float32."""
    parts = _parts(material.texts)
    expected = _encoded(reference, parts, scheduler)
    return Work(
        [("", part) for part in parts],
        lambda model, part: model.encode(part[1]),
        lambda model: vector_agreement(expected, _encoded(model, parts, scheduler)),
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
        return "No other runtime was faster here and agreed with it."
    ratio = best.per_second / reference.per_second
    return f"{ratio:.1f} times as fast as {reference.runtime} here, and it agrees with it."


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


def _scored(
    model: CrossEncoder, query: str, texts: Sequence[str], scheduler: InferenceScheduler
) -> FloatVector:
    """Logits, the shortest text first."""
    logits = []
    for part in _parts(texts):
        with scheduler.turn(background=True):
            logits.append(model.score(query, part))
    return np.concatenate(logits) if logits else np.zeros(0, np.float32)


def _encoded(
    model: Encoder, parts: Sequence[Sequence[str]], scheduler: InferenceScheduler
) -> FloatMatrix:
    vectors = []
    for part in parts:
        with scheduler.turn(background=True):
            vectors.append(model.encode(part))
    return np.concatenate(vectors)
