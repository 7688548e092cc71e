"""An experiment with the people who search: who gets what, what they did, what that may mean."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from core.errors import InputError
from core.evaluate.compare import wilson
from core.evaluate.configurations import Configuration
from core.evaluate.online.interleaving import Draft, Team, credit

Way = Literal["split", "interleave"]
Act = Literal["open", "cite", "up", "down", "none"]
"""``open``: the page of a passage in the list; ``cite``: of a citation; then thumbs, or none."""
LONGEST_DAYS = 90
FOLLOWS = timedelta(minutes=10)
"""Another question of the same session within this time is a follow-up question."""
FEWEST_SESSIONS = 5
"""Sessions on each side below which a split says nothing."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """Configuration ``a`` against ``b`` in one collection, from ``started_at`` to ``ends_at``.

    ``split`` gives each session one of both, ``interleave`` deals both into every list.
    """

    id: str
    collection_id: str
    way: Way
    a: Configuration
    b: Configuration
    started_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        """Refuse what compares nothing, or does not end."""
        if self.a.settings == self.b.settings:
            raise InputError("Both sides are the same.", "Choose two configurations.")
        if not timedelta(0) <= self.ends_at - self.started_at <= timedelta(days=LONGEST_DAYS):
            raise InputError(f"An experiment lasts at most {LONGEST_DAYS} days.")

    def runs(self, now: datetime) -> bool:
        """Whether it is on."""
        return self.started_at <= now < self.ends_at

    def side(self, team: Team) -> Configuration:
        """The configuration of a side."""
        return self.a if team == "a" else self.b


@dataclass(frozen=True, slots=True)
class Impression:
    """One list that was shown: to which session, for which search of the history, dealt how.

    A session is what gets a side: on the pages all sessions of one browser are one, while the
    experiment runs.

    With ``split`` all of ``draft`` belongs to the team of the session.
    """

    experiment_id: str
    session: str
    entry_id: str
    query: str
    shown_at: datetime
    draft: Draft


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a person did with a list; ``chunk_id`` is empty for the whole answer."""

    entry_id: str
    act: Act
    chunk_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """A list and everything that was done with it, in order."""

    shown: Impression
    actions: tuple[Action, ...] = ()

    @property
    def clicks(self) -> list[Action]:
        """Pages that were opened."""
        return [action for action in self.actions if action.act in {"open", "cite"}]

    @property
    def first_click(self) -> float | None:
        """Seconds until the first page was opened."""
        times = [(click.at - self.shown.shown_at).total_seconds() for click in self.clicks]
        return max(0.0, min(times)) if times else None

    @property
    def thumbs(self) -> list[bool]:
        """The last thumb on each passage and on the answer."""
        last = {a.chunk_id: a.act for a in self.actions if a.act in {"up", "down", "none"}}
        return [act == "up" for act in last.values() if act != "none"]


@dataclass(frozen=True, slots=True)
class Effect:
    """One measure of a split: the mean of the sessions on each side, and ``b - a``.

    ``low`` and ``high`` bound the difference with 95% confidence; None when too few sessions,
    or no spread, say nothing. ``sessions`` are those that have a value, a's first.
    """

    name: str
    a: float | None
    b: float | None
    sessions: tuple[int, int]
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Preference:
    """What interleaved lists say: lists that ``a`` won, that ``b`` won, without a winner."""

    a: int
    b: int
    ties: int

    @property
    def interval(self) -> tuple[float, float]:
        """95% interval (Wilson) of the share of decided lists that ``b`` wins."""
        return wilson(self.b, self.a + self.b)

    @property
    def settled(self) -> bool:
        """Whether the interval leaves out a half."""
        low, high = self.interval
        return low > 0.5 or high < 0.5


def team_of(experiment_id: str, session: str) -> Team:
    """The side of a session: a fair coin that always falls the same way for it."""
    return "a" if hashlib.sha256(f"{experiment_id}\x00{session}".encode()).digest()[0] % 2 else "b"


def preference(seen: Iterable[Seen]) -> Preference:
    """Credit of interleaved lists; a question asked again in a session counts once, the last."""
    last = {(s.shown.session, s.shown.query): s for s in seen}
    won = [credit(s.shown.draft, {click.chunk_id for click in s.clicks}) for s in last.values()]
    return Preference(won.count(-1), won.count(1), won.count(0))


def effects(seen: Sequence[Seen]) -> list[Effect]:
    """What a split says. The session is what was given a side, so the session is what counts."""
    follows = followed(seen)
    measures: dict[str, Callable[[Seen], Iterable[float]]] = {
        "Questions with a click": lambda s: [float(bool(s.clicks))],
        "Clicks a question": lambda s: [float(len(s.clicks))],
        "Seconds to the first click": lambda s: [] if s.first_click is None else [s.first_click],
        "Thumbs up among thumbs": lambda s: map(float, s.thumbs),
        "Questions with a follow-up": lambda s: [float(s.shown.entry_id in follows)],
    }
    return [_effect(name, seen, measure) for name, measure in measures.items()]


def followed(seen: Sequence[Seen]) -> set[str]:
    """Entries after which the same session asked another question within ``FOLLOWS``."""
    ordered = sorted(seen, key=lambda s: (s.shown.session, s.shown.shown_at))
    return {
        one.shown.entry_id
        for one, two in pairwise(ordered)
        if one.shown.session == two.shown.session
        and one.shown.query != two.shown.query
        and two.shown.shown_at - one.shown.shown_at <= FOLLOWS
    }


def welch(a: Sequence[float], b: Sequence[float]) -> tuple[float, float] | None:
    """95% interval of mean(b) - mean(a) for unequal variances (Welch 1947).

    The degrees of freedom are (u + v)^2 / (u^2 / (m - 1) + v^2 / (n - 1)), with u and v the
    variances of the two means. None without spread, or with less than two values on a side.
    """
    if min(len(a), len(b)) < 2:
        return None
    (mean_a, u), (mean_b, v) = _mean(a), _mean(b)
    if u + v <= 1e-18:
        return None
    from scipy import stats  # type: ignore[import-untyped] # noqa: PLC0415 - 0.7 s to import

    freedom = (u + v) ** 2 / (u**2 / (len(a) - 1) + v**2 / (len(b) - 1))
    half = float(stats.t.ppf(0.975, freedom)) * math.sqrt(u + v)
    return mean_b - mean_a - half, mean_b - mean_a + half


def _mean(values: Sequence[float]) -> tuple[float, float]:
    """The mean, and the variance of it."""
    n = len(values)
    mean = sum(values) / n
    return mean, sum((value - mean) ** 2 for value in values) / (n - 1) / n


def _effect(name: str, seen: Sequence[Seen], measure: Callable[[Seen], Iterable[float]]) -> Effect:
    sides: dict[Team, dict[str, list[float]]] = {"a": {}, "b": {}}
    for one in seen:
        if values := list(measure(one)):
            team = one.shown.draft.teams[0]
            sides[team].setdefault(one.shown.session, []).extend(values)
    a, b = ([sum(v) / len(v) for v in sides[team].values()] for team in ("a", "b"))
    enough = min(len(a), len(b)) >= FEWEST_SESSIONS
    low, high = (welch(a, b) if enough else None) or (None, None)
    mean_a, mean_b = (sum(side) / len(side) if side else None for side in (a, b))
    return Effect(name, mean_a, mean_b, (len(a), len(b)), low, high)


def preference_words(found: Preference, experiment: Experiment) -> str:
    """The verdict on interleaved lists."""
    a, b = experiment.a.name, experiment.b.name
    decided = found.a + found.b
    if not decided:
        return "No list has a winner yet: nobody opened more passages of one side."
    low, high = found.interval
    facts = (
        f"{b} won {found.b} of {decided} decided lists ({low:.0%} to {high:.0%} with 95% "
        f"confidence; {found.ties} had no winner)"
    )
    if not found.settled:
        return f"Nothing is settled between {a} and {b}: {facts}."
    return f"People open more of {b if low > 0.5 else a}: {facts}."


def effect_words(found: Effect, experiment: Experiment) -> str:
    """The verdict on one measure of a split."""
    if found.low is None or found.high is None:
        few = min(found.sessions) < FEWEST_SESSIONS
        return f"it takes {FEWEST_SESSIONS} browsers on each side" if few else "no spread"
    if found.low > 0:
        return f"more with {experiment.b.name}"
    return f"more with {experiment.a.name}" if found.high < 0 else "nothing is settled"
