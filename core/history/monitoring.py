"""What many searches say together: times, caches, skip predictors, answers, moves, and drift.

Drift: did the scores and abstentions change when the documents did? The figures are drawn by the
pages, and printed for Prometheus (text exposition format 0.0.4).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby, pairwise

from core.errors import InputError
from core.evaluate.compare import ALPHA, holm, wilson
from core.history.facts import Facts, SearchFacts, SkipWord, stage_times
from core.text.counting import counted, signed

PERCENTILES = (50, 95, 99)
FEWEST_SEARCHES = 8
"""Searches on each side below which nothing is said of a change."""


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
class Day:
    """The searches of one day, in the machine's time zone."""

    day: date
    searches: int
    median_ms: float


@dataclass(frozen=True, slots=True)
class Monitor:
    """Everything that is drawn. ``measured`` counts searches that really ran.

    ``times`` are milliseconds of a stage at each of ``PERCENTILES``, in the order of ``Timings``.
    ``abstained`` are answers that said nothing; ``verified`` citations that name a supplied
    passage; ``supported`` sentences with such a citation; ``liked`` thumbs that point up.
    ``deltas`` counts the passages of the top n by rank delta, ``unmoved`` are those of 0.
    """

    searches: int
    measured: int
    times: dict[str, tuple[float, ...]]
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
    searches = dict[tuple[object, ...], SearchFacts]()
    for search in (fact.search for fact in facts):
        key = (search.computed_at, search.collection_id, search.query, search.timings)
        searches.setdefault(key, search)
    return list(searches.values())


def monitor(facts: Sequence[Facts]) -> Monitor:
    """Aggregate searches, given in any order."""
    searches = ran(facts)
    answers = [answer for fact in facts for answer in fact.answers]
    given = [answer for answer in answers if not answer.abstained]
    thumbs = [liked for fact in facts for liked in fact.liked]
    reranked = [search for search in searches if search.reranker != "none"]
    return Monitor(
        searches=len(facts),
        measured=len(searches),
        times=_times(searches),
        cached=Share(sum(s.cache_hits for s in searches), sum(s.timings.pairs for s in searches)),
        skip=dict(Counter(search.skip for search in searches)),
        abstained=Share(sum(answer.abstained for answer in answers), len(answers)),
        verified=Share(sum(a.verified for a in given), sum(a.citations for a in given)),
        supported=Share(sum(a.supported for a in given), sum(a.sentences for a in given)),
        liked=Share(sum(thumbs), len(thumbs)),
        deltas=dict(sorted(Counter(d for search in reranked for d in search.deltas).items())),
        days=_days(searches),
    )


def _times(searches: Sequence[SearchFacts]) -> dict[str, tuple[float, ...]]:
    by_stage = defaultdict[str, list[float]](list)
    for search in searches:
        for stage, ms in stage_times(search.timings).items():
            by_stage[stage].append(ms)
    return {stage: tuple(percentile(ms, p) for p in PERCENTILES) for stage, ms in by_stage.items()}


def _days(searches: Sequence[SearchFacts]) -> tuple[Day, ...]:
    days = defaultdict[date, list[float]](list)
    for search in searches:
        days[search.asked_at.astimezone().date()].append(search.timings.total_ms)
    return tuple(Day(day, len(ms), percentile(ms, 50)) for day, ms in sorted(days.items()))


@dataclass(frozen=True, slots=True)
class Spell:
    """Searches of one collection between two changes, with one reranker.

    ``logits`` are those of the passages that came first; ``again`` has them by question.
    """

    corpus_version: str
    reranker: str
    since: datetime
    logits: tuple[float, ...]
    abstained: Share
    by_question: tuple[tuple[str, float], ...]

    @property
    def median(self) -> float | None:
        """Median logit of the first passage, None without one."""
        return percentile(self.logits, 50) if self.logits else None


@dataclass(frozen=True, slots=True)
class Drift:
    """One change of the collection: what was before, what came after.

    ``p_value`` is of the two-sample Kolmogorov-Smirnov test on the logits, corrected for all
    changes that were tested (Holm); None when there were too few searches on a side.
    """

    before: Spell
    after: Spell
    p_value: float | None

    @property
    def same_questions(self) -> tuple[float, ...]:
        """For each question asked on both sides: how much its first logit rose."""
        earlier = dict(self.before.by_question)
        return tuple(
            logit - earlier[query] for query, logit in self.after.by_question if query in earlier
        )

    @property
    def sentence(self) -> str:
        """What may be said of the change, plainly, and no more."""
        before, after = (counted(len(s.logits), "search") for s in (self.before, self.after))
        sides = f"{before} before, {after} after"
        then, now = self.before.median, self.after.median
        if self.p_value is None or then is None or now is None:
            needed = f"at least {FEWEST_SEARCHES} are needed in each period"
            return f"{sides}: too few to compare ({needed})."
        scores = (
            f"{sides}. The first passage's logit: median {signed(then, 1)} before, "
            f"{signed(now, 1)} after; {_verdict(self.p_value)}."
        )
        return " ".join(filter(None, [scores, _abstention(self), _pairs(self.same_questions)]))


def spells(facts: Sequence[Facts]) -> list[Spell]:
    """The runs of searches between changes, of facts of one collection, oldest first.

    Searches with another reranker make spells of their own: logits of two models are not
    comparable.
    """
    rerankers = dict.fromkeys(fact.search.reranker for fact in facts)
    return [
        _spell(version, reranker, list(group))
        for reranker in rerankers
        if reranker != "none"
        for version, group in groupby(
            (fact for fact in facts if fact.search.reranker == reranker),
            key=lambda fact: fact.search.corpus_version,
        )
    ]


def drifts(facts: Sequence[Facts]) -> list[Drift]:
    """Every change of the documents with searches on both sides, of one collection, newest first.

    Args:
        facts: of one collection, oldest first.
    """
    pairs = [(a, b) for a, b in pairwise(spells(facts)) if a.reranker == b.reranker]
    changes = [Drift(before, after, _p_value(before, after)) for before, after in pairs]
    adjusted = iter(holm([drift.p_value for drift in changes if drift.p_value is not None]))
    changes = [d if d.p_value is None else replace(d, p_value=next(adjusted)) for d in changes]
    return sorted(changes, key=lambda drift: drift.after.since, reverse=True)


def _spell(version: str, reranker: str, group: Sequence[Facts]) -> Spell:
    scored = [s for s in ran(group) if s.top_logit is not None]
    answers = [answer for fact in group for answer in fact.answers if answer.stage == "rerank"]
    latest = {search.query: search.top_logit or 0.0 for search in scored}
    return Spell(
        corpus_version=version,
        reranker=reranker,
        since=group[0].search.asked_at,
        logits=tuple(search.top_logit or 0.0 for search in scored),
        abstained=Share(sum(answer.abstained for answer in answers), len(answers)),
        by_question=tuple(latest.items()),
    )


def _p_value(before: Spell, after: Spell) -> float | None:
    if min(len(before.logits), len(after.logits)) < FEWEST_SEARCHES:
        return None
    from scipy import stats  # type: ignore[import-untyped] # noqa: PLC0415 - 0.7 s to import

    return float(stats.ks_2samp(before.logits, after.logits).pvalue)


def _verdict(p_value: float) -> str:
    shown = "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"
    if p_value < ALPHA:
        return f"the scores are distributed differently ({shown})"
    return f"no difference beyond chance ({shown})"


def _abstention(drift: Drift) -> str:
    before, after = drift.before.abstained, drift.after.abstained
    if before.value is None or after.value is None:
        return ""
    return f"Answers that abstained: {before.value:.0%} before, {after.value:.0%} after."


def _pairs(rises: Sequence[float]) -> str:
    if not rises:
        return "No question was asked in both periods, so different questions may be the reason."
    number = counted(len(rises), "question")
    middle = percentile(rises, 50)
    return f"The median change of the {number} asked in both periods is {signed(middle, 1)}."


def exposition(figures: Monitor) -> str:
    """One gauge each: the history forgets, so nothing here only grows, as a counter would."""
    times = (
        (f'{{stage="{stage}",quantile="{percent / 100:g}"}}', ms / 1000)
        for stage, percentiles in figures.times.items()
        for percent, ms in zip(PERCENTILES, percentiles, strict=True)
    )
    skip = ((f'{{decision="{word}"}}', count) for word, count in sorted(figures.skip.items()))
    blocks = (
        _gauge("searches", "Searches that the history keeps", figures.searches),
        _block("stage_seconds", "Time of a stage, nearest-rank quantiles", times),
        _gauge("pairs", "Pairs that were asked of the cross-encoder", figures.cached.whole),
        _gauge("pairs_cached", "Pairs whose score came from the cache", figures.cached.part),
        _block("skip_decisions", "What the skip predictor decided", skip),
        _gauge("answers", "Answers", figures.abstained.whole),
        _gauge("answers_abstained", "Answers that abstained", figures.abstained.part),
        _gauge("citations", "Citations in answers", figures.verified.whole),
        _gauge("citations_verified", "Citations of a supplied passage", figures.verified.part),
        _gauge("thumbs", "Thumbs that were given", figures.liked.whole),
        _gauge("thumbs_up", "Thumbs that point up", figures.liked.part),
    )
    return "".join(blocks)


def _gauge(name: str, what: str, value: float) -> str:
    return _block(name, what, [("", value)])


def _block(name: str, what: str, samples: Iterable[tuple[str, float]]) -> str:
    lines = [f"second_look_{name}{labels} {value:.10g}\n" for labels, value in samples]
    if not lines:
        return ""
    head = f"# HELP second_look_{name} {what}.\n# TYPE second_look_{name} gauge\n"
    return head + "".join(lines)
