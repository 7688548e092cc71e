"""Hard negatives come from a bi-encoder's own list: what it ranks high and does not answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from core.ports import Encoder
from core.schema import FloatMatrix, FloatVector

_BLOCK = 512


def cosines(
    queries: Sequence[str], vectors: FloatMatrix, encoder: Encoder
) -> Iterator[FloatVector]:
    """For each query, float32[passages]: the cosine of every passage.

    Args:
        queries: encoded here, some at a time.
        vectors: float32[passages, d], of length 1.
        encoder: the one that made them.
    """
    for begin in range(0, len(queries), _BLOCK):
        yield from encoder.encode(queries[begin : begin + _BLOCK]) @ vectors.T


def highest(row: FloatVector, depth: int) -> list[int]:
    """The places of the highest values, equal ones in their order.

    >>> highest(np.array([0.1, 0.9, 0.9, 0.4], np.float32), 3)
    [1, 2, 3]
    """
    return [int(place) for place in np.argsort(-row, kind="stable")[:depth]]
