"""Batches of one length each: what an input costs and gives is the same in any company."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

STEP = 16
"""Lengths are rounded up to a multiple of this many tokens, so that few shapes occur."""
BATCH_TOKENS = 1024
"""Larger batches are not faster: what a layer makes of them does not fit a core's own memory."""


def rounded(length: int, window: int) -> int:
    """The next multiple of ``STEP``, at most the model's window.

    >>> rounded(1, 512), rounded(16, 512), rounded(17, 512), rounded(95, 100)
    (16, 16, 32, 96)
    >>> rounded(97, 100)
    100
    """
    return min(-(-length // STEP) * STEP, window)


def batches(lengths: Sequence[int], workers: int = 1) -> list[list[int]]:
    """Positions of the items, longest first; the items of a batch have the same length.

    So no item is padded for the sake of another. Towards the end the batches become smaller, so
    that all workers finish at nearly the same time. Ties keep the order given.

    Args:
        lengths: in tokens, rounded already.
        workers: how many batches are computed at once.

    Example: ``batches([256] * 8, workers=2)`` has 4, 2, 1 and 1 of them: 4 for each worker.
    """
    order = sorted(range(len(lengths)), key=lambda position: -lengths[position])
    left = sum(lengths)
    found: list[list[int]] = []
    for length, same in groupby(order, key=lambda position: lengths[position]):
        waiting = list(same)
        while waiting:
            size = max(1, min(BATCH_TOKENS, left // workers) // length)
            found.append(waiting[:size])
            left -= length * len(found[-1])
            del waiting[:size]
    return found
