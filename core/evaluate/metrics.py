"""Ranking metrics per query, computed by ir_measures.

| name | what it is |
|---|---|
| nDCG@k | sum of grade / log2(rank + 1) over the first k, divided by that of the ideal order (Järvelin and Kekäläinen 2002, linear gain) |
| RR@k, MRR@k | 1 / rank of the first relevant document, 0 if it is not in the first k |
| R@k | share of the relevant documents that stand in the first k |
| P@k | relevant documents in the first k, divided by k |
| Success@k | 1 if a relevant document stands in the first k |
| AP | mean over the relevant documents of the precision at their rank, 0 for a missed one |
| Bpref | how seldom a document judged 0 stands above a relevant one; unjudged ones do not count (Buckley and Voorhees 2004) |
| Judged@k | share of the first k that has a judgment at all |

Ranks start at 1. A grade of 1 or more is relevant.
"""  # noqa: E501 - a table row cannot be broken

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from core.errors import InputError

if TYPE_CHECKING:
    from ir_measures import Measure

PerQuery = dict[str, float]
"""query id -> value of one measure."""

NEEDS_CUTOFF = {
    "nDCG": False,
    "RR": False,
    "MRR": False,
    "R": True,
    "P": True,
    "Success": True,
    "AP": False,
    "Bpref": False,
    "Judged": True,
}
WITHOUT_CUTOFF = {"Bpref"}
MAX_CUTOFF = 100_000
_MEASURE = re.compile(r"(?P<name>[A-Za-z]+)(?:@(?P<cutoff>[1-9][0-9]{0,5}))?")


def check_measure(name: str) -> str:
    """The same name, if it can be computed.

    A closed list, because a name goes on to C code that ends the process on a cutoff of 0.

    Raises:
        InputError: an unknown measure, or a cutoff that is missing or out of range.

    >>> check_measure("nDCG@10")
    'nDCG@10'
    """
    match = _MEASURE.fullmatch(name)
    if match is None or match["name"] not in NEEDS_CUTOFF:
        raise InputError(
            f"{name!r} is not a known measure.",
            f"Known are {', '.join(NEEDS_CUTOFF)}, with a cutoff from 1 such as nDCG@10.",
        )
    if match["cutoff"] is None and NEEDS_CUTOFF[match["name"]]:
        raise InputError(f"{name} needs a cutoff.", f"Write {name}@10, for example.")
    if match["cutoff"] is not None and match["name"] in WITHOUT_CUTOFF:
        raise InputError(f"{match['name']} has no cutoff.", f"Write {match['name']}.")
    if int(match["cutoff"] or 1) > MAX_CUTOFF:
        raise InputError(f"The cutoff of {name} is above {MAX_CUTOFF}.")
    return name


def evaluate_run(qrels: Qrels, run: Run, measures: Sequence[str]) -> dict[str, PerQuery]:
    """Each measure's value for each query that can be measured.

    A query of the qrels that the run does not answer counts as 0. A query without a relevant
    document is left out (``runs.judged`` says which are left), as is a query without qrels.

    Args:
        qrels: the judgments; a negative grade (TREC's mark for junk) counts as 0.
        run: the ranking, ordered by falling score and then by document id.
        measures: names such as ``nDCG@10``.

    Returns:
        ``{"nDCG@10": {"q1": 0.63, ...}, ...}``, keyed by the names as given.

    Raises:
        InputError: an unknown measure, or a score that is not a number.
    """
    lists = {query: ranked(run[query]) for query in judged(qrels) if query in run}
    return _measured(qrels, lists, measures)


def _measured(qrels: Qrels, lists: Lists, measures: Sequence[str]) -> dict[str, PerQuery]:
    import ir_measures  # noqa: PLC0415 - 65 ms that `import core` should not pay

    wanted = {name: ir_measures.parse_measure(check_measure(name)) for name in measures}
    measurable = judged(qrels)
    if not wanted or not measurable:
        return {name: {} for name in wanted}
    calculated = ir_measures.iter_calc(
        list(set(wanted.values())), _grades(measurable), _falling(lists, measurable)
    )
    values: dict[Measure, PerQuery] = {measure: {} for measure in wanted.values()}
    for metric in calculated:
        values[metric.measure][metric.query_id] = float(metric.value)
    return {
        name: {query: values[measure][query] for query in measurable}
        for name, measure in wanted.items()
    }


def mean(values: Mapping[str, float]) -> float:
    """The mean over the queries.

    Raises:
        InputError: there is no query.
    """
    if not values:
        raise InputError(
            "There is no question with a relevant document, so there is nothing to measure."
        )
    return sum(values.values()) / len(values)


def _grades(qrels: Qrels) -> dict[str, dict[str, int]]:
    return {
        query: {document: max(0, grade) for document, grade in grades.items()}
        for query, grades in qrels.items()
    }


def _falling(lists: Lists, queries: Qrels) -> dict[str, dict[str, float]]:
    """With scores n, n-1, ..., 1: trec_eval and others break ties each in their own way."""
    return {
        query: {id_: float(len(ids) - place) for place, id_ in enumerate(ids)}
        for query in queries
        if (ids := lists.get(query))
    }


Scores = Mapping[str, float]
"""The score of each found document of one query; higher is better."""

Run = Mapping[str, Scores]
"""query id -> the documents that a configuration found, with their scores."""

Qrels = Mapping[str, Mapping[str, int]]
"""query id -> the judged documents with their grade; 1 and above is relevant."""


def ranked(scores: Scores) -> list[str]:
    """Document ids, best first; equal scores are ordered by id, whatever tool reads them later.

    Raises:
        InputError: a score is not a number, so that there is no order.

    >>> ranked({"b": 1.0, "c": 2.0, "a": 1.0})
    ['c', 'a', 'b']
    """
    for document, score in scores.items():
        if math.isnan(score):
            raise InputError(
                f"The score of document {document!r} is not a number, so it has no rank.",
                "Check the model that gave the score.",
            )
    return sorted(scores, key=lambda document: (-scores[document], document))


def judged(qrels: Qrels) -> dict[str, Mapping[str, int]]:
    """The queries that have at least one relevant document: only these can be measured."""
    return {
        query: grades
        for query, grades in qrels.items()
        if any(grade > 0 for grade in grades.values())
    }


Lists = Mapping[str, Sequence[str]]
"""query -> chunk ids, best first."""


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
        values |= _measured(grades, whole if full else short, [measure])
    back = {name: query for query, name in names.items()}
    return {
        measure: {back[q]: value for q, value in by_query.items()}
        for measure, by_query in values.items()
    }
