"""An Excel workbook -> rows as the sheet shows them, each cell with its head.

openpyxl reads it, twice where it has formulas: the values that were saved, and the formulas, for a
program that writes no values leaves cells that were never calculated.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from core.document_text import Note, PagedText
from core.errors import DocumentRefused
from core.ingest.archives import damaged_archive
from core.ingest.office.number_formats import cell_text
from core.ingest.office.package import Package, joined, not_searched
from core.ingest.paging import TextBlock, paged
from core.ingest.tables import Cell, table_text, title_rows
from core.settings import Limits
from core.text.counting import counted

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_Cells = dict[int, dict[int, Any]]
_DAMAGED = (KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, SyntaxError)
_LAST_COLUMN = 16_384


@dataclass(slots=True)
class _Hidden:
    """What was left out."""

    sheets: list[str] = field(default_factory=list)
    rows: int = 0
    columns: int = 0


class _Sheet:
    """The visible cells of a sheet, row by row."""

    def __init__(self, sheet: Worksheet, values: Worksheet | None, hidden: _Hidden) -> None:
        columns = {
            column
            for dimension in sheet.column_dimensions.values()
            if dimension.hidden
            for column in range(dimension.min or 0, min(dimension.max or 0, _LAST_COLUMN) + 1)
        }
        filled: _Cells = {}
        for (row, column), cell in sorted(sheet._cells.items()):
            if cell.value is not None:
                filled.setdefault(row, {})[column] = cell
        hidden_rows = {row for row in filled if sheet.row_dimensions[row].hidden}
        hidden.rows += len(hidden_rows)
        hidden.columns += len(columns & {column for cells in filled.values() for column in cells})
        self._values = values
        self._spans = {
            (m.min_row, m.min_col): m.size["columns"]
            for m in sheet.merged_cells.ranges
            if m.max_col > m.min_col
        }
        self._heads = {
            int(re.sub(r"\D", "", table.ref.partition(":")[0]) or 0)
            for table in sheet.tables.values()
            if table.headerRowCount != 0
        }
        self.rows = {
            row: {c: cell for c, cell in cells.items() if c not in columns}
            for row, cells in filled.items()
            if row not in hidden_rows
        }

    def tables(self) -> Iterator[list[int]]:
        """The rows of each table."""
        numbers = [row for row, cells in self.rows.items() if cells]
        for _, run in groupby(enumerate(numbers), lambda entry: entry[1] - entry[0]):
            rows = [row for _, row in run]
            yield rows

    def marked(self, rows: list[int], titles: int) -> int:
        """How many of these rows are heads, with the titles above; 0 if nothing says so."""
        top = rows[titles : titles + 2]
        bold = [all(cell.font.b for cell in self.rows[row].values()) for row in top]
        if len(rows) > titles + 2 and any((top[0], c) in self._spans for c in self.rows[top[0]]):
            return titles + 2
        return titles + 1 if bold == [True, False] or self._heads.intersection(top[:1]) else 0

    def row(self, row: int) -> list[Cell]:
        """The cells of a row as they are shown."""
        return [
            Cell(column, self._text(cell), self._spans.get((row, column), 1))
            for column, cell in self.rows[row].items()
        ]

    def _text(self, cell: Any) -> str:
        value, text = cell.value, ""
        if cell.data_type == "f":
            value = self._values[cell.coordinate].value if self._values is not None else None
            formula = getattr(cell.value, "text", cell.value)
            text = f"{formula} (never calculated)" if value is None else ""
        text = text or cell_text(value, cell.number_format)
        text = joined([(" ".join(text.split()), bool(cell.font.strike))])
        return f"{text} [comment: {' '.join(cell.comment.text.split())}]" if cell.comment else text


def _blocks(book: Workbook, values: Workbook | None, hidden: _Hidden) -> Iterator[TextBlock]:
    shown_sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    place = 0
    for worksheet in shown_sheets:
        name = worksheet.title
        sheet = _Sheet(worksheet, values[name] if values else None, hidden)
        above, first = "", True
        for rows in sheet.tables():
            cells = [sheet.row(row) for row in rows]
            told = table_text(cells, sheet.marked(rows, title_rows(cells)))
            for at, text in told.lines:
                place += 1
                begins = first or told.above != above
                heading = f"{name}: {told.above}" if told.above else name
                label = f"{name}!{rows[at]}" if len(shown_sheets) > 1 else str(rows[at])
                yield TextBlock(text, place, label, int(begins), heading, "item")
                above, first = told.above, False


def _opened(data: bytes, *, values: bool) -> Workbook:
    import openpyxl  # noqa: PLC0415 - only the reader's process should load it

    try:
        return openpyxl.load_workbook(io.BytesIO(data), data_only=values)
    except _DAMAGED as exc:
        raise damaged_archive() from exc


def read_xlsx(data: bytes, limits: Limits) -> PagedText:
    """Read a workbook: its visible sheets, rows and columns.

    Raises:
        DocumentRefused: it is damaged, holds no text or too much of it.
    """
    package = Package(data, limits)
    book = _opened(data, values=False)
    formulas = any(c.data_type == "f" for s in book.worksheets for c in s._cells.values())
    hidden = _Hidden([s.title for s in book.worksheets if s.sheet_state != "visible"])
    blocks = list(_blocks(book, _opened(data, values=True) if formulas else None, hidden))
    if not blocks and hidden.sheets:
        raise DocumentRefused(
            "no_text",
            "All that the file holds is hidden.",
            "Show the sheets, then save and add it.",
        )
    notes = [*_notes(hidden), *package.left_out(charts="chart", drawings="drawing")]
    return paged(blocks, "row", limits, package.title(), notes)


def _notes(hidden: _Hidden) -> Iterator[Note]:
    counts = (len(hidden.sheets), "sheet"), (hidden.rows, "row"), (hidden.columns, "column")
    parts = [counted(number, noun) for number, noun in counts if number]
    if parts:
        yield not_searched(f"What is hidden is left out: {', '.join(parts)}.")
