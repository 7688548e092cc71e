"""Running lines, page and line numbers, watermarks: what is on a page and not in its text.

What repeats is words. A line whose number differs from page to page is only a running line when
the number counts the pages: an invoice's number is not one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from core.ingest.pdf.layout import rows_of
from core.ingest.pdf.records import SKEWED, RawPage, Segment

_BAND = 0.12
_ROWS = 3
_MOST_ROWS = 10
_SPACE = 0.6
_NEAR = 0.011
_LONGEST = 160
_DIGITS = re.compile(r"\d+")
_BARE_NUMBER = re.compile(r"\W*(?:page\s*)?(\d{1,4})(?:\s*(?:/|of)\s*\d{1,4})?\W*", re.IGNORECASE)
_LINE_NUMBER = re.compile(r"\d{1,4}")
_ROMAN_PAGE = re.compile(r"\W*(?:page )?#\W*")
_ROMAN = re.compile(r"(?<![\w'])[ivxlcdm]+(?![\w'])", re.IGNORECASE)


_TITLE = 1.1
_HUGE = 2.5
_INNER = 0.25
_FEWEST = 8
_STEPS = {1, 2, 5, 10}


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """A line in a margin: ``place`` is its distance from the top as a part of the height.

    ``size`` is that of its letters over the usual one of the page; ``heads`` says that it has
    the columns of the row below it, as the head of a table.
    """

    page: int
    bottom: bool
    place: float
    text: str
    segments: tuple[Segment, ...]
    size: float
    heads: bool


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


@dataclass(frozen=True, slots=True)
class _Edges:
    """The outermost rows of a page, from its top and from its bottom inwards.

    ``lines`` has all rows of the page, ``outer`` the segments that are set apart from the body.
    """

    lines: list[list[Segment]]
    top: list[_Row]
    bottom: list[_Row]
    outer: set[Segment]


def _edges(page: RawPage, usual: float) -> _Edges:
    """The rows of a page; ``usual`` is the usual size of the document's letters."""
    angle = _main_angle(page.segments)
    length = page.height if angle in {0, 180} else page.width
    first = 0.0 if angle in {0, 90} else -length
    lines = rows_of(s for s in page.segments if s.angle == angle)
    outer = {segment for row in _outer_rows(lines) for segment in row} if lines else set()

    def row(index: int) -> _Row:
        line, below = lines[index], lines[index + 1] if index + 1 < len(lines) else []
        middle = sum(s.frame[1] + s.frame[3] for s in line) / (2 * len(line))
        place = (middle - first) / max(length, 1.0)
        text = " ".join(s.text for s in line)
        size = max(s.font.size for s in line) / usual
        heads = _heads(line, below)
        return _Row(page.number, place > 0.5, place, text, tuple(line), size, heads)

    made = {n: row(n) for n in range(len(lines)) if min(n, len(lines) - 1 - n) < _MOST_ROWS}
    rows = list(made.values())
    return _Edges(lines, rows[:_MOST_ROWS], rows[::-1][:_MOST_ROWS], outer)


def _usual_size(segments: Iterable[Segment]) -> float:
    sizes: Counter[float] = Counter()
    for segment in segments:
        sizes[segment.font.size] += len(segment.text)
    return max(max(sizes, key=lambda size: sizes[size], default=1.0), 0.1)


def _heads(row: Sequence[Segment], below: Sequence[Segment]) -> bool:
    """Whether the parts of a row begin or end where parts of the next row do."""
    if not 2 < len(row) <= len(below):
        return False
    return all(
        any(min(abs(a.frame[0] - b.frame[0]), abs(a.frame[2] - b.frame[2])) < 3 for b in below)
        for a in row
    )


def _in_margin(row: _Row) -> bool:
    edge = row.place <= _BAND or row.place >= 1 - _BAND or _BARE_NUMBER.fullmatch(row.text)
    return bool(edge) and len(row.text) <= _LONGEST


def _marks(row: _Row) -> Iterator[str | int]:
    """What a row that comes back keeps: its words, or how far its number is from its page's.

    The printed number of a page may differ from its place in the file by a constant. A title
    (Rule 3) keeps neither.
    """
    yield " ".join(row.text.casefold().split())
    if row.size >= _TITLE and not _BARE_NUMBER.fullmatch(row.text):
        return
    alone = {segment.text for segment in row.segments}
    numbers = list(_DIGITS.finditer(row.text))
    for match in numbers[:2] + numbers[2:][-2:]:
        number, start, end = match.group(), *match.span()
        if len(number) <= 4 and (number in alone or int(number) < row.page + 100):
            # a larger one inside a text is that of an invoice
            counted = int(number) - row.page
            yield f"{row.text[:start]}#{counted}{row.text[end:]}".casefold()
            if not row.text[:start].strip() or not row.text[end:].strip():
                yield counted


def _repeated(rows: Sequence[_Row], need: int) -> set[_Row]:
    """The rows that keep a mark on ``need`` pages at the same height.

    Rows that differ in their numbers come back if most numbers do: those of chapters or parts.
    """
    groups: dict[tuple[bool, str | int], list[_Row]] = defaultdict(list)
    alike: dict[tuple[bool, str], list[_Row]] = defaultdict(list)
    for row in rows:
        for mark in _marks(row):
            groups[row.bottom, mark].append(row)
        alike[row.bottom, signature(row.text)].append(row)
    for (bottom, words), group in alike.items():
        if len({row.text for row in group}) * 2 <= len(group) or _ROMAN_PAGE.fullmatch(words):
            groups[bottom, f"# {words}"] = group
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

    A margin line is furniture when its words come back at the same height, or it holds the
    page's number, on at least three pages (two in a document of up to three), and most lines of
    that height do so; then the odd one out at that height (the header of a short chapter) is
    furniture as well. Of the head of a table, the first copy stays.
    """
    usual = _usual_size(s for page in pages for s in page.segments)
    edges = [_edges(page, usual) for page in pages]
    rows = [
        row
        for edge in edges
        for row in dict.fromkeys(edge.top + edge.bottom)
        if edge.outer & {*row.segments} and _in_margin(row)
    ]
    need = 2 if len(pages) <= 3 else 3
    repeated = _repeated(rows, need)
    total, again = Counter(map(_slot, rows)), Counter(map(_slot, repeated))
    running = _blocks([[row for row in edge.top if not row.bottom] for edge in edges], need)
    running += _blocks([[row for row in edge.bottom if row.bottom] for edge in edges], need)
    for row in rows:
        share = again[_slot(row)] / total[_slot(row)]
        odd_one_out = share >= 0.8 and (row in repeated or row.size < _TITLE)
        if _is_own_number(row) or odd_one_out or (row in repeated and share >= 0.4):
            running.append(row)
    heads: dict[str, _Row] = {}
    for row in (row for row in running if row.heads):
        heads.setdefault(row.text, row)
    dropped = {s for row in running if heads.get(row.text) is not row for s in row.segments}
    dropped = dropped if _leaves_text(pages, dropped) else set()
    numbers = {s for edge in edges for s in _counted(edge.lines, 0) or _counted(edge.lines, -1)}
    return dropped | _watermarks(pages, usual) | numbers


def _blocks(edges: Sequence[Sequence[_Row]], need: int) -> list[_Row]:
    """The rows from an edge of a page inwards that stand as they are on most pages."""
    places: dict[tuple[str, int], set[int]] = defaultdict(set)
    for rows in edges:
        for row in rows:
            for near in (0, 1):
                places[row.text, int(row.place / _NEAR + near / 2)].add(row.page)
    most = max(need, len(edges) * 0.6)

    def comes_back(row: _Row) -> bool:
        return min(row.place, 1 - row.place) < _INNER and any(
            len(places[row.text, int(row.place / _NEAR + near / 2)]) >= most for near in (0, 1)
        )

    return [row for rows in edges for row in takewhile(comes_back, rows)]


def _watermarks(pages: Sequence[RawPage], usual: float) -> set[Segment]:
    """Huge text across a page, and turned text that is huge, beside all others or on every page."""
    dropped: set[Segment] = set()
    copies = Counter(
        turned for page in pages for turned in {(s.text, s.angle) for s in page.segments if s.angle}
    )
    for page in pages:
        angle = _main_angle(page.segments)
        odd = [s for s in page.segments if s.angle != angle or s.font.size >= _HUGE * usual]
        body = [s for s in page.segments if s.angle == angle] if odd else []
        for segment in odd:
            huge = segment.font.size >= _HUGE * usual
            if segment.angle == angle:
                mark = len(segment.text) > 1 and _crosses(segment, body)  # no drop cap
            else:
                again = copies[segment.text, segment.angle] >= max(2, len(pages) * 0.6)
                mark = huge or again or (len(body) >= _FEWEST and _beside(segment, body))
            if mark:
                dropped.add(segment)
    return dropped if _leaves_text(pages, dropped) else set()


def _crosses(mark: Segment, body: Sequence[Segment]) -> bool:
    """Whether a huge text lies on lines of smaller ones."""
    left, top, right, bottom = mark.frame
    return any(
        s.font.size * _HUGE <= mark.font.size
        and top < (s.frame[1] + s.frame[3]) / 2 < bottom
        and s.frame[0] < right
        and s.frame[2] > left
        for s in body
    )


def _beside(stamp: Segment, body: Sequence[Segment]) -> bool:
    """Whether a turned text stands outside of all others."""
    if stamp.angle == SKEWED or not body:
        return False
    left, _, right, _ = _box(stamp)
    sides = [_box(s) for s in body]
    return right <= min(s[0] for s in sides) or left >= max(s[2] for s in sides)


def _box(segment: Segment) -> tuple[float, ...]:
    seen = segment.boxes[segment.boxes.any(axis=1)]
    return (*seen[:, :2].min(axis=0).tolist(), *seen[:, 2:].max(axis=0).tolist())


def _counted(rows: Sequence[list[Segment]], end: int) -> list[Segment]:
    """The numbers of lines at one end of the rows of a running text.

    They count evenly, and sentences go on past them; those of items stand before capitals.
    """
    numbered = [row for row in rows if len(row) > 1 and _LINE_NUMBER.fullmatch(row[end].text)]
    steps = [int(b[end].text) - int(a[end].text) for a, b in pairwise(numbered)]
    if len(numbered) < 4 or not steps or not set(steps[-1:]) <= _STEPS:
        return []
    usual, count = Counter(steps).most_common(1)[0]
    texts = [row[0 if end or len(row) == 1 else 1].text for row in rows]
    going_on = sum(text[0].islower() for text in texts)
    even = usual in _STEPS and count >= 0.8 * len(steps)
    everywhere = len(numbered) * usual >= 0.6 * len(rows) and going_on >= 0.3 * len(rows)
    return [row[end] for row in numbered] if even and everywhere else []


def _is_own_number(row: _Row) -> bool:
    """Whether a line holds nothing but the number of its page."""
    bare = _BARE_NUMBER.fullmatch(row.text)
    return bare is not None and int(bare.group(1)) == row.page


def _leaves_text(pages: Sequence[RawPage], dropped: set[Segment]) -> bool:
    """Whether most pages with text keep some: pages that are all alike are not furniture."""
    written = [p for p in pages if p.segments]
    emptied = sum(dropped.issuperset(p.segments) for p in written)
    return emptied * 2 < max(len(written), 1)
