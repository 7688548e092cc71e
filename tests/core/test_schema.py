"""The records: what they refuse, what they name, and that they survive JSON."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from core.errors import InputError
from core.schema import (
    Answer,
    AnswerSentence,
    Chunk,
    Chunking,
    Citation,
    Document,
    SearchSettings,
    Span,
    chunk_id,
)
from core.serialize import from_json, to_json
from tests.strategies import make_chunk

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(
    texts,
    texts,
    st.integers(0, 2**31),
    st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 1)),
)
def test_a_document_survives_json(name, title, size, added):
    """Save and load is the identity."""
    document = Document("a" * 64, name, title, 3, 9, size, added, "rev")
    assert from_json(Document, to_json(document)) == document


@given(texts, texts)
def test_a_chunk_survives_json(text, heading):
    """Save and load is the identity, for any text."""
    chunk = Chunk("id", "d", "n", 0, 1, 2, 0, len(text), text, 5, heading)
    assert from_json(Chunk, to_json(chunk)) == chunk


def test_an_answer_survives_json():
    """Nested records and None come back as they were."""
    answer = Answer(
        "Yes [1]. No [7].",
        "llm",
        (
            Citation(1, Span(4, 7), "c1", 3, Span(0, 5), verified=True),
            Citation(7, Span(12, 15), None, None, None, verified=False),
        ),
        (AnswerSentence(Span(0, 8), True), AnswerSentence(Span(9, 16), False)),
        abstained=False,
        model="m",
        passages=("c1",),
    )
    assert from_json(Answer, to_json(answer)) == answer


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"id": 3', '{"text": 1}'])
def test_other_json_is_refused_kindly(text):
    """A broken record is an InputError, not a library's exception."""
    with pytest.raises(InputError, match="not a Chunk record"):
        from_json(Chunk, text)


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_chunk_ids_are_the_same_for_the_same_piece_and_only_for_it(first, second):
    """Deterministic, and distinct for distinct ordinals, documents and chunkings."""
    assert (chunk_id("d", "f", first) == chunk_id("d", "f", second)) == (first == second)
    assert chunk_id("d", "f", first) != chunk_id("d", "g", first)
    assert chunk_id("d", "f", first) != chunk_id("e", "f", first)


@pytest.mark.parametrize(("size", "overlap"), [(63, 0), (513, 0), (200, 101), (200, -1)])
def test_a_chunking_that_cannot_be_cut_is_refused(size, overlap):
    """Sizes are 64 to 512, the overlap at most half."""
    with pytest.raises(InputError):
        Chunking(size, overlap)


@pytest.mark.parametrize(("top_k", "top_n"), [(0, 1), (1001, 5), (10, 11), (10, 0)])
def test_settings_that_no_page_offers_are_refused(top_k, top_n):
    """The top n is taken from the candidates."""
    with pytest.raises(InputError):
        SearchSettings(top_k, top_n)


def test_a_passage_begins_with_its_heading_once():
    """The heading is put before the text unless the text begins with it."""
    chunk = make_chunk(0, "2.3  Self approval\nIt is forbidden.")
    assert chunk.passage == replace(chunk, heading="2.3 Self Approval").passage == chunk.text
    assert replace(chunk, heading="Chapter 2").passage == "Chapter 2\n" + chunk.text
