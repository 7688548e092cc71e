"""Does a faster runtime still rank as the reference does?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.schema import FloatMatrix, FloatVector

LEAST_OVERLAP = 0.95
LEAST_TAU = 0.95
LEAST_COSINE = 0.999
DEPTH = 10


@dataclass(frozen=True, slots=True)
class AgreementFigure:
    """A figure and the least that is asked of it; both are shares, 1 is full agreement."""

    name: str
    value: float
    least: float

    @property
    def passed(self) -> bool:
        """Whether it is enough."""
        return self.value >= self.least


def order(logits: FloatVector) -> list[int]:
    """Positions by falling logit; ties keep the order given."""
    return [int(position) for position in np.argsort(-logits, kind="stable")]


def top_overlap(reference: FloatVector, other: FloatVector, depth: int = DEPTH) -> float:
    """Share of the reference's first ``depth`` passages that are among the other's first.

    Example: first three ``[a, b, c]`` and ``[c, a, d]`` have 2 of 3 in common.
    """
    size = min(depth, len(reference))
    if size == 0:
        return 1.0
    return len({*order(reference)[:size]} & {*order(other)[:size]}) / size


def pooled_tau(
    reference: Sequence[FloatVector], other: Sequence[FloatVector], floor: float
) -> float:
    """Kendall's tau over all pairs of passages of the same question, (C - D) / (C + D).

    Only passages that the reference puts above ``floor`` count: below it the order is chance.
    Pairs that either list ties count neither way. 1 when no pair is left to compare.

    Args:
        reference: logits of each question's passages, float32[n].
        other: the same passages by another runtime.
        floor: a logit.
    """
    agreeing = differing = 0
    for ours, theirs in zip(reference, other, strict=True):
        above = ours > floor
        first = np.sign(np.subtract.outer(ours[above], ours[above]))
        product = first * np.sign(np.subtract.outer(theirs[above], theirs[above]))
        agreeing += int((product > 0).sum()) // 2
        differing += int((product < 0).sum()) // 2
    total = agreeing + differing
    return (agreeing - differing) / total if total else 1.0


def noise_floor(off_topic: FloatVector) -> float:
    """The logit that 95% of off-topic pairs stay below; minus infinity without any."""
    return float(np.quantile(off_topic, 0.95)) if len(off_topic) else float("-inf")


def ranking_agreement(
    reference: Sequence[FloatVector], other: Sequence[FloatVector], floor: float
) -> tuple[AgreementFigure, ...]:
    """The two figures that decide whether a cross-encoder's runtime may be used."""
    overlaps = [top_overlap(a, b) for a, b in zip(reference, other, strict=True)]
    return (
        AgreementFigure(
            "mean top-10 overlap", float(np.mean(overlaps)) if overlaps else 1.0, LEAST_OVERLAP
        ),
        AgreementFigure(
            "tau above the noise floor", pooled_tau(reference, other, floor), LEAST_TAU
        ),
    )


def vector_agreement(reference: FloatMatrix, other: FloatMatrix) -> tuple[AgreementFigure, ...]:
    """The figure that decides for an encoder: the least cosine of a text's two unit vectors."""
    cosines = np.einsum("ij,ij->i", reference, other)
    least = float(cosines.min()) if len(cosines) else 1.0
    return (AgreementFigure("least cosine", least, LEAST_COSINE),)
