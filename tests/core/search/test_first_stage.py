"""Who finds what: dense, BM25 and both, with filters and without near-duplicates."""

from contextlib import closing
from dataclasses import replace

import pytest

from core.schema import SearchSettings
from core.search.first_stage import Corpus, find
from core.search_settings import Filters, FirstStageSettings
from core.store.opening import open_store
from tests.fakes import FakeEncoder
from tests.strategies import make_chunk

TEXTS = [
    "Expense reports are approved by the manager.",
    "Flights are booked through the portal.",
    "You may not approve your own report. Ask another manager.",
    "Lunch is at noon.",
    "Cancelled flights are refunded within 30 days.",
    "Cancelled flights are refunded within 90 days.",
    "Cancelled  flights are REFUNDED within 30 days.",
]
CORPUS = Corpus("My documents", "c", ("r",), "v")
QUESTION = "when is a cancelled flight refunded"


def filled(store):
    """The store with the texts, one page each."""
    encoder = FakeEncoder()
    chunks = [
        replace(make_chunk(i, text), first_page=i + 1, last_page=i + 1, heading=f"Part {i % 2}")
        for i, text in enumerate(TEXTS)
    ]
    store.create("c", encoder.dimension)
    store.upsert("c", "r", chunks, encoder.encode([chunk.passage for chunk in chunks]))
    return store


@pytest.fixture
def store():
    """An embedded store with the texts."""
    made = filled(open_store())
    yield made
    made.close()


def ask(store, first, top_k=5, filters=None, encoder=None):
    """The candidates of the question."""
    settings = SearchSettings(top_k, 1, first=first, filters=filters or Filters())
    return find(QUESTION, settings, encoder or FakeEncoder(), store, CORPUS)


KINDS = [
    FirstStageSettings("dense"),
    FirstStageSettings("bm25"),
    FirstStageSettings("hybrid"),
    FirstStageSettings("hybrid", "weighted", 0.3),
    FirstStageSettings("hybrid", "weighted", 0.7, collapse_duplicates=True),
]


@pytest.mark.parametrize("first", KINDS)
def test_a_server_and_the_embedded_store_give_the_same(store, server, first):
    """Every candidate, rank and hit; scores to a millionth."""
    with closing(filled(open_store(url=server.url))) as remote:
        here, there = (ask(one, first).candidates for one in (store, remote))
    assert [c.chunk for c in here] == [c.chunk for c in there]
    assert [c.duplicates for c in here] == [c.duplicates for c in there]
    shape = [[(h.chunk_id, h.rank, h.stage) for h in c.hits] for c in here]
    assert shape == [[(h.chunk_id, h.rank, h.stage) for h in c.hits] for c in there]
    assert [c.score for c in here] == pytest.approx([c.score for c in there], abs=1e-6)


@pytest.mark.parametrize("first", KINDS)
def test_ranks_count_from_one_and_scores_fall(store, first):
    """The laws of every list of candidates."""
    found = ask(store, first).candidates
    assert [c.rank for c in found] == list(range(1, len(found) + 1))
    assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)
    assert all(c.hits for c in found)


def test_each_candidate_says_who_found_it_and_at_what_rank(store):
    """Words find three passages, the encoder all; the hits carry their own scores and ranks."""
    hybrid = ask(store, FirstStageSettings("hybrid"), 7).candidates
    for kind in ("dense", "bm25"):
        alone = ask(store, FirstStageSettings(kind), 7).candidates
        expected = {c.chunk.id: (c.score, c.rank) for c in alone}
        got = {h.chunk_id: (h.score, h.rank) for c in hybrid for h in c.hits if h.stage == kind}
        assert got == expected
    by_words = [c for c in hybrid if any(h.stage == "bm25" for h in c.hits)]
    assert {c.chunk.ordinal for c in by_words} == {1, 4, 5, 6}


def test_all_weight_on_one_side_is_that_side_alone(store):
    """And the other is not even asked: no vector is made for BM25."""
    dense = ask(store, FirstStageSettings("dense"))
    words = ask(store, FirstStageSettings("bm25"))
    encoder = FakeEncoder()
    assert ask(store, FirstStageSettings("hybrid", "weighted", 1.0)).candidates == dense.candidates
    only = ask(store, FirstStageSettings("hybrid", "weighted", 0.0), encoder=encoder)
    assert only.candidates == words.candidates
    assert encoder.calls == []


@pytest.mark.parametrize(("kind", "counted"), [("bm25", 0), ("hybrid", 3), ("dense", 7)])
def test_bm25_is_the_same_whoever_found_it_and_counted_once(store, monkeypatch, kind, counted):
    """Only those that the search by words did not find are asked for; without a word it is 0."""
    asked = []
    search = store.search_words

    def counting(*args, among=()):
        asked.extend(among)
        return search(*args, among=among)

    monkeypatch.setattr(store, "search_words", counting)
    candidates = ask(store, FirstStageSettings(kind), 7).candidates
    assert len(asked) == counted
    by_words = {hit["chunk"].id: hit["score"] for hit in search("c", QUESTION, 7, ("r",))}
    expected = [by_words.get(c.chunk.id, 0.0) for c in candidates]
    assert [c.bm25 for c in candidates] == pytest.approx(expected, abs=1e-4)


def test_near_duplicates_are_replaced_from_below(store):
    """Three candidates are asked for and three are there; the copy stands behind its like."""
    plain = ask(store, FirstStageSettings("bm25"), 3)
    less = ask(store, FirstStageSettings("bm25", collapse_duplicates=True), 3)
    assert {c.chunk.ordinal for c in plain.candidates} == {4, 5, 6}
    assert len(less.candidates) == 3
    assert sum(len(candidate.duplicates) for candidate in less.candidates) == 1
    texts = {c.chunk.ordinal: c for c in less.candidates}
    assert 5 in texts
    assert len({4, 6} & texts.keys()) == 1


@pytest.mark.parametrize("first", KINDS)
def test_filters_hold_for_every_kind(store, first):
    """Pages 5 to 7 of part 0 only."""
    where = Filters(first_page=5, last_page=7, heading="part 0")
    found = ask(store, first, 7, where).candidates
    seen = {c.chunk.ordinal for c in found} | {
        {make_chunk(i).id: i for i in range(7)}[name] for c in found for name in c.duplicates
    }
    assert seen == {4, 6}


def test_a_question_of_stop_words_finds_nothing_by_words(store):
    """BM25 alone gives an empty list, hybrid what dense finds."""
    for kind, count in (("bm25", 0), ("hybrid", 7)):
        settings = SearchSettings(7, 1, first=FirstStageSettings(kind))
        found = find("what is the", settings, FakeEncoder(), store, CORPUS).candidates
        assert len(found) == count
