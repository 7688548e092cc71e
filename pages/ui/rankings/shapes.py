"""The shapes of what the lists, the flow and the presenter draw. Ranks from 1, indexes from 0."""

from __future__ import annotations

from typing import Literal, TypedDict

Run = tuple[str, int]
"""A piece of text and its style."""
Mark = Literal["", "entered", "dropped"]
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
    """Everything the component draws; ``id`` is the same for all parts of a comparison.

    Of two parts the one with more that is ``known`` is newer; once ``settled``, the order stays.
    """

    id: str
    known: int
    settled: bool
    query: str
    top_n: int
    visible: int
    cut: str
    passages: list[PassageView]
    columns: list[ColumnView]
    moves: dict[str, int]


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


class PresentedPassage(TypedDict):
    """One passage: ``numbers`` is hidden at first, ``move`` is rose, fell, same or nothing."""

    rank: str
    text: str
    place: str
    move: str
    spoken: str
    numbers: str


class PresentedStep(TypedDict):
    """One screen."""

    kind: str
    title: str
    lead: str
    passages: list[PresentedPassage]
    numbers: str


class Presentation(TypedDict):
    """All screens, in order."""

    question: str
    steps: list[PresentedStep]
