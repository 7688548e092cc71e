"""What was perhaps meant: one edit away, in many passages, and never what the collection has."""

import pytest
from hypothesis import given, strategies as st

from core.text.spelling import corrected, offered_words, vocabulary_of

MANUAL = vocabulary_of(
    [
        "You can attach a data frame with attach.",
        "To detach a data frame, or attach another package.",
        "A virtual package is a package of another kind. Oncely.",
    ]
)


@pytest.mark.parametrize(
    ("question", "offered"),
    [
        ("How do I atach a datafrme?", {"atach": "attach", "datafrme": "data frame"}),
        ("Attach the packages", {}),  # another form of a word that is there
        ("What is a virtaul pakcage?", {"pakcage": "package"}),  # one passage alone has "virtual"
        ("onclly", {}),
        ("kangaroo", {}),
        ("adn ATACH 12345", {"ATACH": "attach"}),  # too short; no word
        ("dataframe", {"dataframe": "data frame"}),
    ],
)
def test_a_word_that_no_passage_has_is_offered_one_that_many_have(question, offered):
    """An edit is a letter more, less, another, or two exchanged; or a space that is missing."""
    assert offered_words(question, MANUAL) == offered
    meant = corrected(question, offered)
    assert all(word in meant for word in offered.values())
    assert not offered_words(meant, MANUAL)


@given(st.lists(st.text("abcdefgh ", max_size=30), max_size=4), st.text(max_size=40))
def test_what_is_offered_stands_in_the_collection(texts, question):
    """And what the collection has is never offered another word."""
    vocabulary = vocabulary_of(texts)
    for word, meant in offered_words(question, vocabulary).items():
        assert word.casefold() not in vocabulary.passages
        assert all(part in vocabulary.passages for part in meant.split())
