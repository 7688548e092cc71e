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

from core.ingest.pdf.annotations import STRUCK, STRUCK_END
from core.ingest.pdf.blocks import Style, continues
from core.ingest.pdf.glyphs import (
    HARD_HYPHEN,
    SOFT_HYPHEN,
    ends_with_hyphen,
    joins_without_space,
    with_hyphens,
)
from core.ingest.pdf.records import Block, Boxes, Font, Line
from core.schema import Page

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_BROKEN = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)[-￾\xad]$")
_CLOSED = re.compile(r"[.!?。！？]\W?\]$")
_LONGEST = 300
_NO_BOX = np.zeros((1, 4), dtype=np.float32)
_KEPT = re.compile(
    r"\w|self|well|non|quasi|vice|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|twenty|(?:thir|for|fif|six|seven|eigh|nine)ty|first|second|third|fourth|fifth"
)
"""First parts whose hyphen is seldom that of a divided word, where no mere ending follows."""
_ENDING = re.compile(
    r"[a-z]{0,2}(?:ment(?:al)?|ion(?:al)?|ing|ed|er|ly|ty|teen|ness|[ae]nce|[ai]ble|al|i?th|some"
    r"|ism|ist|ive|ous|ity|ities|ical?)s?"
)
_AND, _UND = {"and", "or", "to", "et", "ou"}, {"und", "oder", "bzw", "sowie"}
_PART_OF_ADDRESS = re.compile(r"\w[-./_=?&%#~+]+\w|^[/_?&=#%~]\w")


def words_of(lines: Iterable[Line]) -> Counter[str]:
    """How often a document has each word, to tell a divided word from a hyphenated one."""
    text = with_hyphens("\n".join(line.text for line in lines)).casefold()
    return Counter(_WORD.findall(text))


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


def _in_address(last: str, first: str) -> bool:
    """Whether two words at a line's end are parts of one web or mail address, or of one path."""
    broken = ends_with_hyphen(last) or last.endswith(tuple("_@?&=#%~"))
    if "@" in first[1:] and broken:
        return True
    address = "://" in last or last.startswith(("www.", "doi:", "10.")) or "@" in last[1:]
    if not address:
        return broken and last.count("/") > 1
    begun = broken or last.endswith(("/", ".")) or not first[0].isalnum()
    return begun and (broken or bool(_PART_OF_ADDRESS.search(first)))


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
        compound, _, last = start.rpartition("-")
        if compound:
            return bool(self._words[last + end] or (len(last) > 2 and _ENDING.fullmatch(end)))
        kept = _KEPT.fullmatch(start) and not _ENDING.fullmatch(end)
        return second[0].islower() and not kept

    def _is_suspended(self, first: str, head: str) -> bool:
        """Whether a hyphen stands for a part that comes later: short- and long-distance."""
        word, *others = head.split(" ", 4)
        if word in _AND:
            return any("-" in other[1:-1] for other in others[:3])
        return word in _UND and not self._words[first.casefold() + word]

    def _glue(self, tail: str, head: str) -> str:
        """What stands between two lines of a paragraph; a divided word loses its hyphen."""
        if _in_address(tail.rsplit(" ", 1)[-1], head.split(" ", 1)[0]):
            return ""
        if tail.endswith(HARD_HYPHEN):
            return ""
        if not ends_with_hyphen(tail):
            last = tail[-2:-1] if tail[-1] in ",.!?;:" and len(tail) > 1 else tail[-1]
            return "" if joins_without_space(last, head[0]) else " "
        broken, start = _BROKEN.search(tail), _WORD.match(head)
        if broken is None or start is None:
            return " " if tail[:-1].endswith((" ", "-")) or not tail[:-1] else ""
        if not tail.endswith(SOFT_HYPHEN) and self._is_suspended(broken.group(1), head):
            return " "
        if tail.endswith(SOFT_HYPHEN) or self._divided(broken.group(1), start.group()):
            self._drop_last()
        return ""

    def _drop_last(self) -> None:
        self._text[-1], self._boxes[-1] = self._text[-1][:-1], self._boxes[-1][:-1]
        self._length -= 1

    def _add_line(self, line: Line, tail: str) -> str:
        """Append a line after ``tail``, the line before it in the same paragraph, if any."""
        text, boxes = composed(line)
        if tail.endswith(STRUCK_END) and text.startswith(STRUCK) and not _CLOSED.search(tail):
            tail, text, boxes = tail[: -len(STRUCK_END)], text[len(STRUCK) :], boxes[len(STRUCK) :]
            self._drop_last()
        if tail and (glue := self._glue(tail, text)):
            self._add(glue, _NO_BOX)
        self._add(with_hyphens(text), boxes)
        return text

    def _add_block(self, block: Block, tail: str) -> str:
        if not tail and self._length:
            self._add("\n", _NO_BOX)
        tail = self._add_line(block[0], tail)
        start = self._length - len(tail)
        for line in block[1:]:
            text = self._add_line(line, tail)
            tail = text if " " in text else tail.rsplit(" ", 1)[-1][-_LONGEST:] + text
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
