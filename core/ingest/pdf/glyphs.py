"""One character code as PDFium gives it -> the text it stands for.

Only what a reader would not miss is changed: presentation forms (ligatures, full-width
letters) become ordinary letters, every kind of space becomes a space, and what has no shape
(zero-width marks, control characters, lone surrogates, private-use garbage) is dropped.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

LINE_END_HYPHEN = "\ufffe"
"""PDFium's mark for a hyphen that ends a line; never part of a finished text."""
SOFT_HYPHEN, HARD_HYPHEN = "\xad", "\ufdd0"
"""Hyphens at a line's end of which the file says that they go, and that they stay."""
_LINE_ENDS = (LINE_END_HYPHEN, SOFT_HYPHEN, HARD_HYPHEN)
_ORDINARY = dict.fromkeys(map(ord, _LINE_ENDS), "-")

_BULLETS = frozenset({0xF0B7, 0xF0A7, 0xF0D8, 0xF0FC, 0xF076, 0xF0A8})
_FORMS = (range(0xFB00, 0xFE00), range(0xFE70, 0xFEFD), range(0xFF01, 0xFFDD))
_HYPHENS = frozenset({0x2010, 0x2011, 0xFE63, 0xFF0D})
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


@lru_cache(maxsize=65536)
def glyph_text(code: int) -> str:
    """The text of one code point: usually one character, several for a ligature, or none.

    >>> glyph_text(0xFB01), glyph_text(0xA0), glyph_text(0x200B)
    ('fi', ' ', '')
    """
    if code == 0x02 or code in _ORDINARY:
        return LINE_END_HYPHEN if code == 0x02 else chr(code)
    if code in _BULLETS:
        return "•"
    if code in _HYPHENS:
        return "-"
    return _shown(chr(code)) if 0 < code <= 0x10FFFF else ""


def without_soft_hyphens(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Codes with 0 for soft hyphens inside a line; one behind a hyphen at its end keeps that."""
    soft = codes == ord(SOFT_HYPHEN)
    inside = soft & ~np.isin(np.append(codes[1:], ord("\n")), (10, 13))
    kept = np.flatnonzero(soft[1:] & ~inside[1:] & (codes[:-1] == ord("-"))) + 1
    codes[inside] = codes[kept - 1] = 0
    codes[kept] = ord(HARD_HYPHEN)
    return codes


def with_hyphens(text: str) -> str:
    """A text with ordinary hyphens for those that end a line."""
    return text.translate(_ORDINARY)


def ends_with_hyphen(text: str) -> bool:
    """Whether a line ends with a hyphen, of any kind."""
    return text.endswith(("-", *_LINE_ENDS))


def _shown(char: str) -> str:
    category = unicodedata.category(char)
    if char.isspace() or category == "Zs":
        return " "
    if category in _DROPPED_CATEGORIES or char == "\ufffd":
        return ""
    presented = any(ord(char) in forms for forms in _FORMS)
    return unicodedata.normalize("NFKC", char) if presented else char


def is_right_to_left(char: str) -> bool:
    """Whether a letter belongs to a script written from right to left."""
    return char >= "\u0590" and unicodedata.bidirectional(char) in {"R", "AL"}


def joins_without_space(left: str, right: str) -> bool:
    """Whether two lines meet without a space (scripts that do not use spaces)."""
    return (
        min(left, right) >= "\u2e80"
        and unicodedata.east_asian_width(left) in "WF"
        and unicodedata.east_asian_width(right) in "WF"
    )


def one_space_each(visible: NDArray[np.bool_], spaces: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The visible characters and one space between those that had any between them."""
    kept = visible.copy()
    places = np.flatnonzero(spaces)
    before = np.cumsum(visible)[places]  # visible characters so far
    _, first = np.unique(before, return_index=True)
    inner = first[(before[first] > 0) & (before[first] < visible.sum())]
    kept[places[inner]] = True
    return kept
