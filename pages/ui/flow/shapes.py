"""The shapes of what the flow draws, and how its parts are made. Ranks start at 1, indexes at 0.

One question's lists and several configurations side by side are drawn by the same component.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Literal, TypedDict

from pages.ui.lists.data import movement
from pages.ui.lists.marking import Run
from pages.ui.lists.shapes import Move

Mark = Literal["", "entered", "dropped"]


class FlowRow(TypedDict):
    """A passage in one list: ``place`` counts the drawn rows from 1, ``rank`` is the list's own.

    ``x`` is where its score lies between the lowest (0) and the highest (1) of the list, None
    when it has none. ``mark`` says that it crosses the cut line on the way here or from here.
    """

    passage: int
    place: int
    rank: int
    x: float | None
    score: str
    mark: Mark
    label: str


class FlowAxis(TypedDict):
    """The scale of a list, both ends in words.

    Scores from 0 to ``noise`` (a part of 1) are reached by off-topic questions too; None when
    that was not measured, or when every score is above.
    """

    kind: str
    low: str
    high: str
    noise: float | None
    noise_text: str


class FlowColumn(TypedDict):
    """One list; ``missing`` counts the candidates that are not in it, and is said in words."""

    title: str
    axis: FlowAxis
    rows: list[FlowRow]
    missing: int
    missing_text: str


class FlowWay(TypedDict):
    """How a passage goes from one list to the next: places from 1, None where it is missing."""

    passage: int
    gap: int
    before: int | None
    after: int | None
    move: Move
    size: int
    mark: Mark


class FlowPassage(TypedDict):
    """What is shown of a passage that is pointed at."""

    id: str
    tag: int
    title: str
    where: str
    pages: str
    story: str
    delta: str
    move: Move
    scores: list[str]
    runs: list[Run]


class FlowData(TypedDict):
    """Everything the flow draws; ``id`` is the same for the same comparison."""

    id: str
    top_n: int
    cut: str
    largest: int
    moves: dict[str, int]
    columns: list[FlowColumn]
    ways: list[FlowWay]
    passages: list[FlowPassage]


def crossing(*, was_in: bool, is_in: bool) -> Mark:
    """How a passage crosses the cut line.

    >>> crossing(was_in=False, is_in=True)
    'entered'
    """
    return "" if was_in == is_in else ("entered" if is_in else "dropped")


def way(passage: int, gap: int, before: int | None, after: int | None, mark: Mark) -> FlowWay:
    """The way of a passage between the lists on both sides of a gap."""
    delta = before - after if before and after else 0
    return {
        "passage": passage,
        "gap": gap,
        "before": before,
        "after": after,
        "move": movement(delta)[0] if before and after else "left",
        "size": abs(delta),
        "mark": mark,
    }


def whole(
    top_n: int,
    columns: list[FlowColumn],
    ways: list[FlowWay],
    passages: list[FlowPassage],
    moves: Sequence[Move],
) -> FlowData:
    """The flow of these parts; ``moves`` are those that its legend counts."""
    view: FlowData = {
        "id": "",
        "top_n": top_n,
        "cut": f"top {top_n}: the answer may use what is above",
        "largest": max((way["size"] for way in ways), default=0),
        "moves": {kind: moves.count(kind) for kind in ("rose", "fell", "same")},
        "columns": columns,
        "ways": ways,
        "passages": passages,
    }
    view["id"] = hashlib.sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()[:16]
    return view
