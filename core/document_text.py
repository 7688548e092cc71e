"""The text of a document as it was read: with the place of every character, and remarks on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

PlaceUnit = Literal[
    "page", "line", "time", "row", "slide", "section", "paragraph", "passage"
]  # fmt: skip
"""What the places of a document are: ``core.text.pages`` is the one way to say them."""

NoteKind = Literal[
    "weights not used",
    "skip predictor not used",
    "abstention not used",
    "collapsed",
    "not reranked",
    "not read",
    "quick pass only",
    "not quoted",
    "experiment",
    "not searched", "encoding", "open changes", "hidden slides", "uneven rows", "no words",
    "no cosine", "unread word", "unread question", "unread passages",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Note:
    """What a person should know about a result or a document: its kind, and a sentence on it."""

    kind: NoteKind
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page: ``start`` and ``end`` are offsets into the document text, sizes are points.

    Where the document has no pages, its other places are kept as such: a line, a cue of a
    transcript (``label`` is its time), a row, a slide, a section; without a size.
    """

    number: int
    label: str
    start: int
    end: int
    width: float = 0.0
    height: float = 0.0


@dataclass(frozen=True, slots=True)
class Heading:
    """A section title and the offset at which its section starts; ``level`` starts at 1."""

    start: int
    level: int
    title: str


@dataclass(frozen=True, slots=True)
class Part:
    """Text that is no prose, from ``start`` to ``end`` (exclusive).

    ``code`` is cut at its lines only, an ``item`` (a row, a cue) is kept whole where it fits.
    """

    start: int
    end: int
    kind: Literal["code", "item"]


@dataclass(frozen=True, slots=True, eq=False)
class PagedText:
    """The text of a document with the place of every character.

    ``boxes`` is float32[len(text), 4]: left, top, right, bottom as fractions of the
    *displayed* page (rotation applied), origin at the top left. A row of zeros marks a
    character that is not on the page (a separator that was put in). ``hidden`` has the offsets
    (start, end) of text that the page does not show; ``notes`` say what is not searched.
    ``unit`` says what ``pages`` are; only a text on pages has boxes. ``parts`` are in order.
    """

    text: str
    pages: tuple[Page, ...]
    headings: tuple[Heading, ...]
    boxes: NDArray[np.float32]
    title: str = ""
    hidden: tuple[tuple[int, int], ...] = ()
    notes: tuple[Note, ...] = ()
    unit: PlaceUnit = "page"
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a displayed page, as fractions of its width and height from the top left."""

    page: int
    left: float
    top: float
    right: float
    bottom: float
