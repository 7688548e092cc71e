"""Letters that a page holds and does not show: pale as paper, transparent, or not drawn at all.

White letters on a dark box are honest (the head of a table), and so are the letters that text
recognition puts, not drawn, behind a scanned picture. So letters count as hidden only where no
picture and nothing dark lies around them. What is behind a letter is known by rectangles alone:
dark letters on a dark box, and letters under a white picture, are not noticed.
"""

from __future__ import annotations

from collections.abc import Sequence
from ctypes import byref, c_float, c_int, c_size_t, c_uint
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ingest.pdf.pdfium import address_of, addresses, by_address
from core.ingest.pdf.records import Boxes, RawPage, Rectangle
from core.schema import Page

PALE = 230
"""From here to 255 in red, green and blue, ink on white paper has a contrast below 1.3."""
_CLEAR = 25
_NOT_DRAWN, _STROKED = (3, 7), (1, 2, 5, 6)
_MOST_OBJECTS, _DEEPEST = 20_000, 4


class Ink:
    """What the characters and shapes of one page are drawn with."""

    def __init__(self, raw: Any, page: Any, text_page: Any) -> None:
        self._raw = raw
        self._page = page
        self._text_page = text_page
        self._colour = tuple(c_uint() for _ in range(4))
        self._refs = tuple(byref(part) for part in self._colour)
        self._left = 0

    def _is_pale(self) -> bool:
        """Whether the colour that was read last leaves no mark on white paper."""
        red, green, blue, alpha = (part.value for part in self._colour)
        return alpha <= _CLEAR or min(red, green, blue) >= PALE

    def leave_no_mark(self, characters: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each would not be seen on white paper; asked once of a text object."""
        raw, handle = self._raw, repeat(address_of(self._text_page))
        object_of = by_address(raw.FPDFText_GetTextObject, c_size_t, c_size_t, c_int)
        objects, first, which = np.unique(
            np.fromiter(map(object_of, handle, characters.tolist()), np.uint64, len(characters)),
            return_index=True,
            return_inverse=True,
        )
        mode_of = by_address(raw.FPDFTextObj_GetTextRenderMode, c_int, c_size_t)
        modes = np.fromiter(map(mode_of, objects.tolist()), np.int64, len(objects))
        fill_of = by_address(raw.FPDFText_GetFillColor, c_int, c_size_t, c_int, *[c_size_t] * 4)
        colours = np.zeros((4, len(objects), 1), dtype=np.uint32)
        places = map(addresses, colours)
        read = map(fill_of, handle, characters[first].tolist(), *places)
        filled = np.fromiter(read, np.bool_, len(objects)) & ~np.isin(modes, _STROKED)
        pale = (colours[3, :, 0] <= _CLEAR) | (colours[:3, :, 0].min(axis=0) >= PALE)
        unseen: NDArray[np.bool_] = np.isin(modes, _NOT_DRAWN) | (filled & pale)
        return unseen[which]

    def covers(self) -> list[Rectangle]:
        """Left, bottom, right, top of everything on which pale letters can be seen.

        A page of very many shapes counts as covered: one rectangle without end.
        """
        self._left = _MOST_OBJECTS
        rectangles: list[Rectangle] = []
        sides = tuple(c_float() for _ in range(4))
        for number in range(min(self._raw.FPDFPage_CountObjects(self._page), _MOST_OBJECTS + 1)):
            thing = self._raw.FPDFPage_GetObject(self._page, number)
            if self._darkens(thing, 0) and self._raw.FPDFPageObj_GetBounds(thing, *sides):
                left, bottom, right, top = (side.value for side in sides)
                rectangles.append((left, bottom, right, top))
        return rectangles if self._left > 0 else [(-np.inf, -np.inf, np.inf, np.inf)]

    def _darkens(self, thing: Any, depth: int) -> bool:
        """Whether a shape, picture or form puts something else than paper on the page."""
        self._left -= 1
        raw, kind = self._raw, self._raw.FPDFPageObj_GetType(thing)
        if kind == raw.FPDF_PAGEOBJ_FORM:
            return depth < _DEEPEST and any(
                self._darkens(raw.FPDFFormObj_GetObject(thing, number), depth + 1)
                for number in range(raw.FPDFFormObj_CountObjects(thing))
                if self._left > 0
            )
        if kind != raw.FPDF_PAGEOBJ_PATH:
            return bool(kind in {raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING})
        fill, stroke = c_int(), c_int()
        raw.FPDFPath_GetDrawMode(thing, byref(fill), byref(stroke))
        return bool(
            fill.value and raw.FPDFPageObj_GetFillColor(thing, *self._refs) and not self._is_pale()
        )


def outside(boxes: Boxes, covers: Boxes) -> Boxes:
    """The boxes (n, 4) whose middle lies in none of the rectangles."""
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    seen = np.zeros(len(boxes), dtype=np.bool_)
    for left, top, right, bottom in covers:
        seen |= (x >= left) & (x <= right) & (y >= top) & (y <= bottom)
    return boxes[boxes.any(axis=1) & ~seen]


def hidden_spans(
    text: str, boxes: Boxes, pages: Sequence[Page], read: Sequence[RawPage]
) -> tuple[tuple[int, int], ...]:
    """Offsets (start, end) of the hidden parts of a text; blanks between hidden words count.

    The letters are found again by their boxes, which nothing on the way here changes.
    """
    spans: list[tuple[int, int]] = []
    for page, raw_page in zip(pages, read, strict=True):
        size = np.array([page.width, page.height] * 2, dtype=np.float32)
        hidden = np.array(raw_page.hidden, dtype=np.float32).reshape(-1, 4)
        hidden_boxes = set(map(tuple, np.clip(hidden / size, 0, 1).tolist()))
        for offset in range(page.start, page.end) if hidden_boxes else ():
            if tuple(boxes[offset].tolist()) not in hidden_boxes:
                continue
            if spans and not text[spans[-1][1] : offset].strip():
                spans[-1] = (spans[-1][0], offset + 1)
            else:
                spans.append((offset, offset + 1))
    return tuple(spans)
