"""A question through both stages, on fakes and an in-memory store."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.schema import Calibration, SearchSettings
from core.search.calibration import NoiseFloor, anchored
from core.search.first_stage import Corpus
from core.search.pipeline import Stages, clean_query, compare
from core.store.opening import open_store
from tests.fakes import FakeCrossEncoder, FakeEncoder
from tests.strategies import make_chunk

TEXTS = [
    "Reports are approved by the manager. Nobody waits.",
    "Travel is booked by the desk.",
    "You may not approve your own report. Ask another manager.",
    "Lunch is at noon.",
]


@pytest.fixture
def stages():
    """Both fakes and a store that holds the four texts."""
    encoder, store = FakeEncoder(), open_store()
    chunks = [make_chunk(i, text) for i, text in enumerate(TEXTS)]
    store.create("c", encoder.dimension)
    store.upsert("c", "r1", chunks, encoder.encode(TEXTS))
    yield Stages(encoder, FakeCrossEncoder(), store)
    store.close()


CORPUS = Corpus("My documents", "c", ("r1",), "v1")


def test_a_comparison_holds_both_lists_of_the_same_passages(stages):
    """Candidates and reranked are the same passages; the best by logit is first."""
    result = compare("may I approve my own report", SearchSettings(3, 2), stages, CORPUS)
    assert len(result.candidates) == 3
    assert {c.chunk.id for c in result.candidates} == {r.chunk.id for r in result.reranked}
    assert result.reranked[0].chunk.text == TEXTS[2]
    assert result.timings.pairs == 3


def test_a_floor_is_in_the_comparison_and_its_relevance_is_made_from_it(stages):
    """The passage at the floor is shown as 0.05; ranks and logits are as without it."""
    plain = compare("may I approve my own report", SearchSettings(3, 2), stages, CORPUS)
    assert (plain.noise_floor, plain.cosine_floor, plain.calibration) == (None, None, Calibration())
    floor = NoiseFloor(plain.reranked[-1].logit, 0.3, 0.95, 50, "v", "e", "c")
    with_it = compare(plain.query, plain.settings, replace(stages, floor=floor), CORPUS)
    assert (with_it.noise_floor, with_it.cosine_floor) == (floor.logit, 0.3)
    assert with_it.calibration == anchored(Calibration(), floor.logit)
    assert with_it.reranked[-1].relevance == pytest.approx(0.05, abs=1e-4)
    assert [r.logit for r in with_it.reranked] == [r.logit for r in plain.reranked]


def test_the_best_sentence_is_the_one_with_the_highest_logit_alone(stages):
    """The quote's offsets cut exactly that sentence out of the chunk."""
    result = compare("approve your own report", SearchSettings(4, 2), stages, CORPUS, quote_depth=2)
    first = result.reranked[0]
    quote = first.chunk.text[first.quote.span.start : first.quote.span.end]
    assert quote == "You may not approve your own report."
    assert first.quote.logit == 8 * 4 / 4 - 4


def test_only_the_first_passages_of_either_list_get_a_quote(stages):
    """Passages beyond the depth are not read a second time."""
    result = compare("lunch", SearchSettings(4, 1), stages, CORPUS, quote_depth=1)
    quoted = [r for r in result.reranked if r.quote is not None]
    assert 1 <= len(quoted) <= 2


def test_a_revision_that_is_not_committed_cannot_be_found(stages):
    """Only revisions of the corpus are searched."""
    stages.store.upsert(
        "c", "r2", [make_chunk(9, "lunch lunch lunch")], stages.encoder.encode(["lunch"])
    )
    found = compare("lunch", SearchSettings(10, 1), stages, CORPUS)
    assert "lunch lunch lunch" not in [c.chunk.text for c in found.candidates]


def test_nothing_committed_gives_two_empty_lists(stages):
    """An empty corpus is not an error."""
    empty = compare("lunch", SearchSettings(10, 1), stages, Corpus("x", "c", (), "v0"))
    assert (empty.candidates, empty.reranked) == ((), ())


@pytest.mark.parametrize("query", ["", "   ", "\n\t", "x" * 2001])
def test_a_question_that_cannot_be_asked_is_refused(query):
    """Empty and endless questions get a message."""
    with pytest.raises(InputError):
        clean_query(query)


@given(st.text(min_size=1, max_size=50).filter(str.strip))
@settings(max_examples=50)
def test_cleaning_a_question_twice_changes_nothing_more(query):
    """White space is folded once and for all."""
    once = clean_query(query)
    assert clean_query(once) == once
    assert "".join(once.split()) == "".join(query.split())
