"""Batches of one length each: what an input costs and gives is the same in any company."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

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

    So no item is padded for the sake of another. What would keep a worker busy longer than the
    others is divided evenly among them. Ties keep the order given.

    Args:
        lengths: in tokens, rounded already.
        workers: how many batches are computed at once.

    Example: ``batches([256] * 7, workers=2)`` has 2, 2, 2 and 1 of them, and ``[256] * 7 + [16]``
    the same, then the short one.
    """
    order = sorted(range(len(lengths)), key=lambda position: -lengths[position])
    left = sum(lengths)
    divided: list[list[int]] = []
    for length, group in groupby(order, key=lambda position: lengths[position]):
        same = list(group)
        most = max(1, min(BATCH_TOKENS, left // workers) // length)
        divided += _divided(same, -(-len(same) // most), workers)
        left -= length * len(same)
    return divided


def _divided(items: list[int], parts: int, workers: int) -> list[list[int]]:
    """At least so many parts, as even as can be; several are as many for each worker."""
    if parts > 1:
        parts = min(len(items), -(-parts // workers) * workers)
    size, more = divmod(len(items), parts)
    borders = [size * part + min(part, more) for part in range(parts + 1)]
    return [items[start:end] for start, end in pairwise(borders)]
