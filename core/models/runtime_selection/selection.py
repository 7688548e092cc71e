"""Which runtime is fastest here and still ranks as torch in float32 does: measured, not assumed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Generic, TypeVar

import numpy as np

from core.errors import ModelError
from core.models.runtime_selection.agreement import (
    Measure,
    noise_floor,
    ranking_agreement,
    vector_agreement,
)
from core.models.runtime_selection.probe import Group
from core.models.runtime_selection.timing import Seconds, lead, least, race, spread
from core.models.scheduler import InferenceScheduler
from core.ports import CrossEncoder, Encoder
from core.schema import FloatMatrix, FloatVector, ModelInfo

SLICE = 5
"""Inputs that are measured in one turn, so that a search need not wait long."""
RACED = 24
"""So many slices are timed, evenly chosen: enough for an interval. All are compared."""
Model = TypeVar("Model", Encoder, CrossEncoder)


@dataclass(frozen=True, slots=True)
class Trial:
    """One runtime on this machine; ``refused`` says why it may not be used, or is empty."""

    runtime: str
    per_second: float = 0.0
    measures: tuple[Measure, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class RuntimeChoice:
    """Which runtime a model has, why, and what was measured.

    ``per_second`` of a trial counts pairs for a cross-encoder and passages for an encoder.
    ``where`` is the processor and the versions for which the figures hold. ``settled``: the times
    were clear enough to say which runtime is the fastest; if not, it is measured again at another
    start, at most until ``tries`` is used up. ``spread`` is how much longer the same work took
    when it was repeated: what else this machine did meanwhile. ``of`` passages of a person's own
    documents were there to check the agreement on; 0 says that it was checked on the samples.
    """

    model: ModelInfo
    reason: str
    trials: tuple[Trial, ...] = ()
    where: str = ""
    measured_at: datetime | None = None
    settled: bool = False
    tries: int = 0
    spread: float = 0.0
    of: int = 0

    @property
    def runtime(self) -> str:
        """The runtime that is on."""
        return self.model.runtime


Opener = Callable[[], Model]
Agreement = Callable[[Model], tuple[Measure, ...]]


@dataclass(frozen=True, slots=True)
class _Slice:
    """A few inputs of one call: of a group's list, the passages at these places."""

    group: int
    places: tuple[int, ...]
    query: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Work(Generic[Model]):
    """What every runtime has to do, and how its results are compared with the reference's."""

    slices: Sequence[_Slice]
    run: Callable[[Model, _Slice], object]
    agreement: Agreement[Model]
    scheduler: InferenceScheduler

    @property
    def raced(self) -> Sequence[_Slice]:
        """The slices that are timed."""
        return self.slices[:: max(1, len(self.slices) // RACED)][:RACED]

    def race(self, *models: Model) -> list[Seconds]:
        """Seconds of each model, in turn."""
        return race([partial(self.run, model) for model in models], self.raced, self.scheduler)

    def per_second(self, seconds: Seconds) -> float:
        """Inputs a second when nothing disturbs."""
        return sum(len(part.texts) for part in self.raced) / max(least(seconds), 1e-9)


def tune_cross_encoder(
    reference: CrossEncoder,
    others: Mapping[str, Opener[CrossEncoder]],
    groups: Sequence[Group],
    scheduler: InferenceScheduler,
) -> tuple[CrossEncoder, RuntimeChoice]:
    """The fastest cross-encoder that passes, and the record of the measurement.

    Everything runs in the scheduler's background turns. Off-topic pairs (each question with the
    passages farthest from it) give the noise floor.

    Args:
        reference: torch in float32.
        others: how to open each other runtime, by name.
        groups: what is reranked.
        scheduler: whose turns are taken.
    """
    agreement = cross_encoder_agreement(reference, groups, scheduler)
    work = _Work(
        _near(groups), lambda model, part: model.score(part.query, part.texts), agreement, scheduler
    )
    return _choose(reference, others, work)


def cross_encoder_agreement(
    reference: CrossEncoder, groups: Sequence[Group], scheduler: InferenceScheduler
) -> Agreement[CrossEncoder]:
    """What measures how nearly another runtime ranks these groups as the reference does."""
    near = _near(groups)
    far = _slices([(group.query, group.far) for group in groups if group.far])
    expected = _scored(reference, near, scheduler)
    off_topic = _scored(reference, far, scheduler)
    floor = noise_floor(np.concatenate(off_topic) if off_topic else np.zeros(0, np.float32))
    return lambda model: ranking_agreement(expected, _scored(model, near, scheduler), floor)


def tune_encoder(
    reference: Encoder,
    others: Mapping[str, Opener[Encoder]],
    texts: Sequence[str],
    scheduler: InferenceScheduler,
) -> tuple[Encoder, RuntimeChoice]:
    """The fastest encoder whose vectors are the reference's, and the record of the measurement."""
    agreement = encoder_agreement(reference, texts, scheduler)
    slices = _slices([("", texts)])
    work = _Work(slices, lambda model, part: model.encode(part.texts), agreement, scheduler)
    return _choose(reference, others, work)


def encoder_agreement(
    reference: Encoder, texts: Sequence[str], scheduler: InferenceScheduler
) -> Agreement[Encoder]:
    """What measures how near another runtime's vectors of these texts are to the reference's."""
    slices = _slices([("", texts)])
    expected = _encoded(reference, slices, scheduler)
    return lambda model: vector_agreement(expected, _encoded(model, slices, scheduler))


def _choose(
    reference: Model, others: Mapping[str, Opener[Model]], work: _Work[Model]
) -> tuple[Model, RuntimeChoice]:
    """Each runtime that agrees races the fastest one so far.

    Times of different races are not compared, for the machine may be busier in one of them: a
    runtime's speed is that of the one it raced, times its lead.
    """
    best, settled, disturbed, first = reference, True, 0.0, reference.info.runtime
    trials: list[Trial] = []
    speeds: dict[str, float] = {}
    for name, opener in others.items():
        try:
            with work.scheduler.beside():
                model = opener()
            trial = _judged(Trial(name, measures=work.agreement(model)))
            before, own = work.race(best, model)
        except ModelError as exc:
            trials.append(Trial(name, refused=str(exc)))
            continue
        found = lead(own, before)
        known = speeds.setdefault(best.info.runtime, work.per_second(before))
        speeds[name] = known * found.ratio
        trials.append(replace(trial, per_second=speeds[name]))
        disturbed = max(disturbed, spread(before), spread(own))
        if not trial.refused:
            settled = settled and found.settled
            best = model if found.ratio > 1 else best
    if first not in speeds:  # no other runtime can be had here
        speeds[first] = work.per_second(work.race(reference)[0])
    return best, RuntimeChoice(
        model=best.info,
        reason=_reason(best.info.runtime, first, speeds),
        trials=(Trial(first, speeds[first]), *trials),
        measured_at=datetime.now(UTC),
        settled=settled,
        spread=disturbed,
    )


def _judged(trial: Trial) -> Trial:
    failed = [m for m in trial.measures if not m.passed]
    words = [f"{m.name} {m.value:.3f}, below {m.least}" for m in failed]
    return replace(trial, refused="; ".join(words))


def _reason(best: str, first: str, speeds: Mapping[str, float]) -> str:
    if best == first:
        return "No other runtime was faster here and agreed with it."
    ratio = speeds[best] / speeds[first]
    return f"{ratio:.1f} times as fast as {first} here, and it agrees with it."


def _near(groups: Sequence[Group]) -> list[_Slice]:
    return _slices([(group.query, group.passages) for group in groups])


def _slices(lists: Sequence[tuple[str, Sequence[str]]]) -> list[_Slice]:
    """Each list in parts of a few inputs, the shortest first."""
    found = []
    for group, (query, texts) in enumerate(lists):
        by_length = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(texts), SLICE):
            places = tuple(by_length[start : start + SLICE])
            found.append(_Slice(group, places, query, tuple(texts[i] for i in places)))
    return found


def _scored(
    model: CrossEncoder, slices: Sequence[_Slice], scheduler: InferenceScheduler
) -> list[FloatVector]:
    """Logits of each list, in its order."""
    found: dict[int, dict[int, float]] = {}
    for part in slices:
        with scheduler.turn(background=True):
            logits = model.score(part.query, part.texts)
        found.setdefault(part.group, {}).update(zip(part.places, map(float, logits), strict=True))
    return [np.array([of[i] for i in sorted(of)], np.float32) for of in found.values()]


def _encoded(
    model: Encoder, slices: Sequence[_Slice], scheduler: InferenceScheduler
) -> FloatMatrix:
    """Vectors of all texts, the shortest first."""
    found = []
    for part in slices:
        with scheduler.turn(background=True):
            found.append(model.encode(part.texts))
    return np.concatenate(found)
