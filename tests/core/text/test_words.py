"""Words of a question in a text: by their stems, without what only holds a sentence together."""

from collections import Counter

import pytest
from hypothesis import given, strategies as st

from core.text.words import (
    WORD,
    marked_words,
    question_words,
    repeats_itself,
    stem,
    stems_among,
    stems_of,
)


@pytest.mark.parametrize("form", ["expense", "Expenses", "EXPENSES", "expense's", "expense’s"])
def test_forms_of_a_word_have_one_stem(form):
    """Number, case and the possessive do not hide a word of the question."""
    assert stem(form) == stem("expenses")


@given(st.text(), st.text())
def test_few_words_are_stemmed_and_none_is_missed(text, question):
    """A stem keeps the first letter, in any alphabet: the others need no stem to be left out."""
    words, stems = WORD.findall(f"{text} skies dying early {question}"), stems_of(question)
    expected = Counter(found for found in map(stem, words) if found in stems)
    assert stems_among(words, stems) == expected


def test_function_words_are_not_marked_and_negations_are():
    """'the' would mark every passage; 'not' decides what an answer means."""
    text = "The manager may not approve the claim."
    marks = marked_words(text, stems_of("May the manager not approve?"))
    assert [text[mark.start : mark.end] for mark in marks] == ["manager", "may", "not", "approve"]


def test_a_word_of_the_question_counts_once():
    """Two forms are one word, as it came first; function words count when nothing else is left."""
    assert question_words("Approve my own approvals, approving?") == ("Approve", "own")
    assert stems_of("Who are you?") == frozenset({"who", "are", "you"})


@pytest.mark.parametrize(
    ("question", "says_nothing"),
    [
        ("Hotel hotel hotel hotel hotel", True),  # 1 word of 5
        ("Pay the fine, pay the FINE!", True),  # 3 of 6: exactly half
        ("is is tooth whitening whitening covered", False),  # 4 of 6
        ("refund refund refund", False),  # three words are too few to tell
        ("what " * 31, False),  # a long text is not looked at
        ("the rule of the rule of the king " * 3 + "and six more of us", True),  # 8 words of 29
        ("", False),
    ],
)
def test_a_question_repeats_itself_from_half_of_its_words_on(question, *, says_nothing):
    """Counted without regard to case, between 4 and 30 words."""
    assert repeats_itself(question) is says_nothing
