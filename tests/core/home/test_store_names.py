"""Where a collection is in the store: one place for each encoder, an alias for other programs."""

from dataclasses import replace

import numpy as np
import pytest

from core.home.storage import (
    base_name,
    delete_collection,
    incomplete,
    publish,
    store_name,
    store_names,
    sweep,
)
from core.schema import Chunking
from core.store.opening import open_store
from tests.made_home import storage_at
from tests.strategies import make_chunk, make_document

OLD, NEW = "0123456789ab", "fedcba987654"


@pytest.fixture
def storage(tmp_path, server):
    """A storage whose vectors are on the server."""
    made = storage_at(tmp_path, open_store(url=server.url))
    yield made
    made.close()


@pytest.fixture
def collection(storage):
    """The id of an empty collection."""
    return storage.library.create_collection("papers", Chunking()).id


def write(storage, collection, letter, tag, commit=True):
    """One document of two chunks, embedded by the encoder of that tag."""
    record = make_document(letter)
    record = replace(record, revision=f"{record.id}:v1-200-40:{tag}")
    place = store_name(collection, record.revision)
    storage.store.create(place, 4)
    chunks = [make_chunk(i, document=record.id) for i in range(2)]
    storage.store.upsert(place, record.revision, chunks, np.eye(2, 4, dtype=np.float32))
    storage.files.write(record.id, b"%PDF", b"text")
    if commit:
        storage.library.commit(collection, record)
        publish(storage, collection)
    return record


def aliases(server):
    """Name -> collection, as other programs see them."""
    return {a.alias_name: a.collection_name for a in server._store.get_aliases().aliases}


@pytest.mark.parametrize(
    ("revision", "tag"),
    [("a:v1-200-40:0123456789ab", "0123456789ab"), ("a:v1:org/model name", None)],
)
def test_a_place_is_named_by_its_encoder(revision, tag):
    """By its hash as it is; by a name only as far as a collection's name may go."""
    name = store_name("papers", revision)
    assert name.startswith("second-look-papers-")
    assert name.rpartition("-")[2].isalnum()
    assert tag is None or name.endswith(tag)


def test_the_alias_moves_when_all_documents_have(storage, collection, server):
    """During the change it stays; after the switch it names the new place, and the old one goes."""
    old = write(storage, collection, "a", OLD)
    alias = base_name(collection)
    assert aliases(server) == {alias: store_name(collection, old.revision)}
    new = write(storage, collection, "a", NEW, commit=False)
    publish(storage, collection)
    assert aliases(server) == {alias: store_name(collection, old.revision)}
    storage.library.recommit(collection, [new], Chunking())
    sweep(storage)
    assert aliases(server) == {alias: store_name(collection, new.revision)}
    assert storage.store.collections() == store_names(storage, collection)
    assert incomplete(storage, collection) == []


def test_a_half_made_place_is_swept(storage, collection):
    """Killed while the new encoder works: the next start removes what it made."""
    old = write(storage, collection, "a", OLD)
    write(storage, collection, "a", NEW, commit=False)
    assert sweep(storage) == 1
    assert storage.store.collections() == {store_name(collection, old.revision)}


def test_deleting_a_collection_takes_every_place(storage, collection):
    """Also one that is half made; those of others stay."""
    other = storage.library.create_collection("other", Chunking()).id
    kept = write(storage, other, "b", OLD)
    write(storage, collection, "a", OLD)
    write(storage, collection, "a", NEW, commit=False)
    delete_collection(storage, collection)
    assert storage.store.collections() == {store_name(other, kept.revision)}
