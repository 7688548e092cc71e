"""The one writer and reader of CSV: no cell of an export becomes a formula in a spreadsheet.

Text of a PDF or a question can begin with ``=``; a spreadsheet would compute it. Such a cell gets
an apostrophe in front, which ``read_csv`` takes off again, so a round trip is exact.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from core.errors import InputError

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # behind apostrophes too: they must come back


def write_csv(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    r"""CSV with a header (RFC 4180). Text is guarded, numbers stay numbers, None is empty.

    >>> write_csv(["text", "logit"], [["=1+1", -2.5]])
    "text,logit\r\n'=1+1,-2.5\r\n"
    """
    out = io.StringIO()
    writer = csv.writer(out)
    for row in (columns, *rows):
        writer.writerow([_guarded(cell) for cell in row])
    return out.getvalue()


def read_csv(text: str) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """The columns of a CSV and its rows by column, without guards; what a row lacks is empty.

    The columns may be parted by commas, semicolons or tabs, whichever the first line has most of.

    Raises:
        InputError: it is no CSV.
    """
    text = text.removeprefix("\ufeff")
    mark = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        columns, *rows = [[_bare(cell) for cell in row] for row in reader if row] or [[]]
    except csv.Error as exc:
        raise InputError(f"The CSV cannot be read: {exc}.") from exc
    filled = [row + [""] * (len(columns) - len(row)) for row in rows]
    return tuple(columns), [dict(zip(columns, row, strict=False)) for row in filled]


def _guarded(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def _bare(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
