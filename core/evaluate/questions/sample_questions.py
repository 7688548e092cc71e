"""The sample questions, with the places in the documents that answer them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from core.evaluate.questions.question_sets import Question, Target
from core.samples import SampleQuestion
from core.text.spans import Place

ANSWERS = 3
"""The grade of a passage that holds the answer's own words."""


def located(
    questions: Sequence[SampleQuestion], ids: Mapping[str, str], texts: Mapping[str, str]
) -> list[Question]:
    """The questions whose answer stands in one of the documents, with its place.

    Args:
        questions: as they come with the samples; unanswerable ones are left out.
        ids: document name -> id.
        texts: document name -> its text.

    """
    located_ = []
    for question in questions:
        text = texts.get(question.document, "")
        found = _spaced(question.answer).search(text) if question.answer else None
        if found is not None:
            place = Place(ids[question.document], found.start(), found.end())
            located_.append(Question(question.text, "sample", (Target(place, ANSWERS),)))
    return located_


def _spaced(phrase: str) -> re.Pattern[str]:
    r"""The phrase with any white space between its words, as lines break it."""
    return re.compile(r"\s+".join(map(re.escape, phrase.split())))
