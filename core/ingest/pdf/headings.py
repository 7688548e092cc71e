"""Where sections start: from the outline, or, without one, from how the lines look."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import compress

from core.ingest.pdf.assemble import Placed
from core.ingest.pdf.blocks import Style, ends_sentence, is_code
from core.ingest.pdf.contents import leaders
from core.ingest.pdf.records import OutlineItem
from core.schema import Heading, Page

_NUMBERED = re.compile(
    r"(?:(?:chapter|section|part|appendix|article)\s+)?(\d{1,2}(?:\.\d{1,3}){0,4})\.?\s+\S",
    re.IGNORECASE,
)
_OPENER = re.compile(r"(?:chapter|part|appendix|section)(?:\s+\w{1,8})?\.?", re.IGNORECASE)
_ORDINAL = re.compile(r"[\w-]{1,15}\.?\s?")
_LABEL = re.compile(r"(?:\w{1,9}\s+)?[\divxlcA-Z]{1,4}(?:\.\d+)*[.:)]?\s*[-–—:]?\s*")
_LONGEST = 120
_BIGGER = 1.12
_SHARE = 0.34


def _letters(text: str, offset: int = 0) -> tuple[str, tuple[int, ...]]:
    """The letters and digits of a text, folded, and where each stands; it begins at ``offset``."""
    folded = text.casefold()
    places: Sequence[int] = range(offset, offset + len(text))
    if len(folded) != len(text):  # a letter became two
        parts = [char.casefold() for char in text]
        places = [place for part, place in zip(parts, places, strict=True) for _ in part]
    kept = list(map(str.isalnum, folded))
    return "".join(compress(folded, kept)), tuple(compress(places, kept))


class OutlinePlacer:
    """Finds the titles of an outline in the text of a document."""

    def __init__(self, text: str, pages: Sequence[Page], placed: Sequence[Placed]) -> None:
        self._text = text
        self._pages = pages
        self._placed = placed
        self._starts = [p.start for p in placed]
        self._known: dict[int, tuple[str, tuple[int, ...]]] = {}

    def _found(self, title: str, page: Page) -> Iterator[int]:
        """Offsets at which a title stands on a page, whatever lies between its letters."""
        if page.number not in self._known:
            self._known[page.number] = _letters(self._text[page.start : page.end], page.start)
        letters, offsets = self._known[page.number]
        wanted, _ = _letters(title)
        at = letters.find(wanted)
        while at >= 0 and wanted:
            yield offsets[at]
            at = letters.find(wanted, at + 1)

    def _block_start(self, offset: int) -> int:
        """The start of the block around an offset."""
        return self._starts[max(bisect_right(self._starts, offset) - 1, 0)]

    def _opened(self, start: int) -> int:
        """A chapter starts at 'CHAPTER', 'Part II' or 'CHAPTER' and 'TWO' above its title."""
        at = bisect_right(self._starts, start) - 1
        lines = [
            (p.start, self._text[p.start : p.end].strip())
            for p in self._placed[max(at - 2, 0) : at]
        ]
        while lines and not _OPENER.fullmatch(lines[0][1]):
            lines.pop(0)
        return lines[0][0] if lines and all(_ORDINAL.fullmatch(t) for _, t in lines[1:]) else start

    def _expected(self, item: OutlineItem, page: Page) -> int:
        """The first block at or below the place the outline points to."""
        if item.top is None:
            return page.start
        first, last = (bisect_left(self._starts, offset) for offset in (page.start, page.end))
        wanted = page.height - item.top - 2
        return next((p.start for p in self._placed[first:last] if p.top >= wanted), page.start)

    def _matches(self, item: OutlineItem, page: Page) -> list[tuple[bool, int, int]]:
        """Places of the title: whether in mid block, distance to the expected place, offset."""
        expected = self._expected(item, page)
        matches = []
        for offset in self._found(item.title, page):
            start = self._block_start(offset)
            label = self._text[start:offset]
            opened = self._opened(start)
            at_start = _is_label(label) or (opened < start and bool(_ORDINAL.fullmatch(label)))
            place = opened if at_start else offset
            matches.append((not at_start, abs(place - expected), place))
        return matches

    def place(self, item: OutlineItem) -> tuple[int, bool] | None:
        """Offset of an item's section and whether its title was found there."""
        if not 1 <= item.page <= len(self._pages):
            return None
        page = self._pages[item.page - 1]
        matches = self._matches(item, page)
        if not matches and item.page < len(self._pages):
            matches = [m for m in self._matches(item, self._pages[item.page]) if not m[0]]
        if matches:
            return min(matches)[2], True
        return self._expected(item, page), False


def _is_label(text: str) -> bool:
    """Whether a text before a title is nothing, or a section number such as 'Part II: '."""
    return not text or bool(_LABEL.fullmatch(text))


def from_outline(
    outline: Sequence[OutlineItem], text: str, pages: Sequence[Page], placed: Sequence[Placed]
) -> tuple[Heading, ...]:
    """Headings of an outline; none when less than half of its titles stand in the text.

    An entry that points behind the last word (to empty pages at the end) heads nothing.
    """
    if not outline or not placed:
        return ()
    placer = OutlinePlacer(text, pages, placed)
    places = [(item, placer.place(item)) for item in outline]
    on_pages = [(item, place) for item, place in places if place is not None]
    if sum(place[1] for _, place in on_pages) * 2 < len(outline):
        return ()
    headings = {
        (place[0], item.level): Heading(place[0], item.level, item.title)
        for item, place in on_pages
        if place[0] < len(text)
    }
    return tuple(sorted(headings.values(), key=lambda h: (h.start, h.level)))


def _is_title(block: Placed, text: str, style: Style) -> bool:
    """Whether a block looks like a heading: short, and set off from the body by its look."""
    lines, font = block.lines, block.font
    if len(lines) > 3 or not 2 < len(text) <= _LONGEST or any(line.cells > 1 for line in lines):
        return False
    if sum(c.isalpha() for c in text) * 2 < len(text) or leaders(text):
        return False
    if is_code(lines[0], style) or text[0].islower() or text.endswith((",", ";")):
        return False
    if font.size >= _BIGGER * style.body.size:
        return not text.endswith(".") or bool(_NUMBERED.match(text))
    bold = font.bold and not style.body.bold and font.size >= 0.95 * style.body.size
    return bold and len(lines) == 1 and not ends_sentence(text)


def from_layout(text: str, placed: Sequence[Placed], style: Style) -> tuple[Heading, ...]:
    """Headings by their look: larger than the body, or bold; levels by number, then by size."""
    most = max(_SHARE * len(placed), 2)
    titles = [p for p in placed if _is_title(p, text[p.start : p.end], style)]
    if len(titles) > most:
        titles = [p for p in titles if p.font.size >= _BIGGER * style.body.size]
    if len(titles) > most:
        return ()
    looks = sorted({_look(p) for p in titles}, reverse=True)
    headings = []
    for p in titles:
        title = text[p.start : p.end]
        level = _depth(title) or looks.index(_look(p)) + 1
        headings.append(Heading(p.start, level, " ".join(title.split())))
    return tuple(headings)


def _look(placed: Placed) -> tuple[int, bool]:
    return round(placed.font.size), placed.font.bold


def _depth(title: str) -> int:
    """The level that a section number gives: '3.2 Title' is 2; 0 without a number."""
    match = _NUMBERED.match(title)
    return match.group(1).count(".") + 1 if match else 0
