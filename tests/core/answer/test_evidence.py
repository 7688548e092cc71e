"""The three states of an answer, and what is said against it."""

from dataclasses import replace

import pytest

from core.answer.evidence import evidence_of
from core.schema import Calibration
from tests.fakes import FakeCrossEncoder
from tests.floored import compared


def found(query, relevance, floor=-99.0):
    """A comparison by the fakes whose passages all have this relevance."""
    made = compared(query)
    shown = tuple(replace(item, relevance=relevance) for item in made.reranked)
    return replace(made, reranked=shown, noise_floor=floor, calibration=Calibration(1.0, 0.0))


@pytest.mark.parametrize(
    ("query", "relevance", "floor", "others", "state", "reasons"),
    [
        ("one three", 0.9, -99.0, {}, "answered", []),
        ("one three", 0.2, -99.0, {"misspelled": True}, "answered", []),
        ("one three", 0.09, -99.0, {}, "weak", ["scores only 0.09"]),
        ("one moon", 0.4, -99.0, {"misspelled": True}, "weak", ["“moon”", "misspelled"]),
        ("one moon", 0.6, -99.0, {}, "answered", []),
        ("one two three four moon", 0.4, -99.0, {}, "answered", []),  # one word of five
        ("one three", 0.9, -99.0, {"foreign": True}, "weak", ["this language"]),
        ("one moon", 0.4, 99.0, {}, "none", ["“moon”"]),
    ],
)
def test_the_state_of_an_answer_and_its_reasons(query, relevance, floor, others, state, reasons):
    """Low relevance, words that no passage has, or another language; below the floor none."""
    evidence = evidence_of(found(query, relevance, floor), FakeCrossEncoder(), **others)
    assert evidence.state == state
    assert len(evidence.reasons) == len(reasons)
    assert all(words in said for words, said in zip(reasons, evidence.reasons, strict=True))


def test_nothing_is_said_against_what_nobody_read():
    """Without reranking there is no relevance to doubt."""
    made = compared("one moon")
    unread = tuple(replace(i, scored="no", logit=None, relevance=None) for i in made.reranked)
    evidence = evidence_of(replace(made, reranked=unread), FakeCrossEncoder())
    assert (evidence.state, evidence.reasons) == ("answered", ())
