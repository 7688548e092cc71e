"""Rows of tables as sentences that can be read alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest


def row_text(heads: Sequence[str], cells: Sequence[str]) -> str:
    """A row with the heads of its columns; a cell without text is left out.

    >>> row_text(["City", "Rate"], ["Oslo", "70"]), row_text([], ["Oslo", "70"])
    ('City: Oslo | Rate: 70', 'Oslo | 70')
    """
    pairs = zip_longest(map(_line, heads), map(_line, cells), fillvalue="")
    return " | ".join(f"{head}: {cell}" if head else cell for head, cell in pairs if cell)


def _line(text: str) -> str:
    return " ".join(text.split())
