"""Blocks -> the text of a document, with the place of every character.

The lines of a paragraph are joined with one space, blocks and pages are separated by a line
break, a paragraph that goes on over a page is not cut, and words divided at a line's end are
mended.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.ingest.pdf.blocks import Style, continues
from core.ingest.pdf.glyphs import LINE_END_HYPHEN, joins_without_space
from core.ingest.pdf.records import Block, Boxes, Font, Line
from core.schema import Page

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_BROKEN = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)[-￾]$")
_NO_BOX = np.zeros((1, 4), dtype=np.float32)
_PREFIXES = frozenset({"self", "well"})


def words_of(lines: Iterable[Line]) -> Counter[str]:
    """How often a document has each word, to tell a divided word from a hyphenated one."""
    texts = (line.text.replace(LINE_END_HYPHEN, "-") for line in lines)
    return Counter(word.casefold() for text in texts for word in _WORD.findall(text))


@dataclass(frozen=True, slots=True)
class Placed:
    """A block in the finished text; ``top`` is in points from the top of its page."""

    lines: Block
    start: int
    end: int
    top: float

    @property
    def font(self) -> Font:
        """The look of its first line."""
        return self.lines[0].font


def composed(line: Line) -> tuple[str, Boxes]:
    """A line with combining marks joined to their letters (one box), marks inside mended."""
    text, boxes = line.text, line.boxes
    if not any(map(unicodedata.combining, text)):
        return text, boxes
    letters: list[str] = []
    rows: list[Boxes] = []
    for char, box in zip(text, boxes, strict=True):
        both = unicodedata.normalize("NFC", letters[-1] + char) if letters else char
        if unicodedata.combining(char) and letters and len(both) == 1:
            letters[-1] = both
        else:
            letters.append(char)
            rows.append(box)
    return "".join(letters), np.array(rows, dtype=np.float32)


class Assembler:
    """Builds the text; ``words`` and ``style`` are those of the whole document."""

    def __init__(self, words: Counter[str], style: Style) -> None:
        self._words = words
        self._style = style
        self._text: list[str] = []
        self._boxes: list[Boxes] = []
        self._length = 0
        self.placed: list[Placed] = []

    def _add(self, text: str, boxes: Boxes) -> None:
        self._text.append(text)
        self._boxes.append(boxes)
        self._length += len(text)

    def _divided(self, first: str, second: str) -> bool:
        """Whether ``first-second`` at a line end is one word: the usual case for small letters.

        A document that writes the whole word elsewhere, with or without a hyphen, decides.
        """
        start, end = first.casefold(), second.casefold()
        joined, hyphened = self._words[start + end], self._words[f"{start}-{end}"]
        if joined or hyphened:
            return joined >= hyphened
        return second[0].islower() and start not in _PREFIXES

    def _glue(self, tail: str, head: str) -> str:
        """What stands between two lines of a paragraph; a divided word loses its hyphen."""
        if not tail.endswith((LINE_END_HYPHEN, "-")):
            return "" if joins_without_space(tail[-1], head[0]) else " "
        broken, start = _BROKEN.search(tail), _WORD.match(head)
        if broken is None or start is None:
            return " " if tail[:-1].endswith((" ", "-")) or not tail[:-1] else ""
        if self._divided(broken.group(1), start.group()):
            self._text[-1], self._boxes[-1] = self._text[-1][:-1], self._boxes[-1][:-1]
            self._length -= 1
        return ""

    def _add_line(self, line: Line, tail: str) -> str:
        """Append a line after ``tail``, the line before it in the same paragraph, if any."""
        text, boxes = composed(line)
        if tail and (glue := self._glue(tail, text)):
            self._add(glue, _NO_BOX)
        self._add(text.replace(LINE_END_HYPHEN, "-"), boxes)
        return text

    def _add_block(self, block: Block, tail: str) -> str:
        if not tail and self._length:
            self._add("\n", _NO_BOX)
        tail = self._add_line(block[0], tail)
        start = self._length - len(tail)
        for line in block[1:]:
            tail = self._add_line(line, tail)
        boxes = block[0].boxes
        top = float(boxes[boxes.any(axis=1), 1].min())
        self.placed.append(Placed(block, start, self._length, top))
        return tail

    def build(
        self, pages: Sequence[tuple[Page, Sequence[Sequence[Block]]]]
    ) -> tuple[str, Boxes, tuple[Page, ...]]:
        """The text, its boxes as fractions of the page, and the pages with their offsets."""
        done: list[Page] = []
        last: Block | None = None
        tail = ""
        for page, regions in pages:
            before = len(self.placed)
            for region in regions:
                for i, block in enumerate(region):
                    joined = last is not None and i == 0 and continues(last, block, self._style)
                    tail = self._add_block(block, tail if joined else "")
                    last = block
            start = self.placed[before].start if len(self.placed) > before else self._length
            done.append(replace(page, start=start, end=self._length))
        pages_done = _without_overlap(done)
        return "".join(self._text), self._fractions(pages_done), pages_done

    def _fractions(self, pages: Sequence[Page]) -> Boxes:
        boxes = np.concatenate(self._boxes) if self._boxes else _NO_BOX[:0]
        for page in pages:
            part = boxes[page.start : page.end]
            part /= np.array([page.width, page.height] * 2, dtype=np.float32)
        return np.clip(boxes, 0, 1)


def _without_overlap(pages: Sequence[Page]) -> tuple[Page, ...]:
    """A page whose last hyphen was mended away ends where the next one starts."""
    starts = [page.start for page in pages[1:]] + [pages[-1].end if pages else 0]
    return tuple(
        replace(page, end=min(page.end, start)) for page, start in zip(pages, starts, strict=True)
    )
