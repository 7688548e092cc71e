"""Sentences: the laws of the spans, and the cases that trip splitters up."""

import time
from itertools import accumulate, pairwise
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from core.schema import Span
from core.text.quote_units import QuoteUnit, read_alone
from core.text.sentences import sentence_spans, without_sentence
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
        ("See Prop. 4 and Thm. 2. It holds.", ["See Prop. 4 and Thm. 2.", "It holds."]),
        ("Jew. am 2. Dienstag. Gäste zahlen.", ["Jew. am 2. Dienstag.", "Gäste zahlen."]),
        ("L'art. 5, p. ex. env. 40 euros. Fin.", ["L'art. 5, p. ex. env. 40 euros.", "Fin."]),
        (
            "M. Blanc voit Mme. Noir au chap. 3. Fin.",
            ["M. Blanc voit Mme. Noir au chap. 3.", "Fin."],
        ),
        ("Use the app. Press the tab. Go.", ["Use the app.", "Press the tab.", "Go."]),
        ("we open at nine. bring a pen.", ["we open at nine.", "bring a pen."]),
        ("iPads are on sale. iPhones are not.", ["iPads are on sale.", "iPhones are not."]),
        ("第一条。第二条！", ["第一条。", "第二条！"]),
    ],
)
def test_cases(text, expected):
    """Abbreviations, numbers, bullets and characters outside the basic plane."""
    assert cut(text) == ([text] if expected is None else expected)


TABLE = Path(__file__).with_name("sentences.txt").read_text(encoding="utf-8").splitlines()[1:]
LONGER = 6
"""Borders that are missed, behind etc., No., C., m/s. and a closing bracket: sentencex's own."""


def test_no_sentence_of_the_table_ends_early():
    """214 English and German sentences: none is cut, and all but a few end where they should."""
    missed = 0
    for line in TABLE:
        sentences = line.split(" ¦ ")
        found = cut(" ".join(sentences))
        ends = set(accumulate(map(len, sentences), lambda a, b: a + 1 + b))
        assert set(accumulate(map(len, found), lambda a, b: a + 1 + b)) <= ends, found
        missed += len(sentences) - len(found)
    assert missed <= LONGER


def test_a_hundred_thousand_lone_marks_take_no_minute():
    """Gluing fragments goes once through the pieces, however many there are."""
    begun = time.process_time()
    assert len(sentence_spans("1. " * 100_000)) == 1
    assert time.process_time() - begun < 60


def test_a_sentence_is_read_under_its_heading_and_left_out_of_its_passage():
    """As a passage is: the heading first, unless the text begins with it."""
    below = chunk("One is here. Two is there.", heading="3 Numbers")
    one, two = sentence_spans(below.text)
    assert read_alone(below, QuoteUnit(two)) == "3 Numbers\nTwo is there."
    assert without_sentence(below, one) == "3 Numbers\nTwo is there."
    headed = chunk("3 Numbers\nOne is here.", heading="3 Numbers")
    title, one = sentence_spans(headed.text)
    assert read_alone(headed, QuoteUnit(title)) == "3 Numbers"
    assert without_sentence(headed, one) == "3 Numbers"
    alone = chunk("One is here.")
    assert without_sentence(alone, Span(0, 12)) == ""
