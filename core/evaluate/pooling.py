"""Which passages to judge, in which order, and which question first."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from core.evaluate.configurations import Configuration, presets, variants
from core.evaluate.judging.grading import Graded
from core.evaluate.rankings import Ranking
from core.text.overlap import rbo

POOL_DEPTH = 5
"""How many of each list are judged: what an answer is made from."""
POOLED = ("Dense", "Dense, reranked")

RankedLists = Sequence[Sequence[str]]
"""Ranked lists of chunk ids for one question, best first."""


def pool(lists: RankedLists, depth: int, judge: str, query: str) -> list[str]:
    """The first ``depth`` of every list, each once, in an order that hides the ranks.

    The order is random, and always the same for a judge and a question: who comes back goes on
    where they stopped, and two judges see two orders.
    """
    members = sorted({id_ for ids in lists for id_ in ids[:depth]})
    random.Random(f"{judge}\n{query}").shuffle(members)
    return members


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question to judge.

    ``entered`` is the most passages that one list has in its first n and another has not;
    ``distance`` is 1 - RBO of the two lists that differ most, 0..1. ``left`` passages of its pool
    have no judgment of this judge yet. ``contested`` is ``entered`` among the reranked lists alone:
    what a reranker puts into its first n and another one leaves out. ``asked`` is False as long as
    nobody knows its lists: then the rest is a guess.
    """

    query: str
    entered: int
    distance: float
    left: int
    contested: int = 0
    asked: bool = True


def waiting(query: str, lists: RankedLists, reranked: Sequence[bool], left: int) -> Waiting:
    """How much a question has to tell about the lists, and how much work it is.

    Args:
        query: the question.
        lists: all of it.
        reranked: which of them were.
        left: how many passages of its pool wait for the judge.
    """
    tops = [list(ids[:POOL_DEPTH]) for ids in lists]
    models = [top for top, read in zip(tops, reranked, strict=True) if read]
    distance = max((1.0 - rbo(a, b) for a, b in combinations(tops, 2)), default=0.0)
    return Waiting(query, _entered(tops), distance, left, _entered(models))


def _entered(tops: Sequence[Sequence[str]]) -> int:
    both_ways = ((a, b) for one, two in combinations(tops, 2) for a, b in ((one, two), (two, one)))
    return max((len(set(b) - set(a)) for a, b in both_ways), default=0)


def queue(questions: Iterable[Waiting]) -> list[Waiting]:
    """Where a judgment matters most comes first: lists that differ most, most new passages first.

    What rerankers disagree about counts once more, as a committee's votes do in active learning
    (Seung et al. 1992): else the first stage, which differs from all of them, would hide it.
    A question with the same passages in all lists cannot say which list is better except by their
    order, and one with equal lists cannot say it at all. Then come those that were not asked yet,
    in their order; finished ones are last.
    """
    return sorted(questions, key=_turn)


def _turn(w: Waiting) -> tuple[int, int, float, str]:
    if not w.asked:
        return 1, 0, 0.0, ""
    return 0 if w.left else 2, -(w.entered + w.contested), -w.distance, w.query


def pooled_configurations(
    names: Sequence[str], rerankers: Sequence[str] = ()
) -> list[Configuration]:
    """The configurations whose lists are pooled.

    Args:
        names: of presets.
        rerankers: others than the one that is on; each reads what the first reranked one reads.
    """
    chosen = [configuration for configuration in presets() if configuration.name in names]
    base = next((configuration for configuration in chosen if configuration.reranked), presets()[1])
    return [*chosen, *variants(base, rerankers)]


def judging_queue(
    questions: Sequence[str],
    configurations: Sequence[Configuration],
    rankings: Sequence[Mapping[str, Ranking]],
    graded: Graded,
    judge: str,
) -> list[Waiting]:
    """The queue of all questions that can be judged.

    Args:
        questions: their texts.
        configurations: whose lists are pooled.
        rankings: question -> ranking of each, in the same order, as far as they are known.
        graded: every grade that is known.
        judge: who judges.
    """
    reranked = [configuration.reranked for configuration in configurations]
    rows = []
    for question in questions:
        lists = [by_query[question].final for by_query in rankings if question in by_query]
        if len(lists) < len(rankings):
            rows.append(Waiting(question, 0, 0.0, POOL_DEPTH, asked=False))
            continue
        grades = graded.by(judge, question)
        left = sum(id_ not in grades for id_ in pool(lists, POOL_DEPTH, judge, question))
        rows.append(waiting(question, lists, reranked, left))
    return queue(rows)
