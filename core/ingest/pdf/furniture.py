"""Running headers, footers and page numbers: what repeats in the margins of the pages."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.ingest.pdf.layout import rows_of
from core.ingest.pdf.records import SKEWED, RawPage, Segment

_BAND = 0.12
_ROWS = 3
_SPACE = 0.6
_NEAR = 0.011
_LONGEST = 160
_DIGITS = re.compile(r"\d+")
_BARE_NUMBER = re.compile(r"\W*(?:page\s*)?(\d{1,4})(?:\s*(?:/|of)\s*\d{1,4})?\W*", re.IGNORECASE)
_EDGE_NUMBER = re.compile(r"^\d{1,4}(?=\s|$)|(?<=\s)\d{1,4}$")
_ROMAN = re.compile(r"(?<![\w'])[ivxlcdm]+(?![\w'])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """A line in a margin: ``place`` is its distance from the top as a part of the height."""

    page: int
    bottom: bool
    place: float
    text: str
    segments: tuple[Segment, ...]


def signature(text: str) -> str:
    """Two lines that differ only in their numbers have the same signature.

    >>> signature("Page 12 of 340") == signature("Page 3 of 340")
    True
    """
    return " ".join(_DIGITS.sub("#", _ROMAN.sub("#", text)).casefold().split())


def _main_angle(segments: Sequence[Segment]) -> int:
    weights: Counter[int] = Counter()
    for segment in segments:
        if segment.angle != SKEWED:
            weights[segment.angle] += len(segment.text)
    return max(weights, key=lambda a: (weights[a], -a), default=0)


def _apart(outer: Sequence[Segment], inner: Sequence[Segment]) -> bool:
    """Whether more than the usual space of two lines lies between two neighbouring rows."""
    tops = [min(s.frame[1] for s in row) for row in (outer, inner)]
    bottoms = [max(s.frame[3] for s in row) for row in (outer, inner)]
    space = max(tops[1] - bottoms[0], tops[0] - bottoms[1])
    return space > _SPACE * max(s.height for s in outer)


def _outermost(rows: Sequence[list[Segment]]) -> int:
    """How many of the first rows, at most three, some space sets apart from the body."""
    numbers = range(min(_ROWS, len(rows) - 1), 0, -1)
    return next((n for n in numbers if _apart(rows[n - 1], rows[n])), 0)


def _outer_rows(rows: list[list[Segment]]) -> list[list[Segment]]:
    """The rows at each end that are set apart; the first one where there is none."""
    top, bottom = _outermost(rows), _outermost(rows[::-1])
    return rows[:top] + rows[max(top, len(rows) - bottom) :] or rows[:1]


def _margin_rows(page: RawPage) -> Iterator[_Row]:
    angle = _main_angle(page.segments)
    length = page.height if angle in {0, 180} else page.width
    first = 0.0 if angle in {0, 90} else -length
    for row in _outer_rows(rows_of(s for s in page.segments if s.angle == angle)):
        middle = sum(s.frame[1] + s.frame[3] for s in row) / (2 * len(row))
        place = (middle - first) / max(length, 1.0)
        text = " ".join(s.text for s in row)
        margin = place <= _BAND or place >= 1 - _BAND or _BARE_NUMBER.fullmatch(text)
        if margin and len(text) <= _LONGEST:
            yield _Row(page.number, place > 0.5, place, text, tuple(row))


def _marks(row: _Row) -> Iterator[str | int]:
    """What a row that comes back keeps: its words, or how far its number is from its page's.

    The printed number of a page may differ from its place in the file by a constant.
    """
    yield signature(row.text)
    yield from {int(number) - row.page for number in _EDGE_NUMBER.findall(row.text)}


def _repeated(rows: Sequence[_Row], need: int) -> set[_Row]:
    """The rows that keep a mark on ``need`` pages at the same height."""
    groups: dict[tuple[bool, str | int], list[_Row]] = defaultdict(list)
    for row in rows:
        for mark in _marks(row):
            groups[row.bottom, mark].append(row)
    return {
        row
        for group in groups.values()
        for row in group
        if len({other.page for other in group if abs(other.place - row.place) <= _NEAR}) >= need
    }


def _slot(row: _Row) -> tuple[bool, int]:
    return row.bottom, round(row.place * 100)


def furniture(pages: Sequence[RawPage]) -> set[Segment]:
    """The segments that are not part of the text.

    A margin line is furniture when it comes back at the same height, but for its numbers, or
    holds the page's number, on at least three pages (two in a document of up to three), and
    most lines of that height do so; then the odd one out at that height (the header of a
    short chapter) is furniture as well.
    """
    rows = [row for page in pages for row in _margin_rows(page)]
    repeated = _repeated(rows, 2 if len(pages) <= 3 else 3)
    total, again = Counter(map(_slot, rows)), Counter(map(_slot, repeated))
    dropped: set[Segment] = set()
    for row in rows:
        share = again[_slot(row)] / total[_slot(row)]
        if _is_own_number(row) or share >= 0.8 or (row in repeated and share >= 0.4):
            dropped.update(row.segments)
    return dropped if _leaves_text(pages, dropped) else set()


def _is_own_number(row: _Row) -> bool:
    """Whether a line holds nothing but the number of its page."""
    bare = _BARE_NUMBER.fullmatch(row.text)
    return bare is not None and int(bare.group(1)) == row.page


def _leaves_text(pages: Sequence[RawPage], dropped: set[Segment]) -> bool:
    """Whether most pages with text keep some: pages that are all alike are not furniture."""
    written = [p for p in pages if p.segments]
    emptied = sum(dropped.issuperset(p.segments) for p in written)
    return emptied * 2 < max(len(written), 1)
