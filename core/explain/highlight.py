"""Where a passage stands on the page, and the picture of that page."""

from __future__ import annotations

import io
from bisect import bisect_right
from contextlib import closing
from typing import Any

from core.errors import NotFound
from core.ingest import refusals
from core.pdfium import opened
from core.schema import Box, PagedText

_WIDEST_GAP = 0.08
_MOST_PIXELS = 16_000_000
_NARROWEST, _WIDEST = 16, 8000


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


def _scale(width_points: float, height_points: float, width: int) -> float:
    """Pixels per point for a picture of this width, within the pixel limit."""
    wide, high = max(width_points, 1.0), max(height_points, 1.0)
    wanted = min(max(width, _NARROWEST), _WIDEST) / wide
    most: float = (_MOST_PIXELS / (wide * high)) ** 0.5
    return min(wanted, most)


def _drawn(document: Any, index: int, width: int) -> bytes:
    import pypdfium2 as pdfium  # noqa: PLC0415 - `import core` does not load PDFium

    try:
        with closing(document[index]) as page:
            wide, high = page.get_size()
            picture = page.render(scale=_scale(wide, high, width)).to_pil()
    except pdfium.PdfiumError as exc:
        raise refusals.damaged(f"page {index + 1} cannot be drawn") from exc
    out = io.BytesIO()
    picture.save(out, format="PNG")
    return out.getvalue()


def render_page(data: bytes, page: int, width: int) -> bytes:
    """A page as a PNG, ``width`` pixels wide (less for a page that would be huge).

    Args:
        data: the PDF.
        page: from 1.
        width: in pixels, 16 to 8000.

    Raises:
        NotFound: the document has no such page.
        DocumentRefused: the document cannot be opened, or the page cannot be drawn.

    """
    with opened(data) as document:
        if not 1 <= page <= len(document):
            raise NotFound(f"There is no page {page}: the document has {len(document)} pages.")
        return _drawn(document, page - 1, width)
