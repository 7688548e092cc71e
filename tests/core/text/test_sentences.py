"""Sentences: the laws of the spans, and the cases that trip splitters up."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schema import Span
from core.text.sentences import sentence_spans, under_heading, without_sentence
from tests.core.answer.builders import chunk


def cut(text):
    """The sentences as texts."""
    return [text[span.start : span.end] for span in sentence_spans(text)]


@given(st.text(max_size=300))
def test_the_spans_cover_everything_but_white_space_in_order(text):
    """Nothing is lost, doubled or reordered, whatever the text."""
    spans = sentence_spans(text)
    assert all(0 <= s.start < s.end <= len(text) for s in spans)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert "".join("".join(cut(text)).split()) == "".join(text.split())


@given(st.text(max_size=300))
def test_no_sentence_crosses_a_line_break_or_begins_with_space(text):
    """Blocks are kept apart."""
    assert all("\n" not in piece and piece == piece.strip() for piece in cut(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One is here. Two is there.", ["One is here.", "Two is there."]),
        ("Dr. Smith paid $3.50 to Acme Inc. on Jan. 3.", None),
        ("1. Numbered item here. 2. Another one.", ["1. Numbered item here.", "2. Another one."]),
        ("• First bullet\n• Second bullet", ["• First bullet", "• Second bullet"]),
        ("Émile said 😀 yes. Then “no”.", ["Émile said 😀 yes.", "Then “no”."]),
        ("", []),
    ],
)
def test_cases(text, expected):
    """Abbreviations, numbers, bullets and characters outside the basic plane."""
    assert cut(text) == ([text] if expected is None else expected)


def test_a_hundred_thousand_lone_marks_take_no_minute():
    """Gluing fragments goes once through the pieces, however many there are."""
    begun = time.process_time()
    assert len(sentence_spans("1. " * 100_000)) == 1
    assert time.process_time() - begun < 60


def test_a_sentence_is_read_under_its_heading_and_left_out_of_its_passage():
    """As a passage is: the heading first, unless the text begins with it."""
    below = chunk("One is here. Two is there.", heading="3 Numbers")
    one, two = sentence_spans(below.text)
    assert under_heading(below, two) == "3 Numbers\nTwo is there."
    assert without_sentence(below, one) == "3 Numbers\nTwo is there."
    headed = chunk("3 Numbers\nOne is here.", heading="3 Numbers")
    title, one = sentence_spans(headed.text)
    assert under_heading(headed, title) == "3 Numbers"
    assert without_sentence(headed, one) == "3 Numbers"
    alone = chunk("One is here.")
    assert without_sentence(alone, Span(0, 12)) == ""
