"""Differences to the cross-encoder alone, as measurements may find them, for tests only."""

from core.evaluate.advising import ALONE
from core.evaluate.compare import difference_of
from core.evaluate.metrics import MEASURE


def gain(name, *values):
    """The difference of an alternative to the base, which has .5 everywhere."""
    base = {f"{i}": 0.5 for i in range(len(values))}
    other = {f"{i}": value for i, value in enumerate(values)}
    return difference_of(base, other, MEASURE, (ALONE, name))


SURE = gain("the blend", *([0.7, 0.6, 0.6, 0.5] * 8))
SMALLER = gain("hybrid search", *([0.6, 0.6, 0.5, 0.5] * 8))
OPEN = gain("no reranking", *([0.9, 0.2, 0.5, 0.5] * 8))
WORSE = gain("hybrid search without reranking", *([0.1, 0.2, 0.5, 0.5] * 8))
