"""What cascades of several sizes would lose and take on one question that was read in full."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.ports import CrossEncoder
from core.schema import Candidate, Comparison, FloatVector, Reranked
from core.search.cascade import beginning, cascade_loss

PACED = 16
"""Pairs that are read to know what one takes here and now."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Milliseconds a pair takes, read in full and by the cheap pass; no kept score helps."""

    full: float
    cheap: float


@dataclass(frozen=True, slots=True)
class CascadePoint:
    """The full model reads ``full`` candidates after a cheap pass over all.

    ``kept`` is the share of the full pass's top n that is in the cascade's, 0 to 1.
    """

    full: int
    kept: float
    milliseconds: float


def measure_pace(
    cross_encoder: CrossEncoder,
    query: str,
    candidates: Sequence[Candidate],
    clock: Callable[[], float] = time.perf_counter,
) -> Pace:
    """Read some candidates, evenly spread, once in full and once their beginnings.

    Args:
        cross_encoder: the model itself, not one that keeps scores.
        query: the question.
        candidates: at least one.
        clock: in seconds.
    """
    step = max(1, len(candidates) // PACED)
    passages = [candidate.chunk.passage for candidate in candidates[::step][:PACED]]

    def took(texts: Sequence[str]) -> float:
        begun = clock()
        cross_encoder.score(query, texts)
        return 1000 * (clock() - begun) / len(texts)

    return Pace(took(passages), took([beginning(text) for text in passages]))


def cheap_logits(
    cross_encoder: CrossEncoder, query: str, candidates: Sequence[Candidate]
) -> FloatVector:
    """What the cheap pass of a cascade gives: float32[n], in the order of the candidates."""
    return cross_encoder.score(query, [beginning(c.chunk.passage) for c in candidates])


def cascade_points(
    candidates: Sequence[Candidate],
    logits: FloatVector,
    cheap: FloatVector,
    sizes: Sequence[int],
    pace: Pace,
    top_n: int = 5,
) -> tuple[CascadePoint, ...]:
    """Each size below the number of candidates, then the full pass, which needs no cheap one.

    Raises:
        InputError: the top n is below 1.
    """
    n = len(candidates)
    points = [
        CascadePoint(
            full=size,
            kept=1.0 - cascade_loss(candidates, logits, cheap, size, top_n),
            milliseconds=pace.cheap * n + pace.full * size,
        )
        for size in sorted(set(sizes))
        if size < n
    ]
    return (*points, CascadePoint(n, 1.0, pace.full * n))


def lost_against(full: Comparison, made: Comparison) -> tuple[Reranked, ...]:
    """Passages of the full pass's top n that another comparison's top n does not have."""
    top_n = made.settings.top_n
    kept = {item.chunk.id for item in made.reranked[:top_n]}
    return tuple(item for item in full.reranked[:top_n] if item.chunk.id not in kept)
