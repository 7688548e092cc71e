"""Two rankings become one: by their ranks, or by their scores.

Both take the hits of each retriever and give the fused score of every chunk that one of them
found. A chunk that a retriever missed gets nothing from it. The order of the rankings does not
matter.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

from core.schema import Hit

RRF_K = 60
"""The constant of the paper; it keeps the first rank of one list from deciding alone."""


def reciprocal_ranks(rankings: Iterable[Sequence[Hit]], k: int = RRF_K) -> dict[str, float]:
    """Reciprocal rank fusion: the sum of 1 / (k + rank), ranks from 1.

    Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and Individual
    Rank Learning Methods", SIGIR 2009.

    >>> dense, words = [Hit("a", 0.9, 1, "dense")], [Hit("b", 7.0, 1, "bm25")]
    >>> reciprocal_ranks([dense, words]) == {"a": 1 / 61, "b": 1 / 61}
    True
    """
    parts: defaultdict[str, list[float]] = defaultdict(list)
    for ranking in rankings:
        for hit in ranking:
            parts[hit.chunk_id].append(1.0 / (k + hit.rank))
    return _summed(parts)


def weighted_scores(rankings: Sequence[tuple[Sequence[Hit], float]]) -> dict[str, float]:
    """The weighted sum of each ranking's scores, brought to 0..1 first.

    A score becomes (score - lowest) / (highest - lowest) of its ranking (min-max, as in Lee,
    "Analyses of Multiple Evidence Combination", SIGIR 1997), and 1 when all are equal. A ranking
    with weight 0 is left out, so that the other's order stays whole.

    Args:
        rankings: hits and the weight of each retriever.

    >>> weighted_scores([([Hit("a", 0.9, 1, "dense"), Hit("b", 0.5, 2, "dense")], 0.5)])
    {'a': 0.5, 'b': 0.0}
    """
    parts: defaultdict[str, list[float]] = defaultdict(list)
    for ranking, weight in rankings:
        if ranking and weight > 0:
            low, high = min(h.score for h in ranking), max(h.score for h in ranking)
            for hit in ranking:
                share = (hit.score - low) / (high - low) if high > low else 1.0
                parts[hit.chunk_id].append(weight * share)
    return _summed(parts)


def by_score(scores: dict[str, float]) -> list[str]:
    """Chunk ids by falling score, equal ones by id."""
    return sorted(scores, key=lambda name: (-scores[name], name))


def _summed(parts: dict[str, list[float]]) -> dict[str, float]:
    """``fsum``, so that the order of the rankings cannot change the last bit."""
    return {name: math.fsum(values) for name, values in parts.items()}
