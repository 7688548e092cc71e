"""Leave one out: every shown fall is a difference of two scores that can be asked for again."""

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from core.explain.occlusion import Explanation, explain
from core.schema import Chunk, Span
from core.serialize import from_json, to_json
from core.text.sentences import without
from tests.fakes import FakeCrossEncoder, FakeEncoder
from tests.strategies import make_chunk

SENTENCES = ("The claim is paid.", "Nobody may approve it.", "Travel needs a form.", "Ask first!")
texts = st.lists(st.sampled_from(SENTENCES), max_size=5).map(" ".join)
queries = st.lists(st.sampled_from(["approve", "travel", "claim", "who"]), min_size=1, max_size=4)


def chunk_of(text: str, heading: str = "") -> Chunk:
    """A passage with this text, which may be empty."""
    return replace(make_chunk(0, "x"), text=text, end=len(text), heading=heading)


def explained(query: str, text: str, window: int = 256) -> Explanation:
    """The explanation by the two fakes."""
    return explain(query, chunk_of(text), FakeEncoder(), FakeCrossEncoder(window))


@given(queries.map(" ".join), texts, st.integers(4, 30))
def test_each_fall_is_a_score_again_without_the_part(query, text, window):
    """Whatever the window, a re-score of the rest gives exactly the shown figures."""
    made, model = explained(query, text, window), FakeCrossEncoder(window)
    seen = made.text[: made.read]
    assert made.logit == model.score(query, [seen])[0]
    for part in made.sentences:
        rest = without(seen, part.span)
        assert part.logit is None or part.logit == model.score(query, [rest])[0]
        assert part.fall is None or part.fall == made.logit - part.logit
    for part in made.words:
        assert part.logit is None or part.logit == model.score(without(query, part.span), [seen])[0]


@given(queries.map(" ".join), texts)
def test_falls_are_not_scaled_to_add_up(query, text):
    """Falls are differences of scores; a sentence that is there twice loses nothing alone."""
    made = explained(query, f"{text} {text}".strip())
    if made.sentences:
        assert sum(part.fall or 0.0 for part in made.sentences) == pytest.approx(0.0)


def test_the_sentence_that_answers_is_the_strongest():
    """With it half of the words are found, without it none: 8 * 1/2 - 4 - (8 * 0 - 4) = 4."""
    made = explained("approve tickets", "The claim is paid. Nobody may approve it.")
    assert made.strongest is not None
    assert made.sentence(made.strongest) == "Nobody may approve it."
    assert made.strongest.fall == (8 * 1 / 2 - 4) - (8 * 0 - 4)


def test_a_word_of_the_query_is_worth_what_its_absence_costs():
    """Of two words one is there: 8/2 - 4 = 0; without it 8 * 0 - 4, without the other 8 - 4."""
    made = explained("approve tickets", "Nobody may approve it.")
    assert [(made.word(part), part.fall) for part in made.words] == [
        ("approve", 0 - (8 * 0 - 4)),
        ("tickets", 0 - (8 * 1 - 4)),
    ]


@pytest.mark.parametrize("text", ["", "   ", "One sentence alone."])
def test_nothing_is_left_of_a_text_of_one_sentence(text):
    """No part has a figure, and none is the strongest; the logit is there all the same."""
    made = explained("sentence", text)
    assert [part.fall for part in made.sentences] == [None] * bool(text.strip())
    assert made.strongest is None
    assert [part.fall for part in made.words] == [None]
    assert made.pairs == 1


def test_the_unread_end_explains_nothing():
    """Sentences behind the window are not taken apart, and do not slide into it."""
    made = explained("claim form", "The claim is paid. Travel needs a form.", window=6)
    assert made.text[: made.read] == "The claim is paid. "
    assert len(made.sentences) == 1


def test_the_bi_encoders_view_stands_beside():
    """One cosine for the passage and each sentence; words found in another form are shared."""
    made = explained("approvals tickets", "Approval. No.")
    assert len(made.cosines) == len(made.sentences) == 2
    assert (made.shared, made.missing) == (("approvals",), ("tickets",))
    assert all(-1 <= value <= 1 for value in (*made.cosines, made.cosine))


def test_the_heading_is_a_sentence_of_the_passage():
    """The model reads it, so it may be what a passage ranks by."""
    made = explain(
        "refund", chunk_of("It is paid.", "Refund"), FakeEncoder(), FakeCrossEncoder(256)
    )
    assert made.strongest is not None
    assert made.sentence(made.strongest) == "Refund"


def test_every_model_call_is_counted():
    """``pairs`` is what the cross-encoder was asked: the pair, its sentences, its words."""
    model = FakeCrossEncoder()
    made = explain("approve travel", chunk_of(" ".join(SENTENCES)), FakeEncoder(), model)
    assert made.pairs == len(model.pairs) == 1 + 4 + 2


@given(queries.map(" ".join), texts)
def test_an_explanation_survives_json(query, text):
    """The record can be kept and read again, every bit of it."""
    made = explained(query, text)
    assert from_json(Explanation, to_json(made)) == made


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_without_leaves_the_rest(text, start, length):
    """All other characters that are not white space stay, in order."""
    start = min(start, len(text))
    end = min(start + length, len(text))
    rest = without(text, Span(start, end))
    assert "".join(rest.split()) == "".join((text[:start] + " " + text[end:]).split())
