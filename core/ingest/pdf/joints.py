"""How the glyphs of a page follow each other: on one line, apart, or down a column."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ingest.pdf.records import Flags, Floats, to_frame

_WIDE_LETTERS = 0x2E80
"""The first code of Chinese, Japanese and Korean."""


def joints(boxes: Floats, angle: int, right_to_left: Flags) -> tuple[Flags, Floats]:
    """Between each glyph and the next: whether they are on two lines, and the gap."""
    columns: Any = tuple(boxes.T)
    frame: Any = to_frame(columns, angle)
    left, top, right, bottom = frame
    shared = np.minimum(bottom[1:], bottom[:-1]) - np.maximum(top[1:], top[:-1])
    height = bottom - top
    beside: Flags = shared < 0.3 * np.minimum(height[1:], height[:-1])
    return beside, np.where(right_to_left[:-1], left[:-1] - right[1:], left[1:] - right[:-1])


def falling(boxes: Floats, codes: NDArray[np.int64]) -> Flags:
    """Which glyphs are of columns: wide letters, most of which have the next right below them."""
    wide, found = codes >= _WIDE_LETTERS, np.zeros(len(boxes), dtype=np.bool_)
    if wide.any():
        step, height = np.diff(boxes, axis=0), np.diff(boxes[:-1, 1::2]).T[0]
        level = np.abs(step[:, 0] + step[:, 2]) < 0.5 * height
        below = level & (step[:, 1] > 0.5 * height) & (step[:, 1] < 2.5 * height)
        below &= wide[1:] & wide[:-1]
        if 2 * below.sum() > wide.sum():
            found[1:] |= below
            found[:-1] |= below
    return found
