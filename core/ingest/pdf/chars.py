"""PDFium's characters of a page, gathered into segments with a box for every character.

PDFium reports a character's place in the page's own coordinates (origin bottom left, before
rotation). Here everything becomes points of the displayed page, so that a box can be laid
over a rendered picture without thinking.
"""

from __future__ import annotations

import math
import re
from ctypes import byref, c_double, c_int, create_string_buffer
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ingest.pdf.glyphs import glyph_text
from core.ingest.pdf.hidden_text import Ink, outside, unmarked
from core.ingest.pdf.records import SKEWED, Boxes, Font, RawPage, Rectangle, Segment, to_frame
from core.ingest.pdf.runs import Run

_BOLD_NAME = re.compile(r"bold|black|heavy|demi|cmbx|cmssbx", re.IGNORECASE)
_MONO_NAME = re.compile(r"mono|courier|typewriter|cmtt|cmsltt|consol|menlo|fixed", re.IGNORECASE)
_FIXED_PITCH = 1
_BOLD_WEIGHT = 600


@lru_cache(maxsize=4096)
def _name_says(name: str, flags: int, weight: int) -> tuple[bool, bool]:
    bold = weight >= _BOLD_WEIGHT or bool(_BOLD_NAME.search(name))
    return bold, bool(flags & _FIXED_PITCH) or bool(_MONO_NAME.search(name))


class PageReader:
    """Reads the text page ``handle`` of PDFium; ``box`` is left, bottom, right, top of the page."""

    def __init__(self, raw: Any, page: Any, handle: Any, box: Rectangle, rotation: int) -> None:
        self._raw = raw
        self._handle = handle
        self._ink = Ink(raw, page, handle)
        self._page_box = box
        self._rotation = rotation
        self._rect = raw.FS_RECTF()
        self._matrix = raw.FS_MATRIX()
        self._doubles = tuple(c_double() for _ in range(4))
        self._name = create_string_buffer(128)
        self._flags = c_int()

    def _matrix_of(self, index: int) -> tuple[int, float]:
        """Reading angle and displayed font size of a character."""
        size = float(self._raw.FPDFText_GetFontSize(self._handle, index))
        if not self._raw.FPDFText_GetMatrix(self._handle, index, byref(self._matrix)):
            return 0, size
        m = self._matrix
        degrees = math.degrees(math.atan2(m.b, m.a)) % 360
        nearest = round(degrees / 90) * 90
        angle = nearest % 360 if abs(degrees - nearest) <= 10 else SKEWED
        return angle, size * math.hypot(m.c, m.d)

    def _line_box(self, index: int, angle: int, size: float) -> Rectangle:
        """The glyph's own box, stretched across the line around its baseline."""
        left, right, bottom, top = self._doubles
        self._raw.FPDFText_GetCharBox(self._handle, index, left, right, bottom, top)
        tight = (left.value, -top.value, right.value, -bottom.value)
        if angle == SKEWED:
            return tight
        self._raw.FPDFText_GetCharOrigin(self._handle, index, left, right)
        x, y = left.value, -right.value
        frame, origin = to_frame(tight, angle), to_frame((x, y, x, y), angle)
        stretched = (
            frame[0],
            min(frame[1], origin[1] - 0.75 * size),
            frame[2],
            max(frame[3], origin[1] + 0.22 * size),
        )
        return to_frame(stretched, (360 - angle) % 360)

    def _box(self, index: int, run: Run) -> Rectangle:
        """The box of a character, as high as its line, in page coordinates with y down."""
        if run.angle == 0:
            rect = self._rect
            self._raw.FPDFText_GetLooseCharBox(self._handle, index, rect)
            width, height = rect.right - rect.left, rect.top - rect.bottom
            if width > 0.01 and 0.01 < height <= 2.5 * max(run.size, 1.0):
                return (rect.left, -rect.top, rect.right, -rect.bottom)
        return self._line_box(index, run.angle, run.size)

    def _codes(self, count: int) -> list[int]:
        """Code points; the halves of a surrogate pair are joined, the second becomes 0."""
        unicode = self._raw.FPDFText_GetUnicode
        codes = [unicode(self._handle, i) for i in range(count)]
        for i in range(count - 1):
            if 0xD800 <= codes[i] < 0xDC00 <= codes[i + 1] < 0xE000:
                codes[i] = 0x10000 + ((codes[i] - 0xD800) << 10) + codes[i + 1] - 0xDC00
                codes[i + 1] = 0
        return codes

    def runs(self, count: int) -> list[Run]:
        """All runs of the page, in the order of its content."""
        done: list[Run] = []
        run: Run | None = None
        for index, code in enumerate(self._codes(count)):
            text = glyph_text(code)
            if code in {10, 13}:
                run = None
            elif text == " ":
                if run is not None:
                    run.space = True
            elif text:
                run = self._continued(run, index, text, done)
        return done

    def _continued(self, run: Run | None, index: int, text: str, done: list[Run]) -> Run:
        """Add a glyph to the run when it fits, else to a new one."""
        if run is not None:
            box = self._box(index, run)
            frame = to_frame(box, run.angle)
            if run.takes(frame):
                run.add(index, text, box, frame)
                return run
        fresh = Run(*self._matrix_of(index))
        box = self._box(index, fresh)
        fresh.add(index, text, box, to_frame(box, fresh.angle))
        done.append(fresh)
        return fresh

    def _font_at(self, index: int) -> Font:
        _, size = self._matrix_of(index)
        weight = int(self._raw.FPDFText_GetFontWeight(self._handle, index))
        length = self._raw.FPDFText_GetFontInfo(
            self._handle, index, self._name, len(self._name), byref(self._flags)
        )
        name = self._name.value.decode("latin-1") if length else ""
        bold, mono = _name_says(name, self._flags.value if length else 0, weight)
        return Font(size, weight, bold, mono)

    def font(self, run: Run) -> Font:
        """The look of a run: bold or monospaced only when its two ends and middle are."""
        n = len(run.indices)
        samples = [self._font_at(run.indices[i]) for i in sorted({0, n // 2, n - 1})]
        middle = samples[len(samples) // 2]
        return replace(middle, bold=all(f.bold for f in samples), mono=all(f.mono for f in samples))

    def _displayed(self, boxes: Boxes) -> Boxes:
        """Page coordinates with y down -> points of the displayed page."""
        left, bottom, right, top = self._page_box
        wide, high = right - left, top - bottom
        moved = boxes + np.array([-left, top, -left, top], dtype=np.float32)
        x0, y0, x1, y1 = moved.T
        turned = {
            0: (x0, y0, x1, y1),
            90: (high - y1, x0, high - y0, x1),
            180: (wide - x1, high - y1, wide - x0, high - y0),
            270: (y0, wide - x1, y1, wide - x0),
        }[self._rotation]
        return np.stack(turned, axis=1)

    def size(self) -> tuple[float, float]:
        """Width and height of the displayed page in points."""
        left, bottom, right, top = self._page_box
        wide, high = max(right - left, 1.0), max(top - bottom, 1.0)
        return (high, wide) if self._rotation in {90, 270} else (wide, high)

    def segment(self, run: Run, boxes: Boxes) -> Segment | None:
        """The finished segment, or None when nothing of it lies on the page."""
        letters = np.array(run.text)
        width, height = self.size()
        x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
        spaces = letters == " "
        boxes = self._clipped(boxes)
        inside = (x >= 0) & (x <= width) & (y >= 0) & (y <= height) & boxes.any(axis=1)
        kept = _spaced(~spaces & inside, spaces)
        if not kept.any():
            return None
        boxes[spaces] = 0
        angle = run.angle if run.angle == SKEWED else (run.angle - self._rotation) % 360
        return _segment("".join(letters[kept]), boxes[kept], self.font(run), angle)

    def page(self, number: int, count: int) -> RawPage:
        """The whole page; ``count`` is PDFium's number of characters."""
        runs = self.runs(count)
        if not runs:
            return RawPage(number, *self.size(), ())
        boxes = self._displayed(np.array([b for run in runs for b in run.boxes], dtype=np.float32))
        borders = np.cumsum([len(run.boxes) for run in runs])[:-1]
        parts = zip(runs, np.split(boxes, borders), strict=True)
        segments = (self.segment(run, part) for run, part in parts)
        found = tuple(s for s in segments if s is not None)
        return RawPage(number, *self.size(), found, self._hidden(runs, boxes))

    def _hidden(self, runs: list[Run], boxes: Boxes) -> tuple[Rectangle, ...]:
        """The boxes of all letters that the displayed page does not show."""
        unseen = boxes[np.array([flag for run in runs for flag in unmarked(run, self._ink)])]
        if not len(unseen):
            return ()
        turned = [(left, -top, right, -low) for left, low, right, top in self._ink.covers()]
        covers = self._displayed(np.array(turned, dtype=np.float32).reshape(-1, 4))
        return tuple(map(tuple, self._clipped(outside(unseen, covers)).tolist()))

    def _clipped(self, boxes: Boxes) -> Boxes:
        """No box goes over the edge of the page."""
        return np.clip(boxes, 0, np.array(self.size() * 2, dtype=np.float32))


def _spaced(visible: NDArray[np.bool_], spaces: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The visible characters and one space between those that had any between them."""
    kept = visible.copy()
    places = np.flatnonzero(spaces)
    before = np.cumsum(visible)[places]  # visible characters so far
    _, first = np.unique(before, return_index=True)
    inner = first[(before[first] > 0) & (before[first] < visible.sum())]
    kept[places[inner]] = True
    return kept


def _segment(text: str, boxes: Boxes, font: Font, angle: int) -> Segment:
    solid = boxes[boxes.any(axis=1)]
    around = (*solid[:, :2].min(axis=0).tolist(), *solid[:, 2:].max(axis=0).tolist())
    return Segment(text, boxes, font, angle, to_frame(around, angle))
