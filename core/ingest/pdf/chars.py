"""PDFium's characters of a page, gathered into segments with a box for every character.

PDFium reports a character's place in the page's own coordinates (origin bottom left, before
rotation). Here everything becomes points of the displayed page, so that a box can be laid
over a rendered picture without thinking. A page's characters are arrays: what is asked of PDFium
once a character is only its code and its box.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from ctypes import POINTER, byref, c_double, c_int, c_size_t, c_ushort
from dataclasses import dataclass
from itertools import repeat, starmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ingest.pdf.annotations import Annotated, struck, with_strikes
from core.ingest.pdf.glyphs import (
    LINE_END_HYPHEN,
    SOFT_HYPHEN,
    glyph_text,
    is_right_to_left,
    one_space_each,
    without_soft_hyphens,
)
from core.ingest.pdf.hidden_text import Ink, outside
from core.ingest.pdf.joints import falling, joints
from core.ingest.pdf.looks import Looks
from core.ingest.pdf.pdfium import address_of, addresses, by_address
from core.ingest.pdf.raised import figures
from core.ingest.pdf.records import (
    SKEWED,
    Boxes,
    Flags,
    Floats,
    Font,
    RawPage,
    Rectangle,
    Segment,
    to_frame,
)

_WIDE_GAP = 1.0
"""A wider gap, in font sizes, ends a run."""
_AT_ONCE = 256
"""So many glyphs are looked at together for the end of a run."""
_SAMPLE = 40
"""So many letters of a page say how much of it has no map to Unicode."""
_EVERY = 8
"""Whether ink can be seen is asked of the first glyph of a word, and of each so many in a run."""


@dataclass(frozen=True, slots=True, eq=False)
class _Glyphs:
    """The glyphs of a page in the order of its content; spaces and line ends are no glyphs.

    ``index`` is PDFium's, ``texts`` has one letter or several each; ``spaced`` says that a space
    stands before, ``line`` counts line ends. ``boxes``, float64[glyphs, 4], are in page coordinates
    with y turned down: loose ones first, as high as the line; a run replaces those it cannot use.
    ``height`` and ``empty`` (no area) are of the loose ones, and so are ``beside`` and ``gap``, see
    ``joints``, for a reading angle of 0. ``joined`` glyphs go on the line of the one before,
    ``falling`` ones stand in a column of upright glyphs that is read down.
    """

    index: NDArray[np.int64]
    texts: NDArray[np.object_]
    lengths: NDArray[np.int64]
    right_to_left: Flags
    spaced: Flags
    line: NDArray[np.int64]
    boxes: Floats
    height: Floats
    empty: Flags
    beside: Flags
    gap: Floats
    joined: Flags
    falling: Flags


@dataclass(frozen=True, slots=True)
class _Run:
    """Glyphs [start, end) of one line; ``size`` is the displayed one of the first."""

    start: int
    end: int
    angle: int
    size: float


@dataclass(frozen=True, slots=True, eq=False)
class _Letters:
    """The text of all runs, one after the other: run n has the letters ``borders[n : n + 2]``.

    ``glyph`` has the position of each letter's glyph, ``boxes`` are of the displayed page.
    """

    text: str
    glyph: NDArray[np.int64]
    spaces: Flags
    boxes: Boxes
    borders: list[int]


class PageReader:
    """Reads the text page ``handle`` of PDFium; ``box`` is left, bottom, right, top of the page."""

    def __init__(
        self, raw: Any, page: Any, handle: Any, box: Rectangle, rotation: int, annotated: Annotated
    ) -> None:
        self._raw = raw
        self._annotated = annotated
        self._handle = handle
        self._address = address_of(handle)
        self._ink = Ink(raw, page, handle)
        self._page_box = box
        self._rotation = rotation
        self._matrix = raw.FS_MATRIX()
        self._doubles = tuple(c_double() for _ in range(4))
        self._looks = Looks(raw, handle)
        self._object_of = by_address(raw.FPDFText_GetTextObject, c_size_t, c_size_t, c_int)

    def page(self, number: int, count: int) -> RawPage:
        """The whole page; ``count`` is PDFium's number of characters."""
        glyphs = self._glyphs(count)
        runs = list(self._runs(glyphs))
        boxes = tuple(starmap(self._check_box, self._annotated.boxes))
        drawn = self._annotated.drawn
        if not runs:
            return RawPage(number, *self.size(), boxes, drawn=drawn)
        letters = self._letters(glyphs, runs)
        segments = self._segments(letters, runs, [self._font(glyphs, run) for run in runs])
        hidden = self._hidden(glyphs, runs, letters)
        unmapped = self._looks.unmapped(glyphs.index[:: 1 + len(glyphs.index) // _SAMPLE])
        return RawPage(number, *self.size(), segments + boxes, hidden, drawn, unmapped)

    def _check_box(self, place: Rectangle, ticked: bool) -> Segment:
        left, bottom, right, top = place
        flipped = np.array([[left, -top, right, -bottom]] * 3, dtype=np.float32)
        boxes = self._clipped(self._displayed(flipped))
        boxes[1] *= ticked
        frame = tuple(boxes[0].tolist())
        size = min(frame[3] - frame[1], 12.0) / 1.2
        return Segment("[x]" if ticked else "[ ]", boxes, Font(size), 0, frame)

    def _letters(self, glyphs: _Glyphs, runs: list[_Run]) -> _Letters:
        """The letters of all glyphs, and a space before those in a run that had one."""
        glyphs.spaced[[run.start for run in runs]] = False
        lengths = glyphs.lengths + glyphs.spaced
        text = "".join(np.where(glyphs.spaced, " ", "") + glyphs.texts)
        glyph = np.repeat(np.arange(len(lengths)), lengths)
        ends = np.cumsum(lengths)[[run.end - 1 for run in runs]].tolist()
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        boxes = self._displayed(glyphs.boxes[glyph].astype(np.float32))
        return _Letters(text, glyph, codes == ord(" "), boxes, [0, *ends])

    def size(self) -> tuple[float, float]:
        """Width and height of the displayed page in points."""
        left, bottom, right, top = self._page_box
        wide, high = max(right - left, 1.0), max(top - bottom, 1.0)
        return (high, wide) if self._rotation in {90, 270} else (wide, high)

    def _codes(self, count: int) -> NDArray[np.int64]:
        """Code points; the halves of a surrogate pair are joined, the second becomes 0."""
        units = np.zeros(count + 1, dtype=np.uint16)  # one more for the end
        held = units.ctypes.data_as(POINTER(c_ushort))
        written = self._raw.FPDFText_GetText(self._handle, 0, count, held) - 1
        codes = units[:count].astype(np.int64)
        for i in np.flatnonzero(codes == ord(LINE_END_HYPHEN)).tolist():
            if self._raw.FPDFText_GetUnicode(self._handle, i) == ord(SOFT_HYPHEN):
                codes[i] = ord(SOFT_HYPHEN)
        if written == count and not ((codes >= 0xD800) & (codes < 0xE000)).any():
            return without_soft_hyphens(codes)
        # PDFium leaves something out, or needs two units for a character
        read = map(self._raw.FPDFText_GetUnicode, repeat(self._handle), range(count))
        codes = np.fromiter(read, dtype=np.int64, count=count)
        high, low = codes[:-1], codes[1:]
        pairs = (high >= 0xD800) & (high < 0xDC00) & (low >= 0xDC00) & (low < 0xE000)
        for i in np.flatnonzero(pairs).tolist():
            codes[i] = 0x10000 + ((codes[i] - 0xD800) << 10) + codes[i + 1] - 0xDC00
            codes[i + 1] = 0
        return without_soft_hyphens(codes)

    def _glyphs(self, count: int) -> _Glyphs:
        distinct, which = np.unique(self._codes(count), return_inverse=True)
        ends_line = np.isin(distinct, (10, 13))
        texts = [glyph_text(int(code)) for code in distinct]
        blank = np.array([text == " " for text in texts], dtype=np.bool_) & ~ends_line
        letters = ["" if text == " " else text for text in texts]
        lengths = np.array([len(text) for text in letters], dtype=np.int64)
        backwards = np.array([bool(t) and is_right_to_left(t[0]) for t in letters], dtype=np.bool_)
        index = np.flatnonzero((lengths[which] > 0) & self._is_on(count))
        kind = which[index]
        spaces = np.cumsum(blank[which], dtype=np.int64)[index]
        boxes = self._loose_boxes(index)
        height = boxes[:, 3] - boxes[:, 1]
        beside, gap = joints(boxes, 0, backwards[kind])
        shown = np.array(letters, dtype=np.object_)[kind]
        found = figures(shown, boxes, lambda n: self._place_of(int(index[n])))
        places = np.flatnonzero(found.shift)
        shown[places] = [found.text(place, shown) for place in places.tolist()]
        spaced = np.diff(spaces, prepend=0) > 0
        spaced[1:] |= found.joined[1:] & (gap > 0.1 * height[1:])
        line = np.cumsum(ends_line[which], dtype=np.int64)[index]
        crossed = struck(boxes, self._annotated.strikes)
        with_strikes(shown, crossed, line, spaced)
        widths = lengths[kind]
        changed = np.flatnonzero((found.shift != 0) | crossed)
        widths[changed] = [len(text) for text in shown[changed]]
        return _Glyphs(
            index=index,
            texts=shown,
            lengths=widths,
            right_to_left=backwards[kind],
            spaced=spaced,
            line=line,
            boxes=boxes,
            height=height,
            empty=~((boxes[:, 2] - boxes[:, 0] > 0.01) & (height > 0.01)),
            beside=beside,
            gap=gap,
            joined=found.joined,
            falling=falling(boxes, distinct[kind]),
        )

    def _is_on(self, count: int) -> Flags | bool:
        """Whether each character is of no layer that is switched off."""
        if not self._annotated.off:
            return True
        objects = map(self._object_of, repeat(self._address), range(count))
        return np.array([thing not in self._annotated.off for thing in objects], dtype=np.bool_)

    def _loose_boxes(self, index: NDArray[np.int64]) -> Floats:
        """Boxes as high as the line, in page coordinates with y down."""
        read = by_address(self._raw.FPDFText_GetLooseCharBox, c_int, c_size_t, c_int, c_size_t)
        sides = np.zeros((len(index), 4), dtype=np.float32)
        places = addresses(sides)
        # a loop without Python: half of the time that a page takes was spent here
        deque(map(read, repeat(self._address), index.tolist(), places), maxlen=0)
        return sides.astype(np.float64) * (1, -1, 1, -1)

    def _runs(self, glyphs: _Glyphs) -> Iterator[_Run]:
        """All runs of the page, in the order of its content."""
        borders = np.flatnonzero((np.diff(glyphs.line) > 0) & ~glyphs.joined[1:]) + 1
        start = 0
        for end in [*borders.tolist(), len(glyphs.index)]:
            while start < end:
                run = self._run(glyphs, start, end)
                yield run
                start = run.end

    def _run(self, glyphs: _Glyphs, start: int, end: int) -> _Run:
        """The run that begins at a glyph; it ends before ``end`` where the line does not go on."""
        angle, size = self._matrix_of(int(glyphs.index[start]))
        if angle == 0 and glyphs.falling[start]:
            angle = 270
        length = 0 if angle != SKEWED else end - start  # a skewed one goes on to the line's end
        boxes = self._line_boxes(glyphs, start, start + length, angle, size)
        widest = _WIDE_GAP * max(size, 1.0)
        while length < end - start:
            length = min(end - start, max(_AT_ONCE, 2 * length))
            boxes = self._line_boxes(glyphs, start, start + length, angle, size)
            if boxes is None:
                between = slice(start, start + length - 1)
                beside, gap = glyphs.beside[between], glyphs.gap[between]
            else:
                beside, gap = joints(boxes, angle, glyphs.right_to_left[start : start + length])
            breaks = (beside | ~(np.abs(gap) <= widest)) & ~glyphs.joined[
                start + 1 : start + length
            ]
            if breaks.any():
                end = start + 1 + int(breaks.argmax())
        if boxes is not None:
            glyphs.boxes[start:end] = boxes[: end - start]
        return _Run(start, end, angle, size)

    def _line_boxes(
        self, glyphs: _Glyphs, start: int, end: int, angle: int, size: float
    ) -> Floats | None:
        """The boxes of some glyphs of a run, as high as its line; None where the loose ones are."""
        unusable = (glyphs.height[start:end] > 2.5 * max(size, 1.0)) | glyphs.empty[start:end]
        if angle == 0 and not unusable.any():
            return None
        boxes = glyphs.boxes[start:end].copy()
        for place in np.flatnonzero(unusable | (angle != 0)).tolist():
            boxes[place] = self._line_box(int(glyphs.index[start + place]), angle, size)
        return boxes

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

    def _place_of(self, index: int) -> tuple[float, float]:
        """Size and baseline of a character that is read from left to right; else no size."""
        angle, size = self._matrix_of(index)
        x, y = self._doubles[:2]
        self._raw.FPDFText_GetCharOrigin(self._handle, index, x, y)
        return (size if angle == 0 else 0.0), y.value

    def _font(self, glyphs: _Glyphs, run: _Run) -> Font:
        """The look of a run: bold or monospaced only when its two ends and middle are."""
        middle = (run.start + run.end) // 2
        sampled = dict.fromkeys((run.start, middle, run.end - 1))
        looks = [self._looks.of(int(glyphs.index[place])) for place in sampled]
        weight = looks[len(looks) // 2][0]
        _, size = self._matrix_of(int(glyphs.index[middle]))
        return Font(size, weight, all(bold for _, bold, _ in looks), all(m for _, _, m in looks))

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

    def _segments(
        self, letters: _Letters, runs: list[_Run], fonts: list[Font]
    ) -> tuple[Segment, ...]:
        """The segments of all runs of which something lies on the page."""
        width, height = self.size()
        x, y = (letters.boxes[:, :2] + letters.boxes[:, 2:]).T / 2
        boxes = self._clipped(letters.boxes)
        visible = (x >= 0) & (x <= width) & (y >= 0) & (y <= height) & boxes.any(axis=1)
        visible &= ~letters.spaces
        boxes[letters.spaces] = 0
        starts = letters.borders[:-1]
        whole = np.logical_and.reduceat(visible | letters.spaces, starts)
        least = np.minimum.reduceat(np.where(visible[:, None], boxes[:, :2], np.inf), starts)
        most = np.maximum.reduceat(np.where(visible[:, None], boxes[:, 2:], -np.inf), starts)
        segments = []
        for n, (run, start, end) in enumerate(zip(runs, starts, letters.borders[1:], strict=True)):
            text, around = letters.text[start:end], boxes[start:end]
            if not whole[n] or text[0] == " " or "  " in text:
                kept = one_space_each(visible[start:end], letters.spaces[start:end])
                text, around = "".join(np.array(list(text))[kept]), around[kept]
            if text:
                angle = run.angle if run.angle == SKEWED else (run.angle - self._rotation) % 360
                sides = (*least[n].tolist(), *most[n].tolist())
                segments.append(Segment(text, around, fonts[n], angle, to_frame(sides, angle)))
        return tuple(segments)

    def _hidden(
        self, glyphs: _Glyphs, runs: list[_Run], letters: _Letters
    ) -> tuple[Rectangle, ...]:
        """The boxes of all letters that the displayed page does not show."""
        in_run = np.concatenate([np.arange(run.end - run.start) for run in runs])
        looked_at = (in_run % _EVERY == 0) | glyphs.spaced
        answers = self._ink.leave_no_mark(glyphs.index[looked_at])
        if not answers.any():
            return ()
        unseen = answers[np.cumsum(looked_at) - 1][letters.glyph] & ~letters.spaces
        turned = [(left, -top, right, -low) for left, low, right, top in self._ink.covers()]
        covers = self._displayed(np.array(turned, dtype=np.float32).reshape(-1, 4))
        hidden = outside(letters.boxes[unseen], covers)
        return tuple(map(tuple, self._clipped(hidden).tolist()))

    def _clipped(self, boxes: Boxes) -> Boxes:
        """No box goes over the edge of the page."""
        return np.clip(boxes, 0, np.array(self.size() * 2, dtype=np.float32))
