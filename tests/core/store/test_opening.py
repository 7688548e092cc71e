"""What every vector store must do: the embedded one here, a server when QDRANT_URL is set."""

import math
import os
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from core.errors import StoreDamaged, StoreError, StoreLocked
from core.search_settings import Filters
from core.store.opening import open_store
from tests.strategies import make_chunk

DIMENSION = 8


def vectors(n, seed=0):
    """Random unit vectors, float32[n, 8]."""
    drawn = np.random.default_rng(seed).normal(size=(n, DIMENSION)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


@pytest.fixture(params=["memory", "folder", "http", "server"])
def store(request, tmp_path):
    """A store of each kind; ``http`` speaks to a small server of the tests."""
    if request.param == "http":
        opened = open_store(url=request.getfixturevalue("server").url)
    elif request.param == "server":
        if not os.environ.get("QDRANT_URL"):
            pytest.skip("QDRANT_URL is not set")
        opened = open_store(
            url=os.environ["QDRANT_URL"], api_key=os.environ.get("QDRANT_API_KEY", "")
        )
    else:
        opened = open_store(path=tmp_path / "qdrant" if request.param == "folder" else None)
    yield opened
    opened.close()


@pytest.fixture
def name(store):
    """A collection of its own for each test."""
    collection = f"test-{uuid.uuid4().hex}"
    store.create(collection, DIMENSION)
    yield collection
    store.drop(collection)


def test_search_gives_the_exact_neighbours_in_order(store, name):
    """The same ids and cosines as a matrix product, by falling score."""
    chunks, matrix = [make_chunk(i) for i in range(40)], vectors(40)
    store.upsert(name, "r", chunks, matrix)
    query = vectors(1, seed=7)[0]
    hits = store.search(name, query, 10, ["r"])
    expected = sorted(zip(-(matrix @ query), chunks, strict=True), key=lambda p: (p[0], p[1].id))
    assert [h["chunk"] for h in hits] == [chunk for _, chunk in expected[:10]]
    assert [h["score"] for h in hits] == pytest.approx([-s for s, _ in expected[:10]], abs=1e-5)


def test_a_cut_through_equal_scores_keeps_the_smallest_ids(store, name):
    """Of ten chunks with one vector the first three by id, at every limit the same."""
    chunks = [make_chunk(i) for i in range(10)]
    store.upsert(name, "r", chunks, np.repeat(vectors(1), 10, axis=0))
    by_id = sorted(chunk.id for chunk in chunks)
    for limit in (1, 3, 10, 20):
        hits = store.search(name, vectors(1)[0], limit, ["r"])
        assert [hit["chunk"].id for hit in hits] == by_id[:limit]


def test_words_are_found_by_bm25(store, name):
    """The tf part times idf, by hand: 3 passages, the word in 1 of them once, lengths 2."""
    texts = ["flights cancelled", "hotels booked", "trains late"]
    store.upsert(name, "r", [make_chunk(i, text) for i, text in enumerate(texts)], vectors(3))
    (hit,) = store.search_words(name, "was the flight on time?", 5, ["r"])
    tf = 1 * 2.2 / (1 + 1.2 * (1 - 0.75 + 0.75 * 2 / 256))
    assert hit["chunk"].text == "flights cancelled"
    assert hit["score"] == pytest.approx(tf * math.log((3 - 1 + 0.5) / (1 + 0.5) + 1), rel=1e-5)


def test_how_rare_a_word_is_depends_on_the_searched_revisions_only(store, name):
    """Chunks without a commit record, and deleted ones, do not change a score."""
    store.upsert(name, "r", [make_chunk(0, "one flight"), make_chunk(1, "two")], vectors(2))
    before = store.search_words(name, "flight", 5, ["r"])
    strays = [make_chunk(i, "flight") for i in range(2, 9)]
    store.upsert(name, "stray", strays, vectors(7))
    assert store.search_words(name, "flight", 5, ["r"]) == before
    store.delete(name, "stray")
    assert store.search_words(name, "flight", 5, ["r"]) == before


@pytest.mark.parametrize("query", ["", "the of and", "?!", "zzzz"])
def test_a_query_without_a_known_word_finds_nothing_by_words(store, name, query):
    """Stop words, signs and unknown words are no error."""
    store.upsert(name, "r", [make_chunk(0, "one flight")], vectors(1))
    assert store.search_words(name, query, 5, ["r"]) == []


def test_the_words_of_some_chunks_score_as_they_do_among_all(store, name):
    """By id; how rare a word is, is still counted over everything, and who lacks it is left out."""
    texts = ["one flight", "flight and flights", "no such word", "a late flight of ours"]
    chunks = [make_chunk(i, text) for i, text in enumerate(texts)]
    store.upsert(name, "r", chunks, vectors(4))
    among = [chunks[i].id for i in (1, 2, 3)]
    every = store.search_words(name, "flights", 5, ["r"])
    some = store.search_words(name, "flights", 5, ["r"], among=among)
    assert some == [hit for hit in every if hit["chunk"].id in among]
    assert len(some) == 2


FILTERS = [
    (Filters(first_page=3), {6, 7, 8, 9, 10, 11}),
    (Filters(last_page=1), {0, 1, 2}),
    (Filters(first_page=2, last_page=3), {3, 4, 5, 6, 7, 8}),
    (Filters(heading="  TRAVEL   costs "), {0, 4, 8}),
    (Filters(heading="travel", last_page=2), {0, 4}),
    (Filters(heading="nothing such"), set()),
    (Filters(), set(range(12))),
]


@pytest.mark.parametrize(("where", "expected"), FILTERS)
def test_filters_by_page_and_heading(store, name, where, expected):
    """Both ways to search let the same chunks through; three chunks a page."""
    chunks = [
        replace(make_chunk(i, f"flight {i}"), heading="2.1 Travel Costs" if i % 4 == 0 else "Other")
        for i in range(12)
    ]
    store.upsert(name, "r", chunks, vectors(12))
    dense = store.search(name, vectors(1)[0], 50, ["r"], where)
    words = store.search_words(name, "flights", 50, ["r"], where)
    assert {hit["chunk"].ordinal for hit in dense} == expected
    assert {hit["chunk"].ordinal for hit in words} == expected


def test_a_name_can_be_moved_from_one_collection_to_another(store, name):
    """Twice the same is not an error; the names of collections stay as they are."""
    store.create(f"{name}-2", DIMENSION)
    for target in (name, name, f"{name}-2"):
        store.publish(f"{name}-now", target)
    assert f"{name}-now" not in store.collections()
    store.drop(f"{name}-2")


def test_only_the_named_revisions_are_found(store, name):
    """A search cannot see chunks of another revision, nor any without revisions."""
    store.upsert(name, "old", [make_chunk(1)], vectors(1))
    store.upsert(name, "new", [make_chunk(2)], vectors(1))
    found = store.search(name, vectors(1)[0], 10, ["new"])
    assert [h["chunk"].ordinal for h in found] == [2]
    assert store.search(name, vectors(1)[0], 10, []) == []


def test_delete_removes_a_revision_and_nothing_else(store, name):
    """Revisions are listed while they have chunks."""
    store.upsert(name, "a", [make_chunk(1)], vectors(1))
    store.upsert(name, "b", [make_chunk(2)], vectors(1))
    store.delete(name, "a")
    assert set(store.counts(name)) == {"b"}


def test_scroll_gives_every_chunk_by_ordinal(store, name):
    """More chunks than one page of the client, in reading order, equal to what was written."""
    chunks = [make_chunk(i) for i in range(1200)]
    store.upsert(name, "r", chunks[::-1], vectors(1200))
    assert store.scroll(name, "r") == chunks
    store.upsert(name, "r", chunks[:1], vectors(1))  # the same again replaces it
    assert store.scroll(name, "r") == chunks


def test_create_again_keeps_the_chunks_and_refuses_another_dimension(store, name):
    """An existing collection is left as it is."""
    store.upsert(name, "r", [make_chunk(1)], vectors(1))
    store.create(name, DIMENSION)
    assert len(store.scroll(name, "r")) == 1
    with pytest.raises(StoreDamaged, match="another encoder"):
        store.create(name, DIMENSION + 1)


def test_a_missing_collection_is_an_error_of_ours(store):
    """No exception of the client comes out."""
    with pytest.raises(StoreError):
        store.search("nowhere", vectors(1)[0], 5, ["r"])
    store.drop("nowhere")


def test_two_writers_and_a_reader_lose_nothing(store, name):
    """Threads share one store: every point arrives, and every hit carries its own chunk."""

    def write(start):
        for i in range(start, start + 60):
            store.upsert(name, "r", [make_chunk(i)], vectors(1, seed=i))

    def read(start):
        for seed in range(start, start + 60):
            store.search(name, vectors(1, seed=seed)[0], 10, ["r"])

    with ThreadPoolExecutor(3) as pool:
        futures = [pool.submit(write, 0), pool.submit(write, 1000), pool.submit(read, 0)]
    assert [future.exception() for future in futures] == [None] * 3
    assert len(store.scroll(name, "r")) == 2 * 60


def test_a_second_client_on_the_same_folder_is_named(tmp_path):
    """The message says that another Second Look is running."""
    first = open_store(path=tmp_path / "q")
    with pytest.raises(StoreLocked, match="Another Second Look"):
        open_store(path=tmp_path / "q")
    first.close()
