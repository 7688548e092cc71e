"""Rows of a table -> lines of text, each cell with its head, so that a row can be found alone.

What is certainly a head stands before each cell ("Item: Locker | Price: 12"). Where a first row may
be one or not, no cell is told so: the row is repeated above every passage instead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile, zip_longest

_YEAR = re.compile(r"(?:1[89]|20)\d\d\Z")
_REMARK = re.compile(r"\[[^\]]*\]")
_DIGITS = 0.4
_MOST = 0.8
_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell in its first column (from 0), as wide as ``span`` columns."""

    column: int
    text: str
    span: int = 1


TableRow = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class TableText:
    """A table as text: ``lines`` are (row, text), ``above`` a first row that may hold heads."""

    lines: tuple[tuple[int, str], ...]
    above: str = ""


def row_text(heads: Sequence[str], cells: Sequence[str]) -> str:
    """A row with the heads of its columns; a cell without text is left out.

    >>> row_text(["City", "Rate"], ["Oslo", "70"]), row_text([], ["Oslo", "70"])
    ('City: Oslo | Rate: 70', 'Oslo | 70')
    """
    pairs = zip_longest(map(_words, heads), map(_words, cells), fillvalue="")
    return " | ".join(f"{head}: {cell}" if head else cell for head, cell in pairs if cell)


def _words(text: str) -> str:
    return " ".join(text.split())


def table_text(rows: Sequence[TableRow], marked: int = 0) -> TableText:
    """The text of a table whose first ``marked`` rows are known to be heads; 0: nobody says so.

    Rows of one cell above wider ones are titles: lines of their own, and no heads.

    >>> table_text([[Cell(0, "Item"), Cell(1, "Price")], [Cell(0, "Towel"), Cell(1, "3")]]).lines
    ((1, 'Item: Towel | Price: 3'),)
    """
    titles = title_rows(rows)
    told = max(min(marked, len(rows) - 1) - titles, 0)
    guess = "no" if told or len(rows) < titles + 2 else _first_row_is_head(rows[titles:])
    told = 1 if guess == "yes" else told
    heads = _heads(rows[titles : titles + told])
    lines = [(at, _line(row, {})) for at, row in enumerate(rows[:titles])]
    lines += [(at, _line(row, heads)) for at, row in enumerate(rows) if at >= titles + told]
    above = _line(rows[titles], {}) if guess == "perhaps" else ""
    return TableText(tuple(line for line in lines if line[1]), above)


def title_rows(rows: Sequence[TableRow]) -> int:
    """How many rows above a table hold one cell, at its left: titles, and no groups of columns."""
    left = min((cell.column for row in rows for cell in row), default=0)
    texts = [[cell.column for cell in row if cell.text] for row in rows]
    titles = len(list(takewhile(lambda columns: columns in ([], [left]), texts)))
    return 0 if titles == len(rows) else titles


def _line(row: TableRow, heads: dict[int, str]) -> str:
    return row_text([heads.get(cell.column, "") for cell in row], [cell.text for cell in row])


def _heads(rows: Sequence[TableRow]) -> dict[int, str]:
    """The head of each column; a wide cell is the head of all its columns, over their own."""
    heads: dict[int, list[str]] = {}
    for row in rows:
        for cell in row:
            for column in range(cell.column, cell.column + cell.span):
                if cell.text and cell.text not in heads.setdefault(column, []):
                    heads[column].append(cell.text)
    return {column: " ".join(parts).rstrip(" :") for column, parts in heads.items()}


def is_value(text: str) -> bool:
    """Whether a cell holds a number, an amount, a date or a formula, and not words.

    >>> [is_value(t) for t in ("1,200.50 EUR", "2026-03-01", "Q3", "-", "Hall 4, 1st floor")]
    [True, True, True, False, False]
    """
    if text.startswith("="):
        return True
    signs = [c for c in _REMARK.sub("", text) if c.isalnum()]
    return sum(map(str.isdigit, signs)) > _DIGITS * len(signs)


def _first_row_is_head(rows: Sequence[TableRow]) -> str:
    """``yes``, ``no`` or ``perhaps``: heads are different words, values stand under them."""
    heads = {cell.column: cell.text for cell in rows[0] if cell.text}
    below: dict[int, list[str]] = {column: [] for column in heads}
    for row in rows[1:_LOOKED_AT]:
        for cell in row:
            if cell.text and cell.column in below:
                below[cell.column].append(cell.text)
    if len(heads) < 2 or len(set(heads.values())) < len(heads):
        return "no"
    if any(_is_no_head(text, below[column]) for column, text in heads.items()):
        return "no"
    labels = [row[0].text for row in rows if row and row[0].column == 0]
    if sum(label.endswith(":") for label in labels) > len(rows) // 2:
        return "no"  # a form: the words stand at the left
    typed = any(
        cells and sum(map(is_value, cells)) >= _MOST * len(cells) for cells in below.values()
    )
    return "yes" if typed else "perhaps"


def _is_no_head(text: str, below: Sequence[str]) -> bool:
    if _YEAR.match(text):
        return not below or all(map(_YEAR.match, below))
    return text in below or (is_value(text) and not text[0].isalpha())
