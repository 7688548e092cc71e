"""Which runtime is fastest here and still ranks as torch in float32 does: measured, not assumed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

import numpy as np

from core.errors import ModelError
from core.ports import CrossEncoder, Encoder
from core.rank.agreement import Measure, noise_floor, ranking_agreement, vector_agreement
from core.rank.gate import InferenceGate
from core.rank.probe import Group
from core.schema import FloatMatrix, FloatVector, ModelInfo

SLICE = 5
"""Inputs that are measured in one turn, so that a search need not wait long."""
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
    ``where`` is the processor and the versions for which the figures hold.
    """

    model: ModelInfo
    reason: str
    trials: tuple[Trial, ...] = ()
    where: str = ""
    measured_at: datetime | None = None

    @property
    def runtime(self) -> str:
        """The runtime that is on."""
        return self.model.runtime


Opener = Callable[[], Model]


def tune_cross_encoder(
    reference: CrossEncoder,
    others: Mapping[str, Opener[CrossEncoder]],
    groups: Sequence[Group],
    gate: InferenceGate,
) -> tuple[CrossEncoder, RuntimeChoice]:
    """The fastest cross-encoder that passes, and the record of the measurement.

    Everything runs in the gate's background turns. Off-topic pairs (each question with the
    passages farthest from it) give the noise floor.

    Args:
        reference: torch in float32.
        others: how to open each other runtime, by name.
        groups: what is reranked.
        gate: whose turns are taken.
    """
    near = [(group.query, group.passages) for group in groups]
    far = [(group.query, group.far) for group in groups if group.far]
    expected, speed = _timed(lambda lists: _scored(reference, lists, gate), near)
    off_topic = _scored(reference, far, gate)[0]
    floor = noise_floor(np.concatenate(off_topic) if off_topic else np.zeros(0, np.float32))

    def trial(model: CrossEncoder) -> Trial:
        got, per_second = _timed(lambda lists: _scored(model, lists, gate), near)
        return Trial(model.info.runtime, per_second, ranking_agreement(expected, got, floor))

    return _choose(reference, Trial(reference.info.runtime, speed), others, trial)


def tune_encoder(
    reference: Encoder,
    others: Mapping[str, Opener[Encoder]],
    texts: Sequence[str],
    gate: InferenceGate,
) -> tuple[Encoder, RuntimeChoice]:
    """The fastest encoder whose vectors are the reference's, and the record of the measurement."""
    expected, speed = _timed(lambda lists: _encoded(reference, lists, gate), texts)

    def trial(model: Encoder) -> Trial:
        got, per_second = _timed(lambda lists: _encoded(model, lists, gate), texts)
        measures = vector_agreement(np.concatenate(expected), np.concatenate(got))
        return Trial(model.info.runtime, per_second, measures)

    return _choose(reference, Trial(reference.info.runtime, speed), others, trial)


def _choose(
    reference: Model,
    first: Trial,
    others: Mapping[str, Opener[Model]],
    trial: Callable[[Model], Trial],
) -> tuple[Model, RuntimeChoice]:
    best, best_trial, trials = reference, first, [first]
    for name, opener in others.items():
        try:
            model = opener()
            judged = _judged(trial(model))
        except ModelError as exc:
            trials.append(Trial(name, refused=str(exc)))
            continue
        trials.append(judged)
        if not judged.refused and judged.per_second > best_trial.per_second:
            best, best_trial = model, judged
    return best, RuntimeChoice(
        model=best.info,
        reason=_reason(best_trial, first),
        trials=tuple(trials),
        measured_at=datetime.now(UTC),
    )


def _judged(trial: Trial) -> Trial:
    failed = [m for m in trial.measures if not m.passed]
    words = [f"{m.name} {m.value:.3f}, below {m.least}" for m in failed]
    return replace(trial, refused="; ".join(words))


def _reason(best: Trial, first: Trial) -> str:
    if best is first:
        return "No other runtime was faster here and agreed with it."
    ratio = best.per_second / first.per_second
    return f"{ratio:.1f} times as fast as {first.runtime} here, and it agrees with it."


T = TypeVar("T")
Lists = TypeVar("Lists")


def _timed(run: Callable[[Lists], tuple[T, float, int]], lists: Lists) -> tuple[T, float]:
    """The result, and inputs a second of the faster of two runs: a first one compiles shapes."""
    runs = [run(lists) for _ in range(2)]
    return runs[0][0], max(count / max(seconds, 1e-9) for _, seconds, count in runs)


def _scored(
    model: CrossEncoder, lists: Sequence[tuple[str, Sequence[str]]], gate: InferenceGate
) -> tuple[list[FloatVector], float, int]:
    """Logits of each list, seconds inside the turns, and the number of pairs."""
    found, seconds = [], 0.0
    for query, passages in lists:
        logits = np.zeros(len(passages), np.float32)
        by_length = sorted(range(len(passages)), key=lambda i: len(passages[i]))
        for start in range(0, len(passages), SLICE):
            part = by_length[start : start + SLICE]
            with gate.turn(background=True):
                begun = time.perf_counter()
                logits[part] = model.score(query, [passages[i] for i in part])
                seconds += time.perf_counter() - begun
        found.append(logits)
    return found, seconds, sum(map(len, found))


def _encoded(
    model: Encoder, texts: Sequence[str], gate: InferenceGate
) -> tuple[list[FloatMatrix], float, int]:
    """Vectors in parts, seconds inside the turns, and the number of texts."""
    found, seconds = [], 0.0
    ordered = sorted(texts, key=len)
    for start in range(0, len(ordered), SLICE):
        with gate.turn(background=True):
            begun = time.perf_counter()
            found.append(model.encode(ordered[start : start + SLICE]))
            seconds += time.perf_counter() - begun
    return found, seconds, len(texts)
