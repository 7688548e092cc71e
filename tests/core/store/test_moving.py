"""From the folder to a server: when it is recommended, and how chunks move there."""

from dataclasses import replace

import numpy as np
import pytest

from core.home.library import Library
from core.home.storage import store_name
from core.schema import Chunking
from core.store.opening import (
    RECOMMEND_SERVER_FROM,
    move_in,
    open_store,
    place_words,
    server_advice,
)
from tests.strategies import make_chunk, make_document

REVISION = f"{'a' * 64}:v1-200-40:0123456789ab"
CHUNKS = [make_chunk(i, f"flight {i}") for i in range(2)]
VECTORS = np.eye(2, 4, dtype=np.float32)


@pytest.fixture
def library(tmp_path):
    """A library with one document of two chunks."""
    library = Library(tmp_path / "library.sqlite")
    id_ = library.create_collection("papers", Chunking()).id
    library.commit(id_, replace(make_document("a"), revision=REVISION))
    yield library
    library.close()


def check(store, place):
    """Chunks, vectors and words are all there."""
    chunks, vectors = store.read(place, REVISION)
    assert chunks == CHUNKS
    assert np.array_equal(vectors, VECTORS)
    assert len(store.search_words(place, "flights", 5, [REVISION])) == 2


def test_an_embedded_store_goes_to_a_server_when_one_is_set(library, server, tmp_path):
    """Only what the server has not; the folder stays as it is."""
    (collection,) = library.collections()
    place, folder = store_name(collection.id, REVISION), tmp_path / "qdrant"
    embedded = open_store(folder)
    embedded.create(place, 4)
    embedded.upsert(place, REVISION, CHUNKS, VECTORS)
    embedded.close()
    remote = open_store(url=server.url)
    assert move_in(folder, library, remote) == 1
    check(remote, place)
    assert move_in(folder, library, remote) == 0
    remote.close()
    again = open_store(folder)
    check(again, place)
    again.close()


def test_a_document_that_the_source_has_not_whole_is_left_to_repair(library, tmp_path):
    """One of two chunks is not copied."""
    (collection,) = library.collections()
    place = store_name(collection.id, REVISION)
    source, target = open_store(tmp_path / "one"), open_store(tmp_path / "two")
    source.create(place, 4)
    source.upsert(place, REVISION, CHUNKS[:1], VECTORS[:1])
    source.close()
    target.shared = True
    assert move_in(tmp_path / "one", library, target) == 0
    assert target.collections() == set()
    target.close()


def test_only_large_collections_get_advice():
    """It names the size and the setting; below the border nothing is said."""
    assert server_advice(RECOMMEND_SERVER_FROM - 1) == ""
    assert "QDRANT_URL" in server_advice(RECOMMEND_SERVER_FROM)
    assert "200,000 chunks" in server_advice(RECOMMEND_SERVER_FROM)


def test_every_collection_is_told_from_which_size_on():
    """Before it is too late; on a server there is nothing to recommend."""
    words = place_words(1206, server=False)
    assert words.startswith("1,206 chunks, in the embedded store.")
    assert "QDRANT_URL" in words
    assert "from 200,000 on" in words
    assert place_words(2, server=True) == "2 chunks, on the Qdrant server."
