"""The final order of what the cross-encoder read: by logit, blended, or by learned weights.

A blend is a weighted sum of standardised scores of both stages; learned weights sum all that is
known of a passage (``core.learn`` fits them).
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


def blended(first: ArrayLike, logits: ArrayLike, weight: float) -> NDArray[np.float64]:
    """``weight * z(logits) + (1 - weight) * z(first)``, float64[n].

    Standardising within a question's candidates before a weighted sum is Z-norm CombSUM
    (Montague and Aslam 2001, "Relevance score normalization for metasearch", CIKM).

    Args:
        first: n scores of the first stage, whatever their scale.
        logits: n raw scores of the cross-encoder.
        weight: of the cross-encoder, 0 to 1.

    >>> blended([0.9, 0.1], [-4.0, 4.0], 0.75).round(6).tolist()  # 0.75 * (-1, 1) + 0.25 * (1, -1)
    [-0.5, 0.5]
    """
    return weight * standardised(logits) + (1.0 - weight) * standardised(first)


def by_logit(candidates: Sequence[Candidate], logits: FloatVector) -> list[int]:
    """Positions in the cross-encoder's own order: by falling logit, ties by chunk id."""
    return sorted(range(len(candidates)), key=lambda i: (-float(logits[i]), candidates[i].chunk.id))


def blended_order(
    candidates: Sequence[Candidate], logits: FloatVector, weight: float = 1.0
) -> list[int]:
    """Positions in the final order: at weight 1 by logit alone, at 0 as the first stage had them.

    Both ends keep that stage's order to the last bit, because nothing is standardised there;
    between them equal sums are ordered by chunk id.
    """
    if weight >= 1.0:
        return by_logit(candidates, logits)
    if weight <= 0.0:
        return sorted(range(len(candidates)), key=lambda i: candidates[i].rank)
    mixed = blended([candidate.score for candidate in candidates], logits, weight)
    return sorted(range(len(candidates)), key=lambda i: (-mixed[i], candidates[i].chunk.id))


FEATURES = ("dense", "bm25", "logit", "length", "position")
RETRIEVERS: tuple[Stage, ...] = ("dense", "bm25")


def rank_features(candidates: Sequence[Candidate], logits: FloatVector) -> NDArray[np.float64]:
    """What is known of each passage, float64[n, 5], standardised within these n.

    In the order of FEATURES: both retrievers' scores, the logit, log(1 + tokens), and the place
    in the document as log(1 + ordinal). What a retriever did not find gets the lowest score that
    it gave to any of these; a retriever that was not asked says nothing.
    """
    by_stage = [{hit.stage: hit.score for hit in c.hits} for c in candidates]
    columns: list[ArrayLike] = [
        *(_filled([scores.get(stage) for scores in by_stage]) for stage in RETRIEVERS),
        np.asarray(logits, dtype=np.float64),
        [log1p(c.chunk.tokens) for c in candidates],
        [log1p(c.chunk.ordinal) for c in candidates],
    ]
    return np.column_stack([standardised(column) for column in columns])


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
    scores = rank_features(candidates, logits) @ np.asarray(weights, dtype=np.float64)
    return sorted(range(len(candidates)), key=lambda i: (-scores[i], candidates[i].chunk.id))
