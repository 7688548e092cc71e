"""What many searches say together: times, caches, skip predictors, answers, moves."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from core.errors import InputError
from core.evaluate.statistics import wilson
from core.history.facts import AnswerFacts, Facts, SearchFacts, SkipWord
from core.text.counting import counted

PERCENTILES = (50, 95, 99)
STAGES: dict[str, Callable[[SearchFacts], float]] = {
    "encode": lambda found: found.encode_ms,
    "search": lambda found: found.search_ms,
    "rerank": lambda found: found.rerank_ms,
    "quotes": lambda found: found.quotes_ms,
    "total": lambda found: found.total_ms,
}
"""The stages of a search by name, in the order in which they happen, with their milliseconds."""


@dataclass(frozen=True, slots=True)
class Share:
    """``part`` of ``whole``, with the 95% interval of the share."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share, None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval."""
        return wilson(self.part, self.whole)


@dataclass(frozen=True, slots=True)
class StageTimes:
    """Milliseconds of a stage at each of ``PERCENTILES``."""

    stage: str
    at: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """The searches of one day, in the machine's time zone."""

    day: date
    searches: int
    median_ms: float


@dataclass(frozen=True, slots=True)
class Monitor:
    """Everything that is drawn. ``measured`` counts searches that really ran.

    ``abstained`` are answers that said nothing; ``verified`` citations that name a supplied
    passage; ``supported`` sentences with such a citation; ``liked`` thumbs that point up.
    ``deltas`` counts the passages of the top n by rank delta, ``unmoved`` are those of 0.
    """

    searches: int
    measured: int
    times: tuple[StageTimes, ...]
    cached: Share
    skip: dict[SkipWord, int]
    abstained: Share
    verified: Share
    supported: Share
    liked: Share
    deltas: dict[int, int]
    days: tuple[Day, ...]

    @property
    def unmoved(self) -> Share:
        """Passages of the top n whose rank the cross-encoder left as it was."""
        return Share(self.deltas.get(0, 0), sum(self.deltas.values()))


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile: the smallest value that so many percent do not exceed.

    It is always a value that was measured (Hyndman and Fan 1996, definition 1).

    >>> percentile([10.0, 20.0, 30.0, 40.0], 50)
    20.0
    """
    if not values or not 0 < percent <= 100:
        raise InputError(f"There is no percentile {percent} of {counted(len(values), 'value')}.")
    place = max(1, math.ceil(len(values) * percent / 100 - 1e-9))
    return sorted(values)[place - 1]


def ran(facts: Iterable[Facts]) -> list[SearchFacts]:
    """The searches that ran: a comparison that a page showed again from memory counts once."""
    seen, found = set[tuple[object, ...]](), []
    for search in (fact.search for fact in facts):
        key = (search.computed_at, search.collection_id, search.query, search.total_ms)
        if search.computed_at is None or key not in seen:
            seen.add(key)
            found.append(search)
    return found


def monitor(facts: Sequence[Facts]) -> Monitor:
    """Aggregate searches, given in any order."""
    searches = ran(facts)
    answers = [answer for fact in facts for answer in fact.answers]
    thumbs = [liked for fact in facts for liked in fact.liked]
    reranked = [search for search in searches if search.reranker != "none"]
    return Monitor(
        searches=len(facts),
        measured=len(searches),
        times=_times(searches),
        cached=Share(sum(s.cache_hits for s in searches), sum(s.pairs for s in searches)),
        skip=dict(Counter(search.skip for search in searches)),
        abstained=Share(sum(answer.abstained for answer in answers), len(answers)),
        verified=_sum(answers, lambda a: a.verified, lambda a: a.citations),
        supported=_sum(answers, lambda a: a.supported, lambda a: a.sentences),
        liked=Share(sum(thumbs), len(thumbs)),
        deltas=dict(sorted(Counter(d for search in reranked for d in search.deltas).items())),
        days=_days(searches),
    )


def _sum(
    answers: Sequence[AnswerFacts],
    part: Callable[[AnswerFacts], int],
    whole: Callable[[AnswerFacts], int],
) -> Share:
    given = [answer for answer in answers if not answer.abstained]
    return Share(sum(map(part, given)), sum(map(whole, given)))


def _times(searches: Sequence[SearchFacts]) -> tuple[StageTimes, ...]:
    if not searches:
        return ()
    return tuple(
        StageTimes(name, tuple(percentile([of(s) for s in searches], p) for p in PERCENTILES))
        for name, of in STAGES.items()
    )


def _days(searches: Sequence[SearchFacts]) -> tuple[Day, ...]:
    days = dict[date, list[float]]()
    for search in searches:
        days.setdefault(search.asked_at.astimezone().date(), []).append(search.total_ms)
    return tuple(Day(day, len(ms), percentile(ms, 50)) for day, ms in sorted(days.items()))
