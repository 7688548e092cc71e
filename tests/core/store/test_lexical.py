"""BM25 as sparse vectors, against an independent BM25."""

import math
import re

import pytest
import snowballstemmer
from hypothesis import given, strategies as st

from core.store.lexical import AVERAGE_WORDS, B, K, passage_weights, query_weights

STEM = snowballstemmer.stemmer("english").stemWord
POOL = ["flight", "flights", "cancel", "cancelled", "hotel", "passenger", "night", "booking"]
TEXTS = st.lists(st.sampled_from(POOL), min_size=1, max_size=12).map(" ".join)


def oracle(query, passages):
    """Okapi BM25 written out again, with the words as they are: no hash, no sparse vector."""
    stems = [[STEM(word) for word in re.findall(r"\w+", text.lower())] for text in passages]
    asked = {STEM(word) for word in query.lower().split()}
    n = len(passages)
    scores = []
    for words in stems:
        total = 0.0
        for word in asked:
            df = sum(word in other for other in stems)
            tf = words.count(word)
            idf = math.log((n - df + 0.5) / (df + 0.5) + 1)
            total += idf * tf * (K + 1) / (tf + K * (1 - B + B * len(words) / AVERAGE_WORDS))
        scores.append(total)
    return scores


def ours(query, passages):
    """The dot products of the sparse vectors, idf put in as the store does."""
    stored = [passage_weights(text) for text in passages]
    n = len(stored)
    scores = []
    for vector in stored:
        total = 0.0
        for index in query_weights(query):
            df = sum(index in other for other in stored)
            total += math.log((n - df + 0.5) / (df + 0.5) + 1) * vector.get(index, 0.0)
        scores.append(total)
    return scores


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=8))
def test_the_scores_are_those_of_an_independent_bm25(query, passages):
    """Formula, stemmer and counting agree on every small corpus."""
    assert ours(query, passages) == pytest.approx(oracle(query, passages), rel=1e-5)


def test_words_meet_whatever_their_case_and_ending():
    """Stop words do not count, and a passage's weights follow the formula."""
    assert query_weights("The FLIGHTS were cancelled") == query_weights("flight, cancel!")
    vector = passage_weights("flight flight passenger hotel")
    tf = 2 * (K + 1) / (2 + K * (1 - B + B * 4 / AVERAGE_WORDS))
    assert max(vector.values()) == pytest.approx(tf)


@pytest.mark.parametrize(
    ("asked", "written", "shared"),
    [
        ("cafe", "Café", 1),
        ("Zoe Bronte", "Zoë Brontë", 2),
        ("H2SO4", "H₂SO₄", 1),
        ("10⁶", "106", 0),
        ("ﬁle", "file", 1),
        ("the WHO", "Ask the WHO.", 1),
        ("who pays", "The WHO.", 0),
        ("IT", "Call IT.", 1),
        ("WHO PAYS FOR IT", "Call IT.", 0),
        ("law in the US", "US tax", 1),
        ("at&t", "AT&T", 1),
        ("vitamin D", "The D vitamin", 2),
        ("Plan A", "This is plan A.", 2),
        ("a plan", "A plan. I plan it.", 1),
        ("C++", "C#, C and F", 0),
        ("C++", "in C++", 1),
        ("C#", "in C#.", 1),
        ("gate 3.5", "gate 3.5", 4),
        ("gate 3.5", "gate 5.3", 3),
        ("东京", "在东京都", 1),
    ],
)
def test_what_a_question_names_is_found(asked, written, shared):
    """Accents, widths, capitals, signs and figures: what would be lost or mixed up is told."""
    assert len(query_weights(asked).keys() & passage_weights(written).keys()) == shared


@given(st.text(max_size=200))
def test_any_text_gives_sorted_distinct_words_with_weights(text):
    """No text breaks the tokenizer; a query's words are those of the same passage."""
    passage, query = passage_weights(text), query_weights(text)
    assert list(passage) == sorted(passage)
    assert list(passage) == list(query)
    assert all(value > 0 for value in passage.values())
    assert set(query.values()) <= {1.0}


@pytest.mark.parametrize("text", ["", "the of and", "!?", "\x00", "don't"])
def test_a_text_without_words_is_an_empty_vector(text):
    """Not an error."""
    assert query_weights(text) == {}
