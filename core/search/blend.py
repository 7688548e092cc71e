"""A final order between both stages: a weighted sum of standardised scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.schema import Candidate, FloatVector


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
