"""Running headers, footers and page numbers: what repeats in the margins of the pages."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class _Row:
    """A line in a margin: ``place`` is its distance from the top as a part of the height."""

    page: int
    bottom: bool
    place: float
    text: str
    segments: tuple[int, ...]


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


def _extent(page: RawPage, angle: int) -> tuple[float, float]:
    """First coordinate and length of the page across the reading direction."""
    length = page.height if angle in {0, 180} else page.width
    return (0.0 if angle in {0, 90} else -length), max(length, 1.0)


def _apart(rows: Sequence[Sequence[Segment]], outer: int, inner: int) -> bool:
    """Whether more than the usual space of two lines lies between two neighbouring rows."""
    upper, lower = sorted((outer, inner))
    space = min(s.frame[1] for s in rows[lower]) - max(s.frame[3] for s in rows[upper])
    return space > _SPACE * max(s.height for s in rows[outer])


def _outer_rows(rows: Sequence[Sequence[Segment]]) -> list[int]:
    """Positions of at most three rows at each end, set apart from the body by some space."""
    last = len(rows) - 1
    top = max((i + 1 for i in range(min(_ROWS, last)) if _apart(rows, i, i + 1)), default=0)
    bottom = max(
        (i + 1 for i in range(min(_ROWS, last)) if _apart(rows, last - i, last - i - 1)), default=0
    )
    return sorted({*range(top), *range(last, last - bottom, -1)}) or list(range(last + 1))[:1]


def _margin_rows(page: RawPage) -> list[_Row]:
    angle = _main_angle(page.segments)
    first, length = _extent(page, angle)
    index = {id(s): i for i, s in enumerate(page.segments)}
    rows = rows_of(s for s in page.segments if s.angle == angle)
    margin_rows = []
    for position in _outer_rows(rows):
        row = rows[position]
        middle = sum(s.frame[1] + s.frame[3] for s in row) / (2 * len(row))
        place = (middle - first) / length
        text = " ".join(s.text for s in row)
        margin = place <= _BAND or place >= 1 - _BAND or _BARE_NUMBER.fullmatch(text)
        if margin and len(text) <= _LONGEST:
            places = tuple(index[id(s)] for s in row)
            margin_rows.append(_Row(page.number, place > 0.5, place, text, places))
    return margin_rows


def _at_one_height(rows: Sequence[_Row], groups: Iterable[Sequence[int]], need: int) -> set[int]:
    """Members of groups that have company at their height on ``need`` pages."""
    members: set[int] = set()
    for group in groups:
        for i in group:
            near = {rows[j].page for j in group if abs(rows[j].place - rows[i].place) <= _NEAR}
            if len(near) >= need:
                members.add(i)
    return members


def _repeated(rows: Sequence[_Row], need: int) -> set[int]:
    """Positions in ``rows`` of those that come back on ``need`` pages at the same height."""
    groups: dict[tuple[bool, str], list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        groups[row.bottom, signature(row.text)].append(i)
    return _at_one_height(rows, groups.values(), need)


def _numbered(rows: Sequence[_Row], need: int) -> set[int]:
    """Positions of rows that begin or end with the number of their page.

    The printed number may differ from the page's place in the file by a constant, which is
    found by how often it comes back at the same height.
    """
    groups: dict[tuple[bool, int], list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        for number in {int(n) for n in _EDGE_NUMBER.findall(row.text)}:
            groups[row.bottom, number - row.page].append(i)
    return _at_one_height(rows, groups.values(), need)


def _slot(row: _Row) -> tuple[bool, int]:
    return row.bottom, round(row.place * 100)


def furniture(pages: Sequence[RawPage]) -> dict[int, set[int]]:
    """For each page number, the positions of the segments that are not part of its text.

    A margin line is furniture when it comes back at the same height, but for its numbers, or
    holds the page's number, on at least three pages (two in a document of up to three), and
    most lines of that height do so; then the odd one out at that height (the header of a
    short chapter) is furniture as well.
    """
    rows = [row for page in pages for row in _margin_rows(page)]
    need = 2 if len(pages) <= 3 else 3
    repeated = _repeated(rows, need) | _numbered(rows, need)
    total = Counter(_slot(r) for r in rows)
    again = Counter(_slot(rows[i]) for i in repeated)
    dropped: dict[int, set[int]] = defaultdict(set)
    for i, row in enumerate(rows):
        share = again[_slot(row)] / total[_slot(row)]
        if _is_own_number(row) or share >= 0.8 or (i in repeated and share >= 0.4):
            dropped[row.page].update(row.segments)
    return dict(dropped) if _leaves_text(pages, dropped) else {}


def _is_own_number(row: _Row) -> bool:
    """Whether a line holds nothing but the number of its page."""
    bare = _BARE_NUMBER.fullmatch(row.text)
    return bare is not None and int(bare.group(1)) == row.page


def _leaves_text(pages: Sequence[RawPage], dropped: Mapping[int, set[int]]) -> bool:
    """Whether most pages with text keep some: pages that are all alike are not furniture."""
    written = [p for p in pages if p.segments]
    emptied = sum(len(dropped.get(p.number, ())) == len(p.segments) for p in written)
    return emptied * 2 < max(len(written), 1)
