"""A table as text (CSV, TSV) -> rows, each cell with its head.

The mark between cells is the one that gives the most rows of one length; Python's sniffer guesses
letters, and heads where there are none.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from itertools import islice

from core.document_text import Note, PagedText
from core.ingest.paging import TextBlock, paged
from core.ingest.tables import Cell, table_text
from core.ingest.texts.decoding import decoded
from core.settings import Limits
from core.text.counting import counted

_MARKS = "\t;|,"
_SAMPLE = 500
_FEWEST = 0.5


def _rows(text: str, mark: str) -> list[list[str]]:
    """The rows; where quotation marks open that never close, they are letters as all others."""
    lines = io.StringIO(text, newline="")
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    try:
        return list(csv.reader(lines, delimiter=mark, strict=True))
    except csv.Error:
        lines.seek(0)
        return list(csv.reader(lines, delimiter=mark, quoting=csv.QUOTE_NONE))


def _evenness(text: str, mark: str) -> tuple[float, int]:
    """The share of rows that have the most usual length, and that length; one column is 0."""
    lengths = Counter(len(row) for row in islice(_rows(text, mark), _SAMPLE) if any(row))
    length, rows = lengths.most_common(1)[0] if lengths else (1, 1)
    return (rows / lengths.total() if length > 1 else 0.0), length


def _mark_of(text: str) -> str:
    sample = "".join(islice(io.StringIO(text), _SAMPLE))
    best = max(_MARKS, key=lambda mark: _evenness(sample, mark)[0])
    return best if _evenness(sample, best)[0] > _FEWEST else "\0"


def read_delimited(data: bytes, limits: Limits) -> PagedText:
    """Read a file of rows; its places are rows as a spreadsheet counts them.

    Raises:
        DocumentRefused: it holds no text or too much of it.
    """
    text, notes = decoded(data)
    first, _, rest = text.partition("\n")
    named = first[4:5] if first.startswith("sep=") and len(first) == 5 else ""
    text = rest if named else text
    rows = _rows(text, named or _mark_of(text))
    numbered = [(n, row) for n, row in enumerate(rows, 1 + bool(named)) if any(map(str.strip, row))]
    cells = [
        [Cell(column, " ".join(text.split())) for column, text in enumerate(row)]
        for _, row in numbered
    ]
    told = table_text(cells)
    blocks: list[TextBlock] = []
    for at, line in told.lines:
        level, number = int(bool(told.above) and not blocks), numbered[at][0]
        blocks.append(TextBlock(line, len(blocks) + 1, str(number), level, told.above, "item"))
    lengths = Counter(len(row) for _, row in numbered)
    uneven = lengths.total() - max(lengths.values(), default=0)
    if uneven:
        have = "has" if uneven == 1 else "have"
        said = f"{counted(uneven, 'row')} {have} another number of cells than most."
        notes += (Note("uneven rows", said),)
    return paged(blocks, "row", limits, notes=notes)
