"""A document without pages, ready to be read: sheets of lines, with what is marked in them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.schema import Page, PagedText, Span

SHEET_CHARACTERS = 6000
_NUMBERED = frozenset({"line", "time", "row", "passage"})


@dataclass(frozen=True, slots=True)
class Mark:
    """What is marked between two offsets of a document's text: ``kind`` is the colour's name."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line as it is shown: its pieces each with the kind of its mark, if it has one.

    ``start`` is its offset. ``label`` is the number, time or id of its place, where one begins;
    ``level`` that of the heading that it is, else 0; ``code`` keeps its indent.
    """

    start: int
    label: str
    level: int
    code: bool
    pieces: tuple[tuple[str, str], ...]


def sheets_of(paged: PagedText) -> list[Span]:
    """The text in stretches of some thousand characters that end where a place ends."""
    borders = [0]
    for page in paged.pages:
        if page.end - borders[-1] >= SHEET_CHARACTERS:
            borders.append(page.end)
    if borders[-1] < len(paged.text):
        borders.append(len(paged.text))
    return [Span(start, end) for start, end in pairwise(borders)]


def sheet_at(paged: PagedText, offset: int) -> int:
    """The number (from 1) of the sheet with a character."""
    ends = [sheet.end for sheet in sheets_of(paged)]
    return min(bisect_right(ends, offset), len(ends) - 1) + 1


def lines_of(paged: PagedText, sheet: Span, marks: Sequence[Mark] = ()) -> Iterator[SheetLine]:
    """The lines of a sheet; of marks that overlap the last counts. Each place begins a line."""
    levels = {heading.start: heading.level for heading in paged.headings if heading.title}
    code = [part for part in paged.parts if part.kind == "code"]
    starts = [part.start for part in code]
    for page in paged.pages:
        if page.end <= sheet.start or page.start >= sheet.end or page.start == page.end:
            continue
        label = page.label if paged.unit in _NUMBERED else ""
        for start, end in _lines(paged.text, page):
            at = bisect_right(starts, start) - 1
            in_code = at >= 0 and start < code[at].end
            level = 0 if in_code else levels.get(start, 0)
            pieces = tuple(_pieces(paged.text, start, end, marks))
            yield SheetLine(start, label, level, in_code, pieces)
            label = ""


def _lines(text: str, page: Page) -> Iterator[tuple[int, int]]:
    start = page.start
    for line in text[page.start : page.end].split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def _pieces(text: str, start: int, end: int, marks: Sequence[Mark]) -> Iterator[tuple[str, str]]:
    inside = [m for m in marks if m.start < end and m.end > start]
    edges = {min(max(edge, start), end) for m in inside for edge in (m.start, m.end)}
    for low, high in pairwise(sorted({start, end} | edges)):
        kinds = [m.kind for m in inside if m.start <= low and m.end >= high]
        yield text[low:high], kinds[-1] if kinds else ""
