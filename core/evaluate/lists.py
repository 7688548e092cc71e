"""Measures of ordered lists of chunk ids, and what becomes of passages that nobody judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.evaluate.compare import Difference, compare
from core.evaluate.metrics import PerQuery, evaluate_run
from core.evaluate.runs import Qrels, judged
from core.text.counting import counted, signed

Lists = Mapping[str, Sequence[str]]
"""query -> chunk ids, best first."""

BASE, OTHER = "first stage", "reranked"


def condensed(ids: Sequence[str], grades: Mapping[str, int]) -> list[str]:
    """The list without what nobody judged (Sakai 2007): unjudged is not 'not relevant'.

    >>> condensed(["a", "b", "c"], {"c": 2, "a": 0})
    ['a', 'c']
    """
    return [id_ for id_ in ids if id_ in grades]


def evaluate_lists(
    qrels: Qrels, lists: Lists, measures: Sequence[str], *, leave_out_unjudged: bool
) -> dict[str, PerQuery]:
    """Each measure's value for each question with a relevant passage.

    Args:
        qrels: question -> chunk id -> grade.
        lists: question -> chunk ids, best first.
        measures: names such as ``nDCG@10``. ``Judged@k`` always looks at the whole list.
        leave_out_unjudged: measure condensed lists; else an unjudged passage counts as not
            relevant, which suits questions made from one known passage.

    Raises:
        InputError: an unknown measure.

    """
    names = {query: f"q{number}" for number, query in enumerate(qrels)}
    grades = {names[query]: by_chunk for query, by_chunk in qrels.items()}
    whole = {names[query]: ids for query, ids in lists.items() if query in names}
    short = {q: condensed(ids, grades[q]) for q, ids in whole.items()}
    values: dict[str, PerQuery] = {}
    for measure in measures:
        full = measure.startswith("Judged") or not leave_out_unjudged
        run = {q: _falling(ids) for q, ids in (whole if full else short).items()}
        values |= evaluate_run(grades, run, [measure])
    back = {name: query for query, name in names.items()}
    return {
        measure: {back[q]: value for q, value in by_query.items()}
        for measure, by_query in values.items()
    }


@dataclass(frozen=True, slots=True)
class BothLists:
    """A measure of two lists, for each question that both answer and that has a relevant passage.

    ``judged`` is the share of each list's first k that has a judgment, over all these questions.
    """

    measure: str
    first: PerQuery
    final: PerQuery
    judged: tuple[float, float]

    @property
    def difference(self) -> Difference | None:
        """``final - first`` with its interval, or None when there is no question."""
        if not self.first:
            return None
        return compare(self.first, self.final, self.measure, (BASE, OTHER))


def measure_both(qrels: Qrels, first: Lists, final: Lists, k: int = 10) -> BothLists:
    """nDCG@k of both lists on condensed lists, and how much of them is judged."""
    known = {query: grades for query, grades in judged(qrels).items() if query in first}
    measures = [f"nDCG@{k}", f"Judged@{k}"]
    one = evaluate_lists(known, first, measures, leave_out_unjudged=True)
    other = evaluate_lists(known, final, measures, leave_out_unjudged=True)
    shares = tuple(_mean(values[f"Judged@{k}"]) for values in (one, other))
    return BothLists(f"nDCG@{k}", one[f"nDCG@{k}"], other[f"nDCG@{k}"], (shares[0], shares[1]))


def in_brief(difference: Difference) -> str:
    """The difference in one line, without a claim.

    >>> from core.evaluate.compare import compare
    >>> in_brief(compare({"q": 0.5}, {"q": 0.75}, "nDCG@10"))
    '+0.25 [−1.00, +1.00] on 1 question: helps 1, hurts 0'
    """
    d = difference
    over = counted(d.questions, "question")
    return (
        f"{signed(d.mean)} [{signed(d.low)}, {signed(d.high)}] on {over}: "
        f"helps {d.wins}, hurts {d.losses}"
    )


def _falling(ids: Sequence[str]) -> dict[str, float]:
    return {id_: float(len(ids) - place) for place, id_ in enumerate(ids)}


def _mean(values: Mapping[str, float]) -> float:
    return sum(values.values()) / len(values) if values else 0.0
