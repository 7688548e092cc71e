"""One way to say where something stands: on a page, in lines, at a time, in rows, on a slide."""

from __future__ import annotations

from core.schema import Chunk, PlaceUnit
from core.text.counting import counted

_SAID: dict[PlaceUnit, tuple[str, str]] = {
    "page": ("p. ", "pp. "),
    "line": ("line ", "lines "),
    "time": ("", ""),
    "row": ("row ", "rows "),
    "slide": ("slide ", "slides "),
    "section": ("section ", "sections "),
    "passage": ("passage ", "passages "),
    "paragraph": ("paragraph ", "paragraphs "),
}


def page_words(chunk: Chunk, page: int | None = None) -> str:
    """The places of a chunk, or one of them (from 1); nothing for a text without places.

    ``p. 12``, ``pp. 12–13``, and ``p. A-3 (7)`` where the seventh page is called A-3;
    ``lines 14–20``, ``0:12:07–0:12:40``, ``rows 7–9``, ``slide 3``.
    """
    if chunk.first_page == 0:
        return ""
    first, last = (chunk.first_page, chunk.last_page) if page is None else (page, page)
    numbers = sorted({first, last})
    shown = "–".join(_label(chunk, number) for number in numbers)
    index = "–".join(map(str, numbers))
    words = f"{_SAID[chunk.unit][len(numbers) > 1]}{shown}"
    return words if chunk.unit != "page" or shown == index else f"{words} ({index})"


def places_words(count: int, unit: PlaceUnit) -> str:
    """How many places a document has.

    >>> places_words(3, "page"), places_words(1, "time")
    ('3 pages', '1 cue')
    """
    return counted(count, "cue" if unit == "time" else unit)


def source_words(chunk: Chunk, page: int | None = None, joint: str = ", ") -> str:
    """The document and the places of a chunk, or one of them."""
    return joint.join(filter(None, [chunk.document_name, page_words(chunk, page)]))


def _label(chunk: Chunk, page: int) -> str:
    at = page - chunk.first_page
    return chunk.labels[at] if 0 <= at < len(chunk.labels) and chunk.labels[at] else str(page)
