"""What is measured: relevance judgments (qrels), rankings (runs), and the order they mean."""

from __future__ import annotations

import math
from collections.abc import Mapping

from core.errors import InputError

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
