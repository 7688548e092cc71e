"""Tables of contents: lines of titles, dots and page numbers that answer no question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.schema import PagedText, Span

_LEADERS = re.compile(r"(?:[.…·][ ]?){4,}[ ]*(?P<page>\d{1,4}|[ivxlc]{1,7})?$", re.IGNORECASE)
_REACH = 400

_LINE = re.compile(r"[^\n]+")
_TO_PAGE = re.compile(r"\S.{1,100}\s(?P<page>\d{1,4}|[ivxlc]{1,7})$", re.IGNORECASE)
_TITLE = re.compile(r"(?:table of )?contents|list of \w+|index", re.IGNORECASE)
_FEWEST = 3
_FEWEST_BARE = 6
_FEWEST_INDEXED = 8
_LONG = 20
_GAP = 3
_ORDERED = 0.8
_RISING = 0.9
_FRONT = 20


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line that may be one of a table of contents; ``page`` is 0 for a roman number."""

    position: int
    span: Span
    page: int
    dotted: bool


def leaders(line: str) -> re.Match[str] | None:
    """Dot leaders at the end of a line, usually with a page number.

    Only the end is looked at: over a line of 50,000 dots the search would take minutes.
    """
    return _LEADERS.search(line[-_REACH:])


def _entries(paged: PagedText) -> list[_Entry]:
    """Lines that end with a page number, after dots or, on the first pages, without."""
    front = paged.pages[min(_FRONT, len(paged.pages)) - 1].end if paged.pages else 0
    last = len(paged.pages) + _FRONT  # printed numbers may count pages the file lacks
    entries = []
    for position, line in enumerate(_LINE.finditer(paged.text)):
        dotted = leaders(line.group())
        bare = _TO_PAGE.match(line.group()) if line.start() < front else None
        match = dotted if dotted and dotted["page"] else bare
        number = match["page"] if match else ""
        page = int(number) if number.isdecimal() else 0
        if number and page <= last:
            entries.append(_Entry(position, Span(*line.span()), page, match is dotted))
    return entries


def _is_index(run: Sequence[_Entry], text: str, back: int) -> bool:
    """Whether a run in the back of a long document is an index: dotted lines from A to Z."""
    if run[0].span.start < back or sum(e.dotted for e in run) < _FEWEST_INDEXED:
        return False
    words = [text[e.span.start : e.span.end].casefold() for e in run]
    ordered = sum(a <= b for a, b in pairwise(words))
    return ordered >= _ORDERED * (len(words) - 1)


def _is_contents(run: Sequence[_Entry]) -> bool:
    """Whether page numbers rise as in a table of contents, unlike the prices of a list."""
    arabic = [e.page for e in run if e.page]
    rising = sum(a <= b for a, b in pairwise(arabic))
    enough = sum(e.dotted for e in run) >= _FEWEST or len(run) >= _FEWEST_BARE
    return enough and rising >= _RISING * (len(arabic) - 1)


def contents_lines(paged: PagedText) -> list[Span]:
    """Tables of contents and indexes, in order, each from its first to its last line.

    A table of contents is at least three neighbouring lines with dot leaders, or six without
    on the first pages, whose page numbers rise and exist; a price list with dots is not one.
    An index is a longer run with dots, from A to Z, at the end of a long document.
    """
    pages = paged.pages
    back = pages[len(pages) * 3 // 4].start if len(pages) >= _LONG else len(paged.text)
    runs: list[list[_Entry]] = []
    for entry in _entries(paged):
        if not runs or entry.position - runs[-1][-1].position > _GAP:
            runs.append([])
        runs[-1].append(entry)
    return [
        Span(_title_start(paged.text, run[0].span.start), run[-1].span.end)
        for run in runs
        if _is_contents(run) or _is_index(run, paged.text, back)
    ]


def _title_start(text: str, start: int) -> int:
    """The start of the line above, when it says 'Contents'; else ``start``."""
    above = text.rfind("\n", 0, max(start - 1, 0)) + 1
    return above if _TITLE.fullmatch(text[above:start].strip()) else start
