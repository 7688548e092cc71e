"""The shapes of what the comparison component draws. Ranks start at 1, indexes at 0."""

from __future__ import annotations

from typing import Literal, TypedDict

from pages.ui.lists.marking import Run

Move = Literal["rose", "fell", "same", "new", "left"]


class PassageView(TypedDict):
    """What both cards of a passage share; ``tag`` numbers its colour, from 0."""

    id: str
    tag: int
    document: str
    pages: str
    heading: str
    runs: list[Run]


class ScoreView(TypedDict):
    """A number with its kind; ``bar`` is its part of 1, or None where it has no scale."""

    kind: str
    text: str
    bar: float | None


class BadgeView(TypedDict):
    """A short remark on a card; ``hint`` says more to who points at it, and may be empty."""

    kind: Literal["entered", "dropped", "cut", "warn", "note"]
    text: str
    hint: str


class CardView(TypedDict):
    """A passage at its place in one list.

    ``passage`` is an index into the passages, ``rank`` and ``twin`` start at 1, ``twin`` is the
    rank in the other list, or None when it is not there.
    """

    passage: int
    rank: int
    twin: int | None
    scores: list[ScoreView]
    move: Move
    delta: str
    spoken: str
    badges: list[BadgeView]
    label: str


class ColumnView(TypedDict):
    """One list: its name, what made it, and its cards by rank."""

    title: str
    short: str
    maker: str
    cards: list[CardView]


class ComparisonData(TypedDict):
    """Everything the component draws; ``id`` is the same for the same comparison."""

    id: str
    query: str
    top_n: int
    visible: int
    cut: str
    passages: list[PassageView]
    columns: list[ColumnView]
    moves: dict[str, int]
