"""Where a passage stands on the page, and the picture of that page."""

from __future__ import annotations

import threading
from bisect import bisect_right

from core.explain.drawing import MEMORY_MB, SECONDS
from core.ingest import refusals
from core.ingest.jobs.sandbox import (
    DONE,
    OUT_OF_MEMORY,
    REFUSED,
    out_of_processor_time,
    reported_error,
    run_child,
)
from core.schema import Box, PagedText

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
    """One rectangle for each line of ``paged.text[start:end]``, in reading order.

    Args:
        paged: the document.
        start: first character, as an offset of the document's text.
        end: offset after the last character.
    """
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
    try:
        with _PLACES:
            status, result = run_child(
                "core.explain.drawing", data, [str(page), str(width)], SECONDS
            )
    except TimeoutError as exc:
        raise refusals.undrawable(page, f"drawing it takes longer than {SECONDS} seconds") from exc
    if status == DONE and result.startswith(_PNG):
        return result
    if status == REFUSED:
        raise reported_error(result)
    if out_of_processor_time(status):
        raise refusals.undrawable(page, f"drawing it takes longer than {SECONDS} seconds")
    if status == OUT_OF_MEMORY:
        raise refusals.undrawable(page, f"drawing it needs more than {MEMORY_MB} MB of memory")
    raise refusals.undrawable(page, "it is damaged")
