"""Which candidates the full model reads after a cheap pass, and what that costs and loses."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import InputError
from core.ports import CrossEncoder
from core.schema import Candidate, Comparison, FloatVector, Reranked
from core.search.depth import DepthPoint
from core.search.ordering import blended_order, by_logit
from core.text.overlap import overlap_at

CHEAP_CHARACTERS = 300
"""What the cheap pass reads of a passage: about 64 tokens (decision 52)."""
CHEAP_WEIGHT = 0.5
"""Of the cheap pass against the first stage, when the best are chosen (decision 52)."""

PACED = 16
"""Pairs that are read to know what one takes here and now."""


def beginning(passage: str, most: int = CHEAP_CHARACTERS) -> str:
    """At most so many characters, up to the end of a word where there is one.

    >>> beginning("one two three", most=9)
    'one two'
    """
    if len(passage) <= most:
        return passage
    cut = passage[:most]
    pieces = cut.rsplit(maxsplit=1)
    whole = passage[most].isspace() or len(pieces) < 2
    return cut if whole else pieces[0]


def chosen(candidates: Sequence[Candidate], cheap: FloatVector, most: int) -> list[int]:
    """Positions of the ``most`` candidates that the full model should read, best first.

    A beginning alone misjudges a passage that answers at its end, so half of the choice is the
    first stage's, which saw the whole passage.

    Args:
        candidates: n that the cheap pass read.
        cheap: its logits, float32[n].
        most: how many the full model reads.
    """
    return blended_order(candidates, cheap, CHEAP_WEIGHT)[:most]


def cascade_loss(
    candidates: Sequence[Candidate],
    logits: FloatVector,
    cheap: FloatVector,
    most: int,
    top_n: int = 5,
) -> float:
    """Share of the full pass's top n that the cascade's top n does not have, 0 to 1.

    Args:
        candidates: n of them.
        logits: float32[n] of the full model.
        cheap: float32[n] of the cheap pass.
        most: how many the full model would read.
        top_n: how many of the best count, at least 1.

    Raises:
        InputError: the top n is below 1.
    """
    if top_n < 1:
        raise InputError(f"A top {top_n} is empty.", "Choose 1 or more.")
    picked = np.array(chosen(candidates, cheap, most), dtype=np.intp)
    own = by_logit([candidates[i] for i in picked], logits[picked])
    full = [candidates[i].chunk.id for i in by_logit(candidates, logits)]
    return 1.0 - overlap_at(top_n, full, [candidates[picked[i]].chunk.id for i in own])


@dataclass(frozen=True, slots=True)
class Pace:
    """Milliseconds a pair takes, read in full and by the cheap pass; no kept score helps."""

    full: float
    cheap: float


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
) -> tuple[DepthPoint, ...]:
    """How many the full model reads after a cheap pass over all: what is kept, and the time.

    Each size below the number of candidates, then the full pass, which needs no cheap one.

    Raises:
        InputError: the top n is below 1.
    """
    n = len(candidates)
    points = [
        DepthPoint(
            depth=size,
            agreement=1.0 - cascade_loss(candidates, logits, cheap, size, top_n),
            quality=None,
            milliseconds=pace.cheap * n + pace.full * size,
        )
        for size in sorted(set(sizes))
        if size < n
    ]
    return (*points, DepthPoint(n, 1.0, None, pace.full * n))


def lost_against(full: Comparison, partial: Comparison) -> tuple[Reranked, ...]:
    """Passages of the full pass's top n that another comparison's top n does not have."""
    top_n = partial.settings.top_n
    kept = {item.chunk.id for item in partial.reranked[:top_n]}
    return tuple(item for item in full.reranked[:top_n] if item.chunk.id not in kept)
