"""What a home folder already has is moved, not embedded again."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import pytest

from core.home.library import Library
from core.home.storage import base_name, store_name
from core.schema import Chunking
from core.store.moving import copy_missing, move_in
from core.store.opening import open_store
from tests.core.home.test_storage import document
from tests.qdrant_server import QdrantServer
from tests.strategies import make_chunk

REVISION = f"{'a' * 64}:v1-200-40:0123456789ab"
CHUNKS = [make_chunk(i, f"flight {i}") for i in range(2)]
VECTORS = np.eye(2, 4, dtype=np.float32)


@pytest.fixture
def library(tmp_path):
    """A library with one document of two chunks."""
    made = Library(tmp_path / "library.sqlite")
    id_ = made.create_collection("papers", Chunking()).id
    made.commit(id_, replace(document("a"), revision=REVISION))
    yield made
    made.close()


def old_store(folder, collection_id):
    """The embedded store as version 0.1 wrote it."""
    from qdrant_client import QdrantClient, models

    client = QdrantClient(path=str(folder))
    name = base_name(collection_id)
    client.create_collection(
        name, vectors_config=models.VectorParams(size=4, distance=models.Distance.DOT)
    )
    points = [
        models.PointStruct(
            id=chunk.id,
            vector=vector.tolist(),
            payload={"revision": REVISION, "chunk": asdict(chunk)},
        )
        for chunk, vector in zip(CHUNKS, VECTORS, strict=True)
    ]
    client.upsert(name, points)
    client.close()


def check(store, place):
    """Chunks, vectors and words are all there."""
    chunks, vectors = store.read(place, REVISION)
    assert chunks == CHUNKS
    assert np.array_equal(vectors, VECTORS)
    assert len(store.search_words(place, "flights", 5, [REVISION])) == 2


def test_the_old_embedded_store_is_read_once(library, tmp_path):
    """Its vectors stay, words are added, and its files go; twice is not more."""
    (collection,) = library.collections()
    folder = tmp_path / "qdrant"
    old_store(folder, collection.id)
    store = open_store(folder)
    assert move_in(folder, library, store) == 1
    check(store, store_name(collection.id, REVISION))
    assert not (folder / "meta.json").exists()
    assert not (folder / "collection").exists()
    assert move_in(folder, library, store) == 0
    store.close()


def test_an_embedded_store_goes_to_a_server_when_one_is_set(library, tmp_path):
    """Only what the server has not; the folder stays as it is."""
    (collection,) = library.collections()
    place, folder = store_name(collection.id, REVISION), tmp_path / "qdrant"
    embedded = open_store(folder)
    embedded.create(place, 4)
    embedded.upsert(place, REVISION, CHUNKS, VECTORS)
    embedded.close()
    server = QdrantServer()
    remote = open_store(url=server.url)
    assert move_in(folder, library, remote) == 1
    check(remote, place)
    assert move_in(folder, library, remote) == 0
    remote.close()
    server.stop()
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
    assert copy_missing(library, source, target) == 0
    assert target.collections() == set()
    source.close()
    target.close()
