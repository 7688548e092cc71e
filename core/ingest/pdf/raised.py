"""Raised and lowered figures: exponents, footnote marks, raised cents, the digits of formulas.

A PDF has no word for them: they are letters of a smaller size with a baseline of their own. Glued
to what stands before they make another number (EUR 40 and a mark: 401), so they become Unicode's
own super- and subscripts. A single raised letter is one too, the "st" of "1st" is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.ingest.pdf.records import Flags

_LETTERS = "abcdefghijklmnoprstuvwxyz"
_SIGNS = {"−": "-", "–": "-", "­": "-"}
_UP = str.maketrans("0123456789+-=()" + _LETTERS, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
_DOWN = str.maketrans("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_FIGURES = frozenset("0123456789+-=()") | frozenset(_LETTERS) | frozenset(_SIGNS)
_SMALLER, _SMALLEST = 0.87, 0.35
_RAISED, _LOWERED, _MOST = 0.12, -0.06, 0.95
_LONGEST = 8
_NEAR = 0.35
"""In heights of the larger letter."""


def shifted(text: str, shift: int) -> str:
    """A text as superscript (1) or subscript (-1); letters in a row stay as they are.

    >>> shifted("-6", 1), shifted("2", -1), shifted("st", 1)
    ('⁻⁶', '₂', 'st')
    """
    if len(text) > 1 and text.isalpha():
        return text
    return "".join(_SIGNS.get(c, c) for c in text).translate(_UP if shift > 0 else _DOWN)


Baseline = tuple[float, float]
"""Size and baseline of a glyph in points; y goes up."""


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """What is raised (1) and lowered (-1) of a page's glyphs, and who goes on a line of another.

    ``joined`` says of a glyph that it stands on the line of the glyph before it; ``slash`` of
    a lowered one that a bar, and no sign, stands between it and the raised one before.
    """

    shift: NDArray[np.int8]
    joined: Flags
    slash: Flags

    def text(self, index: int, texts: NDArray[np.object_]) -> str:
        """The super- or subscript of a glyph; letters in a row stay as they are."""
        text, shift = str(texts[index]), self.shift[index]
        around = [n for n in (index - 1, index + 1) if 0 <= n < len(texts)]
        if text.isalpha() and any(self.shift[n] == shift and texts[n].isalpha() for n in around):
            return text
        shown = shifted(text, shift)
        return "⁄" + shown if self.slash[index] else shown


def figures(
    texts: NDArray[np.object_], boxes: NDArray[np.float64], place_of: Callable[[int], Baseline]
) -> Figures:
    """Which glyphs are raised or lowered; ``boxes`` (n, 4) are as high as the line, y down."""
    found = _Finder(texts, boxes, place_of)
    for seed in _seeds(texts, boxes):
        found.look(seed)
    return Figures(found.shift, found.joined, found.slash)


def _near(boxes: NDArray[np.float64]) -> Flags:
    """Between each glyph and the next: whether they touch, side by side, at most a space apart."""
    before, after = boxes[:-1], boxes[1:]
    higher = np.maximum(before[:, 3] - before[:, 1], after[:, 3] - after[:, 1])
    gap = after[:, 0] - before[:, 2]
    apart = np.maximum(after[:, 1] - before[:, 3], before[:, 1] - after[:, 3])
    near: Flags = (gap > -1.2 * higher) & (gap < _NEAR * higher) & (apart < 0.1 * higher)
    return near


def _seeds(texts: NDArray[np.object_], boxes: NDArray[np.float64]) -> list[int]:
    """Figures that are lower, or stand higher, than the glyph before or after them."""
    if len(texts) < 2:
        return []
    height = boxes[:, 3] - boxes[:, 1]
    ratio = height[1:] / np.maximum(height[:-1], 0.01)
    moved = np.abs(np.diff(boxes[:, 1] + boxes[:, 3])) > 0.3 * np.maximum(height[1:], height[:-1])
    near = _near(boxes)
    seeds = np.zeros(len(texts), dtype=np.bool_)
    seeds[1:] |= near & ((ratio < 0.92) | moved)
    seeds[:-1] |= near & ((ratio > 1 / 0.92) | moved)
    places = [n for n in np.flatnonzero(seeds).tolist() if texts[n] in _FIGURES]
    last = len(texts) - 1
    return [
        n
        for n in places
        if not texts[n].isalpha()
        or not any(texts[o].isalpha() and height[o] == height[n] for o in (n - 1, min(n + 1, last)))
    ]


class _Finder:
    """Looks at one seed after the other and keeps what was found."""

    def __init__(
        self,
        texts: NDArray[np.object_],
        boxes: NDArray[np.float64],
        place_of: Callable[[int], Baseline],
    ) -> None:
        self._texts = texts
        self._boxes = boxes
        self._place_of = place_of
        self._known: dict[int, Baseline] = {}
        self.shift = np.zeros(len(texts), dtype=np.int8)
        self.joined = np.zeros(len(texts), dtype=np.bool_)
        self.slash = np.zeros(len(texts), dtype=np.bool_)

    def _place(self, index: int) -> Baseline:
        if index not in self._known:
            self._known[index] = self._place_of(index)
        return self._known[index]

    def _touch(self, first: int) -> bool:
        """Whether a glyph and the next stand side by side."""
        if not 0 <= first < len(self._texts) - 1:
            return False
        before, after = self._boxes[first].tolist(), self._boxes[first + 1].tolist()
        higher = max(before[3] - before[1], after[3] - after[1])
        apart = max(after[1] - before[3], before[1] - after[3])
        gap = (after[0] - before[2]) / max(higher, 0.01)
        return bool(-1.2 < gap < _NEAR and apart < 0.1 * higher)

    def _differs(self, seed: int) -> bool:
        """Whether a glyph beside it has another size or baseline, not only another font."""
        size, baseline = self._place(seed)
        beside = [n for n in (seed - 1, seed + 1) if 0 <= n < len(self._texts)]
        places = map(self._place, beside)
        return any(abs(s - size) + abs(b - baseline) > 0.05 * size for s, b in places)

    def _row(self, index: int, step: int) -> int:
        """The last of the glyphs of one size and baseline that follow each other from ``index``."""
        size, baseline = self._place(index)
        end = index + step * _LONGEST
        while (
            index != end
            and 0 <= index + step < len(self._texts)
            and self._touch(index + min(step, 0))
        ):
            near_size, near_baseline = self._place(index + step)
            if abs(near_size - size) > 0.05 * size or abs(near_baseline - baseline) > 0.05 * size:
                break
            index += step
        return index

    def _shift_from(self, figure: int, base: int) -> int:
        """1 or -1 where one glyph is a raised or lowered figure beside the other, else 0."""
        (size, baseline), (base_size, base_line) = self._place(figure), self._place(base)
        rise = (baseline - base_line) / max(base_size, 0.01)
        ratio = size / max(base_size, 0.01)
        if not _SMALLEST <= ratio <= _SMALLER:
            same = 0.95 < ratio < 1.05 and self._texts[figure].isdecimal()
            return 1 if same and 0.2 < rise < 0.6 and base < figure else 0
        if _RAISED < rise < _MOST:
            return 1
        under = base_size and self._is_under_bar(figure, base) and abs(rise) <= _RAISED
        return -1 if under or -_MOST < rise < _LOWERED else 0

    def _is_under_bar(self, figure: int, base: int) -> bool:
        """Whether a slash after a raised digit stands before the figure."""
        return self._texts[base] in "/⁄" and base == figure - 1 and self.shift[base - 1] > 0

    def look(self, seed: int) -> None:
        """Find the figures in a row with a seed."""
        if self.shift[seed] or not self._differs(seed):
            return
        first, last = self._row(seed, -1), self._row(seed, 1)
        if last - first >= _LONGEST:
            return
        before = first - 1
        while before >= 0 and self.shift[before] and self._touch(before):
            before -= 1
        shift = self._shift_from(first, before) if self._touch(first - 1) and before >= 0 else 0
        if shift:
            self._mark(first, last, shift)
        elif last - first < 3 and self._is_before_line(last):
            self._mark(first, last, 1, after_a_line=not self._touch(first - 1))

    def _is_before_line(self, last: int) -> bool:
        """Whether a glyph is raised as the mark before a footnote's first word is."""
        return self._touch(last) and self._shift_from(last, last + 1) == 1

    def _mark(self, first: int, last: int, shift: int, *, after_a_line: bool = False) -> None:
        figures = slice(first, last + 1)
        self.shift[figures] = shift
        self.joined[first + after_a_line : last + 1] = True
        if self._touch(last):
            self.joined[last + 1] = True
        above = first > 0 and shift < 0 < self.shift[first - 1] and self._texts[first].isdecimal()
        overlap = self._boxes[first - 1, 2] - self._boxes[first, 0]
        self.slash[first] = above and overlap > 0.5 * np.ptp(self._boxes[first, [0, 2]])
