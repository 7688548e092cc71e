"""What is kept, in which order it goes, and what a start sweeps away."""

from dataclasses import replace

import numpy as np
import pytest

from core.errors import NotFound
from core.home.storage import (
    delete_collection,
    delete_document,
    store_name,
    sweep,
    sweep_collection,
    sweep_files,
)
from core.schema import Chunking
from tests.made_home import storage_at
from tests.strategies import make_chunk, make_document

DIMENSION = 4


@pytest.fixture
def storage(tmp_path):
    """A storage in an empty folder, its vectors in memory."""
    made = storage_at(tmp_path)
    yield made
    made.close()


@pytest.fixture
def collection(storage):
    """The id of an empty collection."""
    return storage.library.create_collection("papers", Chunking()).id


def write(storage, collection_id, letter, commit=True):
    """Put a file and two chunks on the storage, as an upload does; the record only if asked."""
    record = make_document(letter)
    target = store_name(collection_id)
    storage.store.create(target, DIMENSION)
    chunks = [make_chunk(i, document=record.id) for i in range(2)]
    storage.store.upsert(target, record.revision, chunks, np.eye(2, DIMENSION, dtype=np.float32))
    storage.files.write(record.id, b"%PDF", b"text")
    if commit:
        storage.library.commit(collection_id, record)
    return record


def found(storage, collection_id):
    """Documents whose chunks a search for anything committed returns."""
    revisions = [known.revision for known in storage.library.documents(collection_id)]
    query = np.ones(DIMENSION, dtype=np.float32)
    hits = storage.store.search(store_name(collection_id), query, 100, revisions)
    return {hit["chunk"].document_id[0] for hit in hits}


def test_a_sweep_keeps_what_has_a_record_and_removes_the_rest(storage, collection):
    """A crash between upsert and commit leaves one revision, two files and no record: all go."""
    write(storage, collection, "a")
    write(storage, collection, "b", commit=False)
    assert found(storage, collection) == {"a"}  # already out of reach
    assert [sweep(storage), sweep(storage)] == [1 + 2, 0]
    assert set(storage.store.counts(store_name(collection))) == {"rev-a"}
    assert found(storage, collection) == {"a"}
    assert storage.files.original("a" * 64) == b"%PDF"
    with pytest.raises(NotFound):
        storage.files.original("b" * 64)


def test_a_sweep_leaves_collections_of_other_programs_alone(storage):
    """On a shared Qdrant server only our own names are touched."""
    storage.store.create("somebody-elses", DIMENSION)
    storage.store.create(store_name("gone"), DIMENSION)
    assert sweep(storage) == 1
    assert storage.store.collections() == {"somebody-elses"}


def test_deleting_a_document_removes_record_chunks_and_file(storage, collection):
    """Record and chunks go at once, the file with the next sweep of files."""
    write(storage, collection, "a")
    write(storage, collection, "b")
    delete_document(storage, collection, "a" * 64)
    assert [known.name for known in storage.library.documents(collection)] == ["b.pdf"]
    assert set(storage.store.counts(store_name(collection))) == {"rev-b"}
    assert sweep_files(storage) == 2
    with pytest.raises(NotFound):
        storage.files.text("a" * 64)
    with pytest.raises(NotFound, match="no longer in the collection"):
        delete_document(storage, collection, "a" * 64)


def test_a_file_stays_as_long_as_one_collection_has_the_document(storage, collection):
    """The same bytes in two collections: deleting in one does not break the other."""
    other = storage.library.create_collection("other", Chunking()).id
    write(storage, collection, "a")
    write(storage, other, "a")
    delete_document(storage, collection, "a" * 64)
    assert sweep_files(storage) == 0
    assert found(storage, other) == {"a"}


def test_deleting_a_collection_takes_its_documents_and_chunks_with_it(storage, collection):
    """Records by cascade, chunks with the store's collection, other collections untouched."""
    other = storage.library.create_collection("other", Chunking()).id
    write(storage, collection, "a")
    write(storage, other, "b")
    delete_collection(storage, collection)
    assert storage.library.document_ids() == {"b" * 64}
    assert storage.store.collections() == {store_name(other)}


def test_sweeping_a_collection_without_a_store_is_nothing(storage, collection):
    """A collection that never got a document has no place in the store yet."""
    assert sweep_collection(storage, collection) == 0


def test_an_old_revision_goes_when_its_record_moved_on(storage, collection):
    """After a switch to another chunking only the new revision is kept."""
    record = write(storage, collection, "a")
    fresh = replace(record, revision="rev-new")
    storage.library.recommit(collection, [fresh], Chunking(64, 0))
    assert sweep_collection(storage, collection) == 1
    assert set(storage.store.counts(store_name(collection))) == set()
