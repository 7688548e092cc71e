"""The ranking metrics by their formulas, slow and obvious: a second opinion on core.evaluate."""

from collections.abc import Mapping
from fractions import Fraction
from math import log2


def order(scores: Mapping[str, float]) -> list[str]:
    """Best first, found by repeated selection; of equal scores the smaller id comes first."""
    left = dict(scores)
    result = []
    while left:
        best = max(left.values())
        first = min(document for document, score in left.items() if score == best)
        result.append(first)
        del left[first]
    return result


def dcg(grades: list[int]) -> float:
    """Sum of grade / log2(rank + 1), ranks from 1."""
    return sum(max(0, grade) / log2(rank + 1) for rank, grade in enumerate(grades, start=1))


def ndcg(grades: Mapping[str, int], ranking: list[str], k: int) -> float:
    """DCG of the ranking's first k, divided by the largest DCG that k documents can have."""
    ideal = sorted(grades.values(), reverse=True)
    return dcg([grades.get(document, 0) for document in ranking[:k]]) / dcg(ideal[:k])


def reciprocal_rank(grades: Mapping[str, int], ranking: list[str], k: int) -> float:
    """1 / rank of the first relevant document of the first k."""
    for rank, document in enumerate(ranking[:k], start=1):
        if grades.get(document, 0) > 0:
            return 1 / rank
    return 0.0


def found(grades: Mapping[str, int], ranking: list[str], k: int) -> int:
    """How many of the first k are relevant."""
    return len([document for document in ranking[:k] if grades.get(document, 0) > 0])


def relevant(grades: Mapping[str, int]) -> int:
    """How many documents are relevant."""
    return len([grade for grade in grades.values() if grade > 0])


def recall(grades: Mapping[str, int], ranking: list[str], k: int) -> float:
    """Share of the relevant documents that stand in the first k."""
    return found(grades, ranking, k) / relevant(grades)


def precision(grades: Mapping[str, int], ranking: list[str], k: int) -> float:
    """Relevant ones of the first k, divided by k even when fewer were found."""
    return found(grades, ranking, k) / k


def success(grades: Mapping[str, int], ranking: list[str], k: int) -> float:
    """1 if one of the first k is relevant."""
    return 1.0 if found(grades, ranking, k) else 0.0


def average_precision(grades: Mapping[str, int], ranking: list[str]) -> float:
    """Precision at the rank of each relevant document, 0 for a missed one, averaged."""
    total = Fraction(0)
    for rank, document in enumerate(ranking, start=1):
        if grades.get(document, 0) > 0:
            total += Fraction(found(grades, ranking, rank), rank)
    return float(total / relevant(grades))


def bpref(grades: Mapping[str, int], ranking: list[str]) -> float:
    """Buckley and Voorhees 2004 as trec_eval has it: 1 - (junk above it) / min(R, N), averaged.

    A grade below 0 counts as none.
    """
    all_junk = len([grade for grade in grades.values() if grade == 0])
    bound = min(relevant(grades), all_junk)
    total, junk = 0.0, 0
    for document in ranking:
        if grades.get(document, -1) < 0:
            continue
        if grades[document] == 0:
            junk += 1
        else:
            total += 1 - min(junk, bound) / bound if bound and junk else 1.0
    return total / relevant(grades)


def judged_at(grades: Mapping[str, int], ranking: list[str], k: int) -> float:
    """Share of the first k that has a grade; the shorter list counts when fewer were found."""
    seen = ranking[:k]
    return len([document for document in seen if document in grades]) / len(seen) if seen else 0.0
