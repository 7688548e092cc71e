"""The records of the way from a PDF page to lines of text.

Boxes are float rows of left, top, right, bottom in points of the *displayed* page (rotation
applied), origin at the top left, unless a name says ``frame``: a frame is the page turned so
that its text reads from left to right.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Rectangle = tuple[float, float, float, float]
SKEWED = -1


@dataclass(frozen=True, slots=True)
class Font:
    """How a run of text looks; ``size`` in points as displayed, ``weight`` as in CSS."""

    size: float
    weight: int = 400
    bold: bool = False
    mono: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A run of characters on one line, without wide gaps.

    ``angle`` is the reading direction on the displayed page, counter-clockwise: 0, 90, 180,
    270, or ``SKEWED``. ``frame`` is the rectangle of the run in the frame of its angle.
    """

    text: str
    boxes: Boxes
    font: Font
    angle: int
    frame: Rectangle

    @property
    def width(self) -> float:
        """Length along the reading direction."""
        return self.frame[2] - self.frame[0]

    @property
    def height(self) -> float:
        """Extent across the reading direction."""
        return self.frame[3] - self.frame[1]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of one column. ``cells`` counts runs that a wide gap sets apart."""

    text: str
    boxes: Boxes
    font: Font
    frame: Rectangle
    cells: int = 1


Block = tuple[Line, ...]
"""Lines that belong together: a paragraph, a list item, a heading, a row, a code line."""


@dataclass(frozen=True, slots=True)
class RawPage:
    """What PDFium read of one page; ``width`` and ``height`` in points as displayed.

    ``hidden`` has the boxes of letters that the page holds and does not show; ``drawn`` says that
    there is anything on it, ``unmapped`` which part of its letters has no map to Unicode.
    """

    number: int
    width: float
    height: float
    segments: tuple[Segment, ...]
    hidden: tuple[Rectangle, ...] = ()
    drawn: bool = False
    unmapped: float = 0.0

    def without(self, dropped: set[Segment]) -> RawPage:
        """The page without these segments."""
        return replace(self, segments=tuple(s for s in self.segments if s not in dropped))


@dataclass(frozen=True, slots=True)
class OutlineItem:
    """An entry of the PDF's outline: page from 1, ``top`` in points from the page's bottom."""

    title: str
    level: int
    page: int
    top: float | None = None


@dataclass(frozen=True, slots=True)
class Structure:
    """What pypdf says about a document; all of it may be missing."""

    title: str = ""
    labels: tuple[str, ...] = ()
    outline: tuple[OutlineItem, ...] = ()
    off_layers: frozenset[str] = frozenset()


def to_frame(box: Rectangle, angle: int) -> Rectangle:
    """A displayed rectangle in the frame where text of this angle reads left to right.

    >>> to_frame((10, 20, 30, 40), 90)
    (-40, 10, -20, 30)
    """
    left, top, right, bottom = box
    if angle == 90:
        return (-bottom, left, -top, right)
    if angle == 180:
        return (-right, -bottom, -left, -top)
    if angle == 270:
        return (top, -right, bottom, -left)
    return box
