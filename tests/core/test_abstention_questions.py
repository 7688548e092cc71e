"""The questions that test abstention are what they say, and none of them made the noise floor."""

import tomllib
from functools import cache
from pathlib import Path

import pytest

from core.ingest.jobs.worker import parse
from core.samples import sample_documents, sample_questions
from core.search.calibration import probe_questions
from core.settings import Limits
from core.text.words import repeats_itself

TABLE = tomllib.loads((Path(__file__).parents[1] / "abstention.toml").read_text("utf-8"))
NONSENSE = [question for kind in TABLE["nonsense"].values() for question in kind]
ABSENT = TABLE["unanswerable"]["absent"]
FRESH = TABLE["fresh"]
ROUNDS = TABLE["rounds"]
IN_ROUNDS = [entry for round_ in ROUNDS.values() for entry in round_["answerable"]]
NONSENSE_IN_ROUNDS = [
    question
    for round_ in ROUNDS.values()
    for kind in round_["nonsense"].values()
    for question in kind
]


@cache
def texts():
    """The text of each sample document without white space, by name."""
    return {name: "".join(parse(data, Limits()).text.split()) for name, data in sample_documents()}


def test_there_are_enough_of_both():
    """50 that nobody could answer, and more than 50 that the samples do."""
    answerable = [q for q in sample_questions() if q.kind != "unanswerable"]
    assert len(NONSENSE) == 50
    assert len(answerable) + len(TABLE["answerable"]) >= 50


def test_each_round_has_as_many_of_both():
    """30 and 30, the answerable ones with eight of one word and eight of two."""
    for round_ in ROUNDS.values():
        words = [len(entry["text"].split()) for entry in round_["answerable"]]
        assert sum(len(kind) for kind in round_["nonsense"].values()) == len(words) == 30
        assert (words.count(1), words.count(2)) == (8, 8)


@pytest.mark.parametrize(
    "entry", [*TABLE["answerable"], *IN_ROUNDS], ids=lambda entry: entry["text"][:40]
)
def test_the_answer_stands_in_the_document(entry):
    """Word for word, once: on a page that can be named."""
    answer = "".join(entry["answer"].split())
    assert texts()[entry["document"]].count(answer) == 1


def test_no_question_is_in_two_sets():
    """What makes the floor does not test it; what tests it is counted once."""
    asked = [*NONSENSE, *ABSENT, *(entry["text"] for entry in TABLE["answerable"])]
    asked += [question for kind in FRESH.values() for question in kind]
    asked += [*NONSENSE_IN_ROUNDS, *(entry["text"] for entry in IN_ROUNDS)]
    assert len(asked) == len(set(asked))
    assert not set(asked) & set(probe_questions())


def test_repetition_is_told_from_keywords_and_clumsy_questions():
    """Seven of the fresh salads only repeat themselves; no keywords or clumsy words do."""
    assert [kind for kind in FRESH for q in FRESH[kind] if repeats_itself(q)] == ["salad"] * 7
    assert not any(repeats_itself(entry["text"]) for entry in TABLE["answerable"])
    assert not any(repeats_itself(question.text) for question in sample_questions())
