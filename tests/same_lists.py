"""Whether two comparisons show the same."""

from dataclasses import replace

import pytest

from core.schema import Candidate, Comparison


def same_lists(one: Comparison, other: Comparison) -> bool:
    """Both lists, passage by passage; the store adds the parts of a BM25 score in any order."""
    bm25 = [[candidate.bm25 for candidate in each.candidates] for each in (one, other)]
    return (
        _without_bm25(one) == _without_bm25(other)
        and one.reranked == other.reranked
        and bm25[0] == pytest.approx(bm25[1], abs=1e-6)
    )


def _without_bm25(comparison: Comparison) -> list[Candidate]:
    return [replace(candidate, bm25=None) for candidate in comparison.candidates]
