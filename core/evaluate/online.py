"""An experiment with the people who search: who gets what, what they did, what that may mean.

Interleaving is team draft: Radlinski, Kurup and Joachims (2008), "How does clickthrough data
reflect retrieval quality?". As two captains pick players, the rankings take turns in choosing their
best passage that is not in the list yet; before each pair of turns a coin says who goes first.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

import numpy as np

from core.errors import InputError
from core.evaluate.compare import ALPHA, wilson
from core.evaluate.configurations import Configuration

Team = Literal["a", "b"]
Way = Literal["split", "interleave"]
Act = Literal["open", "cite", "up", "down", "none"]
"""``open``: the page of a passage in the list; ``cite``: of a citation; then thumbs, or none."""
LONGEST_DAYS = 90
FOLLOWS = timedelta(minutes=10)
"""Another question of the same session within this time is a follow-up question."""
FEWEST_SESSIONS = 5
"""Sessions on each side below which a split says nothing."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A list that was dealt: ids in order, and the team that chose each."""

    ids: tuple[str, ...]
    teams: tuple[Team, ...]


def coins(*names: str) -> Iterator[bool]:
    """Fair coins without end, the same for the same names; True lets ``a`` choose first."""
    seed = hashlib.sha256("\x00".join(names).encode()).digest()
    dealer = random.Random(seed)
    while True:
        yield dealer.random() < 0.5


def team_draft(a: Sequence[str], b: Sequence[str], n: int, coin: Iterator[bool]) -> Draft:
    """Deal two rankings into one list.

    Args:
        a: ids, best first, each once.
        b: the same of the other ranking.
        n: the longest list that is wanted; it ends earlier when one ranking has nothing left,
            so that no team gets more than one passage ahead.
        coin: who chooses first, asked whenever both teams have as many passages.

    >>> team_draft(["x", "y"], ["y", "z"], 3, iter([True, False]))
    Draft(ids=('x', 'y', 'z'), teams=('a', 'b', 'b'))
    """
    ids, teams = dict[str, None](), list[Team]()
    while len(ids) < n:
        ahead = teams.count("a") - teams.count("b")
        turn: Team = "a" if ahead < 0 or (ahead == 0 and next(coin)) else "b"
        pick = next((id_ for id_ in (a if turn == "a" else b) if id_ not in ids), None)
        if pick is None:
            break
        ids[pick] = None
        teams.append(turn)
    return Draft(tuple(ids), tuple(teams))


def credit(draft: Draft, clicked: Collection[str]) -> int:
    """Who wins one list: 1 when more passages of ``b`` were opened, -1 of ``a``, 0 for a tie.

    A passage that is opened twice counts once.
    """
    teams = [team for id_, team in zip(draft.ids, draft.teams, strict=True) if id_ in clicked]
    ahead = teams.count("b") - teams.count("a")
    return (ahead > 0) - (ahead < 0)


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
    """95% interval of mean(b) - mean(a) for unequal variances (Welch 1947), by scipy.

    None without spread, or with less than two values on a side.
    """
    if min(len(a), len(b)) < 2 or np.var(a) + np.var(b) <= 1e-18:
        return None
    from scipy import stats  # type: ignore[import-untyped] # noqa: PLC0415 - 0.7 s to import

    bounds = stats.ttest_ind(b, a, equal_var=False).confidence_interval(1 - ALPHA)
    return float(bounds.low), float(bounds.high)


def _effect(name: str, seen: Sequence[Seen], measure: Callable[[Seen], Iterable[float]]) -> Effect:
    sides: dict[Team, dict[str, list[float]]] = {"a": {}, "b": {}}
    for shown_list in seen:
        if values := list(measure(shown_list)):
            shown = shown_list.shown
            sides[shown.draft.teams[0]].setdefault(shown.session, []).extend(values)
    a, b = ([sum(v) / len(v) for v in sides[team].values()] for team in ("a", "b"))
    enough = min(len(a), len(b)) >= FEWEST_SESSIONS
    low, high = (welch(a, b) if enough else None) or (None, None)
    mean_a, mean_b = (sum(side) / len(side) if side else None for side in (a, b))
    return Effect(name, mean_a, mean_b, (len(a), len(b)), low, high)


def preference_words(wins: Preference, experiment: Experiment) -> str:
    """The verdict on interleaved lists."""
    a, b = experiment.a.name, experiment.b.name
    decided = wins.a + wins.b
    if not decided:
        return "No list has a winner yet: nobody has opened more passages of one side."
    low, high = wins.interval
    facts = (
        f"{b} won {wins.b} of {decided} decided lists ({low:.0%} to {high:.0%} with 95% "
        f"confidence; {wins.ties} had no winner)"
    )
    if not wins.settled:
        return f"No clear winner between {a} and {b}: {facts}."
    return f"People open more passages of {b if low > 0.5 else a}: {facts}."


def effect_words(effect: Effect, experiment: Experiment) -> str:
    """The verdict on one measure of a split."""
    if effect.low is None or effect.high is None:
        few = min(effect.sessions) < FEWEST_SESSIONS
        return (
            f"at least {FEWEST_SESSIONS} browsers are needed on each side" if few else "no spread"
        )
    if effect.low > 0:
        return f"more with {experiment.b.name}"
    return f"more with {experiment.a.name}" if effect.high < 0 else "not settled"
