"""Did the searches change when the documents did? Scores and abstention before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby, pairwise

from core.evaluate.statistics import ALPHA, holm
from core.history.facts import Facts
from core.history.monitoring import Share, percentile, ran
from core.text.counting import counted, signed

FEWEST = 8
"""Searches on each side below which nothing is said of a change."""


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
            return f"{sides}: too few to say anything (it takes {FEWEST} on each side)."
        found = (
            f"{sides}. The first passage's logit: median {signed(then, 1)} before, "
            f"{signed(now, 1)} after; {_verdict(self.p_value)}."
        )
        return " ".join(filter(None, [found, _abstention(self), _pairs(self.same_questions)]))


def spells(facts: Sequence[Facts]) -> list[Spell]:
    """The runs of searches between changes, of facts of one collection, oldest first.

    Searches with another reranker make spells of their own: logits of two models are not
    comparable.
    """
    made = []
    for reranker in dict.fromkeys(fact.search.reranker for fact in facts):
        own = [fact for fact in facts if fact.search.reranker == reranker != "none"]
        for version, group in groupby(own, key=lambda fact: fact.search.corpus_version):
            made.append(_spell(version, reranker, list(group)))
    return made


def drifts(facts: Sequence[Facts]) -> list[Drift]:
    """Every change of the documents with searches on both sides, of one collection, newest first.

    Args:
        facts: of one collection, oldest first.
    """
    pairs = [(a, b) for a, b in pairwise(spells(facts)) if a.reranker == b.reranker]
    found = [Drift(before, after, _p_value(before, after)) for before, after in pairs]
    tested = [drift.p_value for drift in found if drift.p_value is not None]
    adjusted = iter(holm(tested))
    found = [d if d.p_value is None else replace(d, p_value=next(adjusted)) for d in found]
    return sorted(found, key=lambda drift: drift.after.since, reverse=True)


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
    if min(len(before.logits), len(after.logits)) < FEWEST:
        return None
    from scipy import stats  # type: ignore[import-untyped] # noqa: PLC0415 - 0.7 s to import

    return float(stats.ks_2samp(before.logits, after.logits).pvalue)


def _verdict(p_value: float) -> str:
    shown = "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"
    if p_value < ALPHA:
        return f"the scores are distributed differently ({shown})"
    return f"no difference that chance could not make ({shown})"


def _abstention(drift: Drift) -> str:
    before, after = drift.before.abstained, drift.after.abstained
    if before.value is None or after.value is None:
        return ""
    return f"Answers that abstained: {before.value:.0%} before, {after.value:.0%} after."


def _pairs(rises: Sequence[float]) -> str:
    if not rises:
        return "No question was asked on both sides, so other questions may be the reason."
    number = counted(len(rises), "question")
    middle = percentile(rises, 50)
    return f"Of {number} asked on both sides the median change is {signed(middle, 1)}."
