"""How much two rankings agree, and the logistic function: what every stage may need.

A ranking is a sequence of ids, best first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import InputError

PERSISTENCE = 0.9
"""With it the first ten ranks have 86 % of the weight of an RBO (Webber et al. 2010, eq. 21)."""


@dataclass(frozen=True, slots=True)
class ListDifference:
    """Two rankings of one question, in four numbers.

    ``rbo`` and ``jaccard`` go from 0 (nothing shared) to 1 (the same), ``tau`` from -1 (turned
    around) to 1 (the same order); it is None when fewer than two ids are in both lists, for then
    there is no pair to compare. ``entered`` counts the ids of the second top n that the first
    top n did not have.
    """

    rbo: float
    jaccard: float
    tau: float | None
    entered: int
    top_n: int


def overlap_at(k: int, first: Sequence[str], second: Sequence[str]) -> float:
    """Share of the first k ids of one ranking that the first k of another have; 1 of nothing.

    >>> overlap_at(2, ["a", "b", "c"], ["c", "a", "b"])
    0.5
    """
    wanted = set(first[:k])
    return len(wanted & set(second[:k])) / len(wanted) if wanted else 1.0


def average_overlap(first: Sequence[str], second: Sequence[str], depth: int = 3) -> float:
    """Mean share of common ids at depth 1 to ``depth``: 0 nothing, 1 the same ids at each.

    Wu and Crestani (2003), "Methods for ranking information retrieval systems without relevance
    judgments"; the first place weighs most, because it counts at every depth.

    >>> round(average_overlap(["a", "b", "c"], ["b", "a", "d"]), 4)  # (0/1 + 2/2 + 2/3) / 3
    0.5556
    """
    shares = (len(set(first[:d]) & set(second[:d])) / d for d in range(1, depth + 1))
    return sum(shares) / depth


def logistic(values: ArrayLike) -> NDArray[np.float64]:
    """1 / (1 + exp(-x)), float64 of the same shape; beyond 60 it says the same as at 60."""
    x = np.clip(np.asarray(values, dtype=np.float64), -60.0, 60.0)
    sigmoid: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-x))
    return sigmoid


def _refuse_twins(*rankings: Sequence[str]) -> None:
    for ranking in rankings:
        if len(set(ranking)) != len(ranking):
            raise InputError("A ranking names the same id twice.", "Give every id once.")


def _shared(short: Sequence[str], long: Sequence[str]) -> list[int]:
    """How many ids both lists have up to depth d, for d = 1 to len(long)."""
    counts, seen, both = [], set[str](), 0
    for depth, id_ in enumerate(long):
        for new in {id_, *short[depth : depth + 1]}:
            same_place = depth < len(short) and short[depth] == id_
            both += same_place or new in seen
        seen |= {id_, *short[depth : depth + 1]}
        counts.append(both)
    return counts


def rbo(first: Sequence[str], second: Sequence[str], p: float = PERSISTENCE) -> float:
    """Rank-biased overlap, extrapolated from what both lists show; 0 to 1, symmetric.

    Webber, Moffat, Zobel (2010), "A similarity measure for indefinite rankings", ACM TOIS 28(4),
    equation 32; for lists of one length it is their equation 23. A person reads on from rank d to
    d + 1 with probability ``p``; the value is the overlap that this person expects.

    Args:
        first: ids, best first, none twice.
        second: ids, best first, none twice.
        p: persistence, above 0 and below 1. The lower, the more the first ranks weigh.

    Returns:
        1 for two equal lists (two empty ones too), 0 for lists without a common id.

    Raises:
        InputError: ``p`` is outside, or an id stands twice in a list.

    >>> round(rbo(["a", "b"], ["b", "a"], p=0.5), 3)  # overlap 0 at depth 1, all from depth 2
    0.5
    """
    if not 0.0 < p < 1.0:
        raise InputError(f"A persistence of {p} is not between 0 and 1.", "0.9 is usual.")
    _refuse_twins(first, second)
    short, long = sorted((first, second), key=len)
    s, l = len(short), len(long)  # noqa: E741 - the letters of the paper
    if not s:
        return 1.0 if not l else 0.0
    x = _shared(short, long)
    seen = sum(x[d - 1] / d * p**d for d in range(1, l + 1))
    unseen = sum(x[s - 1] * (d - s) / (s * d) * p**d for d in range(s + 1, l + 1))
    rest = ((x[l - 1] - x[s - 1]) / l + x[s - 1] / s) * p**l
    return min(1.0, max(0.0, (1 - p) / p * (seen + unseen) + rest))


def jaccard(first: Sequence[str], second: Sequence[str]) -> float:
    """Common ids as a part of all ids, 0 to 1; two empty lists are the same.

    >>> jaccard(["a", "b"], ["b", "c"])  # 1 of 3
    0.3333333333333333
    """
    ours, theirs = set(first), set(second)
    return len(ours & theirs) / len(ours | theirs) if ours | theirs else 1.0


def kendall_tau(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Kendall's tau over the ids of both lists, by scipy: pairs in one order minus pairs turned.

    Returns:
        -1 to 1, or None when fewer than two ids are in both lists.

    Raises:
        InputError: an id stands twice in a list.

    >>> round(kendall_tau(["a", "b", "c"], ["b", "a", "c"]), 4)  # (2 kept - 1 turned) / 3 pairs
    0.3333
    """
    _refuse_twins(first, second)
    place = {id_: rank for rank, id_ in enumerate(second)}
    ranks = [place[id_] for id_ in first if id_ in place]
    if len(ranks) < 2:
        return None
    from scipy import stats  # type: ignore[import-untyped] # noqa: PLC0415 - 0.7 s to import

    return float(stats.kendalltau(range(len(ranks)), ranks).statistic)


def list_difference(first: Sequence[str], second: Sequence[str], top_n: int) -> ListDifference:
    """How different two rankings are.

    Args:
        first: ids in the order before, best first.
        second: ids in the order after.
        top_n: how many of each count for the overlap and for what entered, at least 1.

    Raises:
        InputError: top n is below 1, or an id stands twice in a list.

    >>> list_difference(["a", "b", "c"], ["c", "a", "b"], top_n=1).entered
    1
    """
    if top_n < 1:
        raise InputError(f"A top {top_n} is empty.", "Give at least 1.")
    before, after = first[:top_n], second[:top_n]
    return ListDifference(
        rbo=rbo(first, second),
        jaccard=jaccard(before, after),
        tau=kendall_tau(first, second),
        entered=len(set(after) - set(before)),
        top_n=top_n,
    )
