"""What people typed, ticked and crossed out on a page: annotations, form fields, lines over text.

Form values and typed notes become part of the page's content (PDFium's flattening), so text and
picture agree. A tick is usually a drawing: a box is read as ``[x]`` or ``[ ]`` at its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, byref, c_float, c_size_t, c_ulong, c_ushort, cast, create_string_buffer
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ingest.pdf.pdfium import address_of, by_address
from core.ingest.pdf.records import Rectangle

STRUCK, STRUCK_END = "[struck out: ", "]"
_HIDDEN = 2 | 32
_STRIKE_OUT, _WIDGET = 12, 20
_WITH_TEXT = {3, 13, _WIDGET}  # typed notes and stamps
_TICKED = {2, 3}  # check boxes and radio buttons
_MOST_OBJECTS = 20_000
_STOPS = frozenset(".!?。！？")
_THICKEST, _SHORTEST = 3.0, 3.0
_LOWEST, _HIGHEST = 0.28, 0.62
_COVERED = 0.6


@dataclass(frozen=True, slots=True)
class Annotated:
    """Marks of a page in its own coordinates, rectangles as left, bottom, right, top.

    ``boxes`` are check boxes and whether each is ticked; ``strikes`` are lines that may cross text
    out; ``off`` has the addresses of texts on layers that are switched off; ``drawn`` says that
    the page has any content.
    """

    boxes: tuple[tuple[Rectangle, bool], ...] = ()
    strikes: tuple[Rectangle, ...] = ()
    off: set[int] = field(default_factory=set)
    drawn: bool = False


@contextmanager
def opened_page(
    raw: Any, document: Any, index: int, off_layers: frozenset[str]
) -> Iterator[tuple[Any, Annotated]]:
    """A page with its form values and typed notes as text, and its marks."""
    page = document[index]
    try:
        found, to_flatten = _annotations(raw, document, page)
        if to_flatten and raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY) == 1:
            page.close()
            page = document[index]
        things = _Things(raw, page, off_layers)
        yield (
            page,
            replace(
                found,
                strikes=found.strikes + tuple(things.bars),
                off=things.off,
                drawn=things.drawn,
            ),
        )
    finally:
        page.close()


def _rectangle(raw: Any, annotation: Any) -> Rectangle:
    box = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(annotation, byref(box))
    return (box.left, box.bottom, box.right, box.top)


def _annotations(raw: Any, document: Any, page: Any) -> tuple[Annotated, bool]:
    """The marks that annotations make, and whether any of them holds text."""
    boxes: list[tuple[Rectangle, bool]] = []
    strikes: list[Rectangle] = []
    to_flatten = False
    form = document.formenv
    for number in range(raw.FPDFPage_GetAnnotCount(page.raw)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, number)
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        if not raw.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
            to_flatten |= kind in _WITH_TEXT
            if kind == _STRIKE_OUT:
                strikes += _quads(raw, annotation)
            elif kind == _WIDGET and raw.FPDFAnnot_GetFormFieldType(form, annotation) in _TICKED:
                ticked = bool(raw.FPDFAnnot_IsChecked(form, annotation))
                boxes.append((_rectangle(raw, annotation), ticked))
        raw.FPDFPage_CloseAnnot(annotation)
    return Annotated(tuple(boxes), tuple(strikes)), to_flatten


def _quads(raw: Any, annotation: Any) -> Iterator[Rectangle]:
    """A bar through the middle of every part of a text that an annotation strikes out."""
    quad = raw.FS_QUADPOINTSF()
    for number in range(raw.FPDFAnnot_CountAttachmentPoints(annotation)):
        if raw.FPDFAnnot_GetAttachmentPoints(annotation, number, byref(quad)):
            across = [quad.x1, quad.x2, quad.x3, quad.x4]
            middle = (quad.y1 + quad.y2 + quad.y3 + quad.y4) / 4
            yield (min(across), middle - 0.1, max(across), middle + 0.1)


class _Things:
    """The thin lines and filled bars across a page, and its texts of layers that are off."""

    def __init__(self, raw: Any, page: Any, off_layers: frozenset[str]) -> None:
        self._raw = raw
        self._off_layers = off_layers
        self._name, self._size = create_string_buffer(256), c_ulong()
        self.bars: list[Rectangle] = []
        self.off: set[int] = set()
        object_at = by_address(raw.FPDFPage_GetObject, c_size_t, c_size_t, c_size_t)
        kind_of = by_address(raw.FPDFPageObj_GetType, c_size_t, c_size_t)
        count = min(raw.FPDFPage_CountObjects(page.raw), _MOST_OBJECTS)
        self.drawn = count > 0
        things = list(map(object_at, repeat(address_of(page.raw)), range(count)))
        sides = (c_float * 4)()
        bounds = by_address(raw.FPDFPageObj_GetBounds, c_size_t, c_size_t, *[c_size_t] * 4)
        places = [address_of(sides) + 4 * n for n in range(4)]
        for thing, kind in zip(things, map(kind_of, things), strict=True):
            if kind == raw.FPDF_PAGEOBJ_PATH:
                bounds(thing, *places)
                self._add_bar(*sides)
        for thing in things if off_layers else ():
            held = cast(thing, raw.FPDF_PAGEOBJECT)
            if self._is_off(held):
                self._add_off(held)

    def _add_bar(self, left: float, bottom: float, right: float, top: float) -> None:
        thick = top - bottom
        if thick <= _THICKEST and right - left > max(_SHORTEST, 3 * thick):
            self.bars.append((left, bottom, right, top))

    def _add_off(self, thing: Any) -> None:
        self.off.add(address_of(thing))
        if self._raw.FPDFPageObj_GetType(thing) == self._raw.FPDF_PAGEOBJ_FORM:
            for number in range(self._raw.FPDFFormObj_CountObjects(thing)):
                self._add_off(self._raw.FPDFFormObj_GetObject(thing, number))

    def _is_off(self, thing: Any) -> bool:
        """Whether a mark puts a thing on a layer that is switched off."""
        raw, name, size = self._raw, self._name, self._size
        for number in range(raw.FPDFPageObj_CountMarks(thing)):
            mark = raw.FPDFPageObj_GetMark(thing, number)
            raw.FPDFPageObjMark_GetName(mark, _units(name), len(name), byref(size))
            if _utf16(name, size) == "OC" and raw.FPDFPageObjMark_GetParamStringValue(
                mark, b"Name", _units(name), len(name), byref(size)
            ):
                return _utf16(name, size) in self._off_layers
        return False


def struck(boxes: NDArray[np.float64], strikes: tuple[Rectangle, ...]) -> NDArray[np.bool_]:
    """Which glyphs a bar crosses; ``boxes`` (n, 4) are as high as the line, y down.

    A bar through text lies in the middle of the letters (not below, as one that underlines) and
    is about as long as they are (not as the rule behind a title).
    """
    crossed = np.zeros(len(boxes), dtype=np.bool_)
    if not strikes or not len(boxes):
        return crossed
    height = boxes[:, 3] - boxes[:, 1]
    low, high = boxes[:, 3] - _LOWEST * height, boxes[:, 3] - _HIGHEST * height
    middle = (boxes[:, 0] + boxes[:, 2]) / 2
    order = np.argsort(low + high)
    heights, widest = (low + high)[order] / 2, 0.2 * float(height.max())
    levels = -np.array([(bottom + top) / 2 for _, bottom, _, top in strikes])
    firsts, lasts = (np.searchsorted(heights, levels + side) for side in (-widest, widest))
    for bar in np.flatnonzero(firsts < lasts).tolist():
        (left, _, right, _), y = strikes[bar], levels[bar]
        near = order[firsts[bar] : lasts[bar]]
        inside = (high[near] <= y) & (y <= low[near])
        inside &= (middle[near] >= left) & (middle[near] <= right)
        under = near[inside]
        covered = np.sum(boxes[under, 2] - boxes[under, 0]) / (right - left)
        if _COVERED <= covered <= 1 / _COVERED:
            crossed[under] = True
    return crossed


def with_strikes(
    texts: NDArray[np.object_],
    crossed: NDArray[np.bool_],
    line: NDArray[np.int64],
    spaced: NDArray[np.bool_],
) -> None:
    """Put marks around struck-out letters, of each line and each sentence."""
    if not crossed.any():
        return
    stopped = np.append(False, [text in _STOPS for text in texts[:-1]]) & spaced
    opens = crossed & (~np.append(False, crossed[:-1]) | (np.diff(line, prepend=-1) > 0) | stopped)
    closes = crossed & np.append(opens[1:] | ~crossed[1:], True)
    texts[opens] = [STRUCK + text for text in texts[opens]]
    texts[closes] = [text + STRUCK_END for text in texts[closes]]


def _utf16(text: Any, size: Any) -> str:
    return str(text.raw[: min(size.value, len(text)) // 2 * 2].decode("utf-16-le")).rstrip("\0")


def _units(text: Any) -> Any:
    return cast(text, POINTER(c_ushort))
