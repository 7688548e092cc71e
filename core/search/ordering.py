"""The final order of what the cross-encoder read: by logit, blended, or by learned weights.

A blend is a weighted sum of three standardised scores: logit, cosine and BM25. Learned weights sum
all that is known of a passage (``core.learn`` fits them).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log1p

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import InputError
from core.schema import Candidate, FloatVector, Stage
from core.text.counting import counted


def standardised(scores: ArrayLike) -> NDArray[np.float64]:
    """Scores less their mean, in population standard deviations (z-scores), float64[n].

    Scores that are all the same say nothing: they become 0.

    >>> standardised([1.0, 3.0]).round(6).tolist()  # mean 2, deviation 1
    [-1.0, 1.0]
    """
    values = np.asarray(scores, dtype=np.float64)
    if values.size == 0 or np.ptp(values) == 0.0:
        return np.zeros_like(values)
    values = values / np.abs(values).max()  # so that no square overflows or vanishes
    deviation = values.std()
    centred: NDArray[np.float64] = values - values.mean()
    return centred / deviation if deviation > 0.0 else np.zeros_like(values)


def by_logit(candidates: Sequence[Candidate], logits: FloatVector) -> list[int]:
    """Positions in the cross-encoder's own order: by falling logit, ties by chunk id."""
    return sorted(range(len(candidates)), key=lambda i: (-float(logits[i]), candidates[i].chunk.id))


def blended_order(
    candidates: Sequence[Candidate], logits: FloatVector, weight: float = 1.0
) -> list[int]:
    """Positions in the final order: at weight 1 by logit alone, at 0 as the first stage had them.

    Between them by ``weight * z(logit) + (1 - weight) * (2/3 z(cosine) + 1/3 z(BM25))``; where one
    of the last two says nothing, the other has its share. Equal sums are ordered by chunk id. Both
    ends keep that stage's order to the last bit, because nothing is standardised there.

    Standardising within a question's candidates before a weighted sum is Z-norm CombSUM
    (Montague and Aslam 2001, "Relevance score normalization for metasearch", CIKM).
    """
    if weight >= 1.0 or not candidates:
        return by_logit(candidates, logits)
    if weight <= 0.0:
        return sorted(range(len(candidates)), key=lambda i: candidates[i].rank)
    features = rank_features(candidates, logits)
    shares = FIRST_STAGE_SHARES * features[:, :2].any(axis=0)
    first = features[:, :2] @ (shares / (shares.sum() or 1.0))
    return _by_sum(candidates, weight * features[:, 2] + (1.0 - weight) * first)


FEATURES = ("dense", "bm25", "logit", "length", "position")
RETRIEVERS: tuple[Stage, ...] = ("dense", "bm25")
FIRST_STAGE_SHARES = np.array([2.0, 1.0])
"""Cosine to BM25 in a blend."""
BALANCED = 0.4
"""The cross-encoder's weight with which logit, cosine and BM25 are 1 : 1 : .5 (decision 52)."""


def rank_features(candidates: Sequence[Candidate], logits: FloatVector) -> NDArray[np.float64]:
    """What is known of each passage, float64[n, 5], standardised within these n.

    In the order of FEATURES: both retrievers' scores, the logit, log(1 + tokens), and the place
    in the document as log(1 + ordinal). What a retriever did not find gets the lowest score that
    it gave to any of these; a retriever that was not asked says nothing.
    """
    by_stage = [retriever_scores(candidate) for candidate in candidates]
    columns: list[ArrayLike] = [
        *(_filled([scores.get(stage) for scores in by_stage]) for stage in RETRIEVERS),
        np.asarray(logits, dtype=np.float64),
        [log1p(c.chunk.tokens) for c in candidates],
        [log1p(c.chunk.ordinal) for c in candidates],
    ]
    return np.column_stack([standardised(column) for column in columns])


def retriever_scores(candidate: Candidate) -> dict[Stage, float]:
    """What each retriever scored it, and BM25 whoever found it."""
    scores = {hit.stage: hit.score for hit in candidate.hits}
    return scores if candidate.bm25 is None else {**scores, "bm25": candidate.bm25}


def _by_sum(candidates: Sequence[Candidate], sums: NDArray[np.float64]) -> list[int]:
    return sorted(range(len(candidates)), key=lambda i: (-sums[i], candidates[i].chunk.id))


def _filled(scores: Sequence[float | None]) -> list[float]:
    lowest = min((score for score in scores if score is not None), default=0.0)
    return [lowest if score is None else score for score in scores]


def learned_order(
    candidates: Sequence[Candidate], logits: FloatVector, weights: Sequence[float]
) -> list[int]:
    """Positions by falling weighted sum of the features, ties by chunk id.

    Raises:
        InputError: there is not one weight for each feature.
    """
    if len(weights) != len(FEATURES):
        raise InputError(
            f"{counted(len(weights), 'weight')} for {counted(len(FEATURES), 'feature')} were given."
        )
    if not candidates:
        return []
    sums = rank_features(candidates, logits) @ np.asarray(weights, dtype=np.float64)
    return _by_sum(candidates, sums)
