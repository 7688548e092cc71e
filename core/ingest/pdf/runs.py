"""A run of characters of one line while it grows."""

from __future__ import annotations

from core.ingest.pdf.glyphs import is_right_to_left
from core.ingest.pdf.records import SKEWED, Rectangle

_WIDE_GAP = 1.0


class Run:
    """A segment while it grows; boxes are in page coordinates with y turned down.

    ``indices`` has PDFium's index of each glyph, ``starts`` where its letters begin in ``text``.
    """

    __slots__ = ("angle", "boxes", "indices", "last", "rtl", "size", "space", "starts", "text")

    def __init__(self, angle: int, size: float) -> None:
        self.angle = angle
        self.size = size
        self.text: list[str] = []
        self.boxes: list[Rectangle] = []
        self.indices: list[int] = []
        self.starts: list[int] = []
        self.last: Rectangle = (0.0, 0.0, 0.0, 0.0)
        self.space = False
        self.rtl = False

    def takes(self, frame: Rectangle) -> bool:
        """Whether a character here continues the line."""
        if not self.text or self.angle == SKEWED:
            return True
        low, high = max(frame[1], self.last[1]), min(frame[3], self.last[3])
        smaller = min(frame[3] - frame[1], self.last[3] - self.last[1])
        if high - low < 0.3 * smaller:
            return False
        gap = self.last[0] - frame[2] if self.rtl else frame[0] - self.last[2]
        em = max(self.size, 1.0)
        return -em <= gap <= _WIDE_GAP * em

    def add(self, index: int, text: str, box: Rectangle, frame: Rectangle) -> None:
        """Append the letters of one glyph, which share its box."""
        if self.space and self.text:
            self.text.append(" ")
            self.boxes.append((0.0, 0.0, 0.0, 0.0))
        self.space = False
        self.starts.append(len(self.text))
        for letter in text:
            self.text.append(letter)
            self.boxes.append(box)
        self.rtl = is_right_to_left(text[0])
        self.indices.append(index)
        self.last = frame
