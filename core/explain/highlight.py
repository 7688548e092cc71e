"""Pages of documents: where a passage stands on one, and its picture."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

from core.errors import DocumentRefused, NotFound
from core.explain.drawing import MEMORY_MB, SECONDS
from core.home.files import Files
from core.home.sandbox import (
    DONE,
    OUT_OF_MEMORY,
    REFUSED,
    out_of_processor_time,
    reported_error,
    run_child,
)
from core.ingest.packing import load_notes, load_paged_text
from core.schema import Box, Chunk, Note, PagedText

_WIDEST_GAP = 0.08
_PNG = b"\x89PNG\r\n\x1a\n"
_PLACES = threading.BoundedSemaphore(2)
"""So many pages are drawn at once, whoever asks: each may take a gigabyte."""


def _overlap(a_low: float, a_high: float, b_low: float, b_high: float) -> float:
    """Shared part of two intervals, as a fraction of the shorter one."""
    shorter = max(min(a_high - a_low, b_high - b_low), 1e-6)
    return (min(a_high, b_high) - max(a_low, b_low)) / shorter


def _follows(last: Box, char: Box) -> bool:
    """Whether a character stands on the same line as the one before it."""
    if last.page != char.page:
        return False
    if _overlap(last.top, last.bottom, char.top, char.bottom) >= 0.4:
        return max(char.left - last.right, last.left - char.right) <= _WIDEST_GAP
    along = max(char.top - last.bottom, last.top - char.bottom)
    beside = _overlap(last.left, last.right, char.left, char.right)
    return beside >= 0.6 and along <= 0.8 * (last.right - last.left)  # text turned by 90 degrees


def _around(a: Box, b: Box) -> Box:
    return Box(
        a.page,
        min(a.left, b.left),
        min(a.top, b.top),
        max(a.right, b.right),
        max(a.bottom, b.bottom),
    )


def boxes_of(paged: PagedText, start: int, end: int) -> list[Box]:
    """One rectangle for each line of ``paged.text[start:end]``, in reading order; none off a page.

    Args:
        paged: the document.
        start: first character, as an offset of the document's text.
        end: offset after the last character.
    """
    if paged.unit != "page":
        return []
    starts = [p.start for p in paged.pages]
    lines: list[Box] = []
    last: Box | None = None
    for offset in range(max(start, 0), min(end, len(paged.text))):
        if paged.text[offset] == "\n":
            last = None
        left, top, right, bottom = paged.boxes[offset].tolist()
        if right <= left and bottom <= top:
            continue
        char = Box(paged.pages[bisect_right(starts, offset) - 1].number, left, top, right, bottom)
        if last is not None and _follows(last, char):
            lines[-1] = _around(lines[-1], char)
        else:
            lines.append(char)
        last = char
    return lines


def _goes_on(before: Box, line: Box) -> bool:
    """Whether a line stands beside or below the one before it, not at the top of a new column."""
    height = before.bottom - before.top
    return before.page == line.page and line.top >= before.top - height


def outline_of(lines: Sequence[Box]) -> list[Box]:
    """Rectangles around lines that follow each other down the page, in reading order.

    A new rectangle begins where the text goes on further up (the next column) or on another
    page. Example: two lines, one above the other, and a third at the top of the next column,
    give two.
    """
    outlines: list[Box] = []
    for position, line in enumerate(lines):
        if position and _goes_on(lines[position - 1], line):
            outlines[-1] = _around(outlines[-1], line)
        else:
            outlines.append(line)
    return outlines


def render_page(data: bytes, page: int, width: int) -> bytes:
    """A page as a PNG, ``width`` pixels wide (less for a page that would be huge).

    It is drawn in a child process: a picture or a drawing without end on one page stops nobody.

    Args:
        data: the PDF.
        page: from 1.
        width: in pixels, 16 to 8000.

    Raises:
        NotFound: the document has no such page.
        DocumentRefused: the document cannot be opened, or the page cannot be drawn in time.
    """
    options, too_long = [str(page), str(width)], f"drawing it takes longer than {SECONDS} seconds"
    try:
        with _PLACES:
            status, result = run_child("core.explain.drawing", data, options, SECONDS)
    except TimeoutError as exc:
        raise _undrawable(page, too_long) from exc
    if status == DONE and result.startswith(_PNG):
        return result
    if status == REFUSED:
        raise reported_error(result)
    if out_of_processor_time(status):
        raise _undrawable(page, too_long)
    if status == OUT_OF_MEMORY:
        raise _undrawable(page, f"drawing it needs more than {MEMORY_MB} MB of memory")
    raise _undrawable(page, "it is damaged")


def _undrawable(page: int, reason: str) -> DocumentRefused:
    """A page that has no picture; its text may well be there."""
    return DocumentRefused(
        "damaged",
        f"Page {page} cannot be shown: {reason}.",
        "Its text can still be read and searched.",
    )


class DocumentPages:
    """Reads pages of stored documents; the last few texts stay in memory."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._text = lru_cache(maxsize=8)(lambda id_: load_paged_text(files.text(id_)))
        self._notes = lru_cache(maxsize=1024)(lambda id_: load_notes(files.text(id_)))

    def text(self, document_id: str) -> PagedText:
        """A document's text with the place of every character."""
        return self._text(document_id)

    def notes(self, document_id: str) -> tuple[Note, ...]:
        """What of a document is not searched; nothing as long as it has no text."""
        try:
            return self._notes(document_id)
        except NotFound:
            return ()

    def page_at(self, chunk: Chunk, offset: int) -> int:
        """The page (from 1) on which a character of a chunk's text stands."""
        if chunk.first_page == chunk.last_page:
            return chunk.first_page
        pages = self.text(chunk.document_id).pages
        starts = [page.start for page in pages]
        return pages[max(0, bisect_right(starts, chunk.start + offset) - 1)].number

    def picture(self, document_id: str, page: int, width: int = 1200) -> bytes:
        """A page as PNG, ``width`` pixels wide, pages from 1."""
        return render_page(self._files.original(document_id), page, width)
