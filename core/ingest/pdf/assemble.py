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
from dataclasses import dataclass, field, replace

import numpy as np

from core.ingest.pdf.blocks import Style, continues
from core.ingest.pdf.glyphs import LINE_END_HYPHEN, joins_without_space
from core.ingest.pdf.records import Block, Boxes, Line
from core.schema import Page

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_BROKEN = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)[-￾]$")
_NO_BOX = np.zeros((1, 4), dtype=np.float32)
_PREFIXES = frozenset({"self", "well"})


class Words:
    """The words of a document, to tell a divided word from a hyphenated one."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._counts: Counter[str] = Counter()
        for line in lines:
            words = [w.casefold() for w in _WORD.findall(line.text.replace(LINE_END_HYPHEN, "-"))]
            self._counts.update(words)

    def divided(self, first: str, second: str) -> bool:
        """Whether ``first-second`` at a line end is one word: the usual case for small letters.

        A document that writes the whole word elsewhere, with or without a hyphen, decides.
        """
        start, end = first.casefold(), second.casefold()
        joined, hyphened = self._counts[start + end], self._counts[f"{start}-{end}"]
        if joined or hyphened:
            return joined >= hyphened
        return second[0].islower() and start not in _PREFIXES


@dataclass(frozen=True, slots=True)
class Placed:
    """A block in the finished text; ``top`` is in points from the top of its page."""

    block: Block
    start: int
    end: int
    top: float


@dataclass(frozen=True, slots=True)
class PageSize:
    """Number, label and size in points of a displayed page."""

    number: int
    label: str
    width: float
    height: float


@dataclass(slots=True)
class _Tape:
    """Text under construction, with a box for every character."""

    text: list[str] = field(default_factory=list)
    boxes: list[Boxes] = field(default_factory=list)
    length: int = 0

    def add(self, text: str, boxes: Boxes) -> None:
        if text:
            self.text.append(text)
            self.boxes.append(boxes)
            self.length += len(text)

    def drop_last(self) -> None:
        """Take back the last character."""
        self.text[-1], self.boxes[-1] = self.text[-1][:-1], self.boxes[-1][:-1]
        self.length -= 1


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

    def __init__(self, words: Words, style: Style) -> None:
        self._words = words
        self._style = style
        self._tape = _Tape()
        self.placed: list[Placed] = []

    def _glue(self, tail: str, head: str) -> str:
        """What stands between two lines of a paragraph; a divided word loses its hyphen."""
        broken = _BROKEN.search(tail)
        start = _WORD.match(head)
        if broken is None or start is None:
            if tail.endswith((LINE_END_HYPHEN, "-")):
                return " " if tail[:-1].endswith((" ", "-")) or not tail[:-1] else ""
            return "" if joins_without_space(tail[-1], head[0]) else " "
        if self._words.divided(broken.group(1), start.group()):
            self._tape.drop_last()
        return ""

    def _add_line(self, line: Line, tail: str) -> str:
        """Append a line after ``tail``, the line before it in the same paragraph, if any."""
        text, boxes = composed(line)
        if tail:
            glue = self._glue(tail, text)
            self._tape.add(glue, _NO_BOX[: len(glue)])
        self._tape.add(text.replace(LINE_END_HYPHEN, "-"), boxes)
        return text

    def _add_block(self, block: Block, tail: str) -> str:
        if not tail and self._tape.length:
            self._tape.add("\n", _NO_BOX)
        tail = self._add_line(block.lines[0], tail)
        start = self._tape.length - len(tail)
        for line in block.lines[1:]:
            tail = self._add_line(line, tail)
        boxes = block.lines[0].boxes
        top = float(boxes[boxes.any(axis=1), 1].min())
        self.placed.append(Placed(block, start, self._tape.length, top))
        return tail

    def build(
        self, pages: Sequence[tuple[PageSize, Sequence[Sequence[Block]]]]
    ) -> tuple[str, Boxes, tuple[Page, ...]]:
        """The text, its boxes as fractions of the page, and the pages with their offsets."""
        done: list[Page] = []
        last: Block | None = None
        tail = ""
        for size, regions in pages:
            start: int | None = None
            for region in regions:
                for i, block in enumerate(region):
                    joined = last is not None and i == 0 and continues(last, block, self._style)
                    tail = self._add_block(block, tail if joined else "")
                    start = self.placed[-1].start if start is None else start
                    last = block
            begin = self._tape.length if start is None else start
            done.append(
                Page(size.number, size.label, begin, self._tape.length, size.width, size.height)
            )
        pages_done = _without_overlap(done)
        return "".join(self._tape.text), self._fractions(pages_done), pages_done

    def _fractions(self, pages: Sequence[Page]) -> Boxes:
        boxes = np.concatenate(self._tape.boxes) if self._tape.boxes else _NO_BOX[:0]
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
