"""What a reader finds, block by block -> the text of a document with its places."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from core.errors import DocumentRefused
from core.schema import Heading, Note, Page, PagedText, Part, PlaceUnit
from core.settings import Limits

MOST_PLACES = 500_000
# What no text holds on purpose: controls but tab and line feed, halves of surrogate pairs.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph, a heading, a list item, a row, a cue or a piece of code, as a reader found it.

    ``place`` is the number (from 1, never falling) of the page, row, cue, ... that it stands in,
    ``label`` how that is called where it is not the number ("0:12:07"). Where places are lines it
    is the first one, and each further line of ``text`` is the next place: the lines of prose are
    joined by a space, those of code and items stay.

    ``level`` above 0 begins a section, called ``heading`` or, without one, like the text itself.
    ``goes_on``: a sentence goes on from the block before, so a space joins them.
    """

    text: str
    place: int
    label: str = ""
    level: int = 0
    heading: str | None = None
    kind: Literal["text", "code", "item"] = "text"
    goes_on: bool = False


@dataclass(slots=True)
class _Text:
    """The document as far as it is written."""

    limits: Limits
    written: list[str] = field(default_factory=list)
    length: int = 0
    pages: list[Page] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    def write(self, text: str, place: int, label: str, joint: str) -> int:
        """Add text at a place, behind ``joint`` if it is not the first; where it begins."""
        joint = joint if self.written else ""
        start = self.length + len(joint)
        self.length = start + len(text)
        if self.length > self.limits.characters:
            raise DocumentRefused(
                "too_much_text",
                f"The file holds more than {self.limits.characters} characters.",
                "Split it, or raise SECOND_LOOK_MAX_CHARACTERS.",
            )
        self.written += (joint, text)
        self._place(place, label, start)
        return start

    def _place(self, number: int, label: str, start: int) -> None:
        last = self.pages[-1] if self.pages else None
        if last is not None and number <= last.number:
            self.pages[-1] = Page(last.number, last.label, last.start, self.length)
            return
        if number > MOST_PLACES:
            raise DocumentRefused(
                "too_many_pages",
                f"The file has more than {MOST_PLACES} lines, rows or other places.",
                "Split it.",
            )
        empty = range(len(self.pages) + 1, number)  # blank lines hold no character
        self.pages += (Page(skipped, str(skipped), start, start) for skipped in empty)
        self.pages.append(Page(number, label or str(number), start, self.length))


def _lines(block: TextBlock, unit: PlaceUnit) -> Iterator[tuple[int, str]]:
    """The places of a block with their text; blank lines at both ends left out."""
    text = _CONTROL.sub("", block.text.replace("\r\n", "\n").replace("\r", "\n"))
    stripped = str.rstrip if block.kind == "code" else str.strip
    lines = [stripped(line) for line in text.split("\n")]
    inside = [number for number, line in enumerate(lines) if line.strip()]
    for number in range(inside[0], inside[-1] + 1) if inside else ():
        yield block.place + number * (unit == "line"), lines[number]


def paged(
    blocks: Iterable[TextBlock],
    unit: PlaceUnit,
    limits: Limits,
    title: str = "",
    notes: Sequence[Note] = (),
) -> PagedText:
    """Put the blocks of a document one after the other, each on a line of its own or on several.

    Raises:
        DocumentRefused: ``no_text``, ``too_much_text`` or ``too_many_pages``.
    """
    text = _Text(limits)
    for block in blocks:
        _write(text, block, unit)
    whole = "".join(text.written)
    if not any(map(str.isalnum, whole)):
        raise DocumentRefused("no_text", "The file holds no text.", "Look into it, then add it.")
    boxes = np.zeros((0, 4), dtype=np.float32)
    return PagedText(
        whole,
        tuple(text.pages),
        tuple(text.headings),
        boxes,
        title=" ".join(title.split()),
        notes=tuple(notes),
        unit=unit,
        parts=tuple(text.parts),
    )


def _write(text: _Text, block: TextBlock, unit: PlaceUnit) -> None:
    lines = list(_lines(block, unit))
    soft = " " if unit == "line" and block.kind == "text" else "\n"
    joints = [" " if block.goes_on else "\n", *[soft] * len(lines)]
    written = [
        text.write(line, place, block.label, joint)
        for joint, (place, line) in zip(joints, lines, strict=False)
    ]
    if written and block.kind != "text":
        text.parts.append(Part(written[0], text.length, block.kind))
    if written and block.level:
        own = " ".join(line for _, line in lines)
        title = own if block.heading is None else block.heading
        text.headings.append(Heading(written[0], block.level, " ".join(title.split())))


def parts_within(paged: PagedText, start: int, end: int) -> Iterator[Part | tuple[int, int]]:
    """The stretch [start, end) as its parts and, as offsets, the prose between them."""
    first = bisect_left(paged.parts, start, key=lambda part: part.end - 1)
    for part in (paged.parts[at] for at in range(first, len(paged.parts))):
        if part.start >= end:
            break
        if part.start > start:
            yield start, part.start
        yield Part(max(start, part.start), min(end, part.end), part.kind)
        start = max(start, part.end)
    if start < end:
        yield start, end
