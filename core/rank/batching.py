"""Batches by token budget: like lengths together, so that little is computed on padding."""

from __future__ import annotations

from collections.abc import Sequence

TOKEN_BUDGET = 2048


def batches(lengths: Sequence[int], budget: int = TOKEN_BUDGET) -> list[list[int]]:
    """Positions of the items, longest first, cut where a batch would outgrow the budget.

    A batch costs its longest length (in tokens) times its size, because the others are padded to
    it. Ties keep the order given, so the same items always make the same batches. One item longer
    than the budget is a batch of its own.

    Example: ``batches([10, 30, 20], budget=60)`` is ``[[1, 2], [0]]``: 2 x 30 fits, 3 x 30 not.
    """
    order = sorted(range(len(lengths)), key=lambda position: -lengths[position])
    found: list[list[int]] = []
    for position in order:
        if found and (len(found[-1]) + 1) * lengths[found[-1][0]] <= budget:
            found[-1].append(position)
        else:
            found.append([position])
    return found
