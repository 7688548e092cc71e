"""The questions that test silence are what they say, and none of them made the noise floor."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import pytest

from core.ingest.worker import parse
from core.rank.calibration import probe_questions
from core.samples import sample_documents, sample_questions
from core.settings import Limits

TABLE = tomllib.loads((Path(__file__).parents[1] / "abstention.toml").read_text("utf-8"))
NONSENSE = [question for kind in TABLE["nonsense"].values() for question in kind]
ABSENT = TABLE["unanswerable"]["absent"]


@cache
def texts() -> dict[str, str]:
    """The text of each sample document without white space, by name."""
    return {name: "".join(parse(data, Limits()).text.split()) for name, data in sample_documents()}


def test_there_are_enough_of_both() -> None:
    """50 that nobody could answer, and more than 50 that the samples do."""
    answerable = [q for q in sample_questions() if q.kind != "unanswerable"]
    assert len(NONSENSE) == 50
    assert len(answerable) + len(TABLE["answerable"]) >= 50


@pytest.mark.parametrize("entry", TABLE["answerable"], ids=lambda entry: entry["text"][:40])
def test_the_answer_stands_in_the_document(entry: dict[str, str]) -> None:
    """Word for word, once: on a page that can be named."""
    answer = "".join(entry["answer"].split())
    assert texts()[entry["document"]].count(answer) == 1


def test_no_question_is_in_two_sets() -> None:
    """What makes the floor does not test it; what tests it is counted once."""
    asked = [*NONSENSE, *ABSENT, *(entry["text"] for entry in TABLE["answerable"])]
    assert len(asked) == len(set(asked))
    assert not set(asked) & set(probe_questions())
