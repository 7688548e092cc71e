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

from core.errors import InputError

PerQuery = dict[str, float]
"""query id -> value of one measure."""

MEASURE = "nDCG@10"
"""What decides where nothing else was chosen, and what is learned for."""
_CUTOFF = "@(?:[1-9][0-9]{0,4}|100000)"
_KNOWN = re.compile(rf"(?:nDCG|RR|MRR|AP)(?:{_CUTOFF})?|(?:R|P|Success|Judged){_CUTOFF}|Bpref")


def check_measure(name: str) -> str:
    """The same name, if it can be computed.

    A closed list, because a name goes on to C code that ends the process on a cutoff of 0.

    Raises:
        InputError: an unknown measure, or a cutoff that is missing or out of range.

    >>> check_measure("nDCG@10")
    'nDCG@10'
    """
    if _KNOWN.fullmatch(name) is None:
        raise InputError(
            f"{name!r} is not a known measure.",
            "Known are AP, Bpref and, with a cutoff from 1 to 100,000 such as nDCG@10: nDCG, RR, "
            "MRR, R, P, Success and Judged.",
        )
    return name


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

    A question without a list counts as 0; one without a relevant passage is left out (``judged``
    says which are left).

    Args:
        qrels: question -> chunk id -> grade; a negative one (TREC's mark for junk) counts as
            0, and for Bpref as not judged, as trec_eval has it.
        lists: question -> chunk ids, best first.
        measures: names such as ``nDCG@10``. ``Judged@k`` always looks at the whole list.
        leave_out_unjudged: measure condensed lists; else an unjudged passage counts as not
            relevant, which suits questions made from one known passage.

    Returns:
        ``{"nDCG@10": {"May I?": 0.63, ...}, ...}``, keyed by the names as given.

    Raises:
        InputError: an unknown measure.
    """
    import ir_measures  # noqa: PLC0415 - 65 ms that `import core` should not pay

    wanted = {name: ir_measures.parse_measure(check_measure(name)) for name in measures}
    measurable = judged(qrels)
    ids = {query: f"q{number}" for number, query in enumerate(measurable)}  # of any words
    grades = {
        ids[query]: {chunk_id: max(-1, grade) for chunk_id, grade in of_query.items()}
        for query, of_query in measurable.items()
    }
    whole = {ids[query]: lists[query] for query in measurable if lists.get(query)}
    short = {id_: condensed(whole[id_], grades[id_]) for id_ in whole}
    values: dict[str, PerQuery] = {}
    for name, measure in wanted.items():
        full = name.startswith("Judged") or not leave_out_unjudged
        run = {id_: _falling(of_query) for id_, of_query in (whole if full else short).items()}
        by_id = {m.query_id: m.value for m in ir_measures.iter_calc([measure], grades, run)}
        values[name] = {query: float(by_id[id_]) for query, id_ in ids.items()}
    return values


def _falling(ids: Sequence[str]) -> dict[str, float]:
    """With scores n, n-1, ..., 1: trec_eval and others break ties each in their own way."""
    return {id_: float(len(ids) - place) for place, id_ in enumerate(ids)}


def evaluate_run(qrels: Qrels, run: Run, measures: Sequence[str]) -> dict[str, PerQuery]:
    """The same for documents with scores: whole lists by falling score, then by document id.

    Raises:
        InputError: an unknown measure, or a score that is not a number.
    """
    lists = {query: ranked(run[query]) for query in judged(qrels) if query in run}
    return evaluate_lists(qrels, lists, measures, leave_out_unjudged=False)
