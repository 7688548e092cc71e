"""Axes that stay legible with one point, with two, and with many in one place; the colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import altair as alt
import pandas as pd

Layers = alt.LayerChart | alt.FacetChart
Side = Literal["left", "right"]
Sides = Sequence[tuple[pd.DataFrame, Side]]
"""Rows whose names stand on either side of their points."""

GAIN, LOSS, NEUTRAL = "#1f9aa3", "#d9742f", "#8a97a5"
"""Colours that can be told apart on a light and a dark page, and by people who see few colours."""
LEAST = 0.1
"""An axis of a measure is at least so long: less would draw nothing as something."""
APART = 0.065
"""Two names need so much of a picture's height between them."""


def shares(values: Sequence[float]) -> tuple[float, float]:
    """The range of an axis for values from 0 to 1, in whole tenths around them.

    >>> shares([0.673]), shares([1.0]), shares([0.0])
    ((0.6, 0.7), (0.9, 1.0), (0.0, 0.1))
    """
    low = math.floor(round(min(values) / LEAST, 6)) * LEAST
    high = math.ceil(round(max(values) / LEAST, 6)) * LEAST
    if high - low < LEAST / 2:
        low, high = (low - LEAST, high) if high >= 1 - LEAST / 2 else (low, high + LEAST)
    return round(low, 6), round(high, 6)


def around_zero(values: Sequence[float]) -> tuple[float, float]:
    """The range of an axis for differences: as far as they go, 0 in it, never of no length.

    >>> around_zero([0.0]), around_zero([0.5, -0.2])
    ((-0.1, 0.1), (-0.2, 0.5))
    """
    low, high = min(0.0, *values), max(0.0, *values)
    return (low, high) if high - low > 1e-9 else (-LEAST, LEAST)


def signed_axis(title: str | None = None) -> alt.Axis:
    """An axis of differences: each number with its sign, but for zero."""
    return alt.Axis(labelExpr="datum.value == 0 ? '0' : format(datum.value, '+.2~f')", title=title)


def apart(heights: Sequence[float], low: float, high: float) -> list[float]:
    """The heights of names, each near its own and none on another, inside ``low`` to ``high``.

    From the top down every name goes below the one before, then from the bottom up what left the
    picture comes back. With more names than there is room for, they share it evenly.

    >>> apart([0.5, 0.5, 0.9], 0.0, 1.0)
    [0.5, 0.435, 0.9]
    """
    step = min(APART * (high - low), (high - low) / max(1, len(heights) - 1))
    order = sorted(range(len(heights)), key=lambda i: (-heights[i], i))
    places = list(heights)
    for before, here in pairwise(order):
        places[here] = min(places[here], places[before] - step)
    floor = low
    for here in reversed(order):
        places[here] = max(places[here], floor)
        floor = places[here] + step
    return [round(height, 9) for height in places]


def names_axis(limit: int = 260) -> alt.Axis:
    """An axis of names, each beside its own row."""
    return alt.Axis(labelLimit=limit, labelOverlap=False, labelFlush=False)
