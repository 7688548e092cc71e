"""What is kept, in which order it goes, and what a start sweeps away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from core.errors import NotFound
from core.home.files import Files
from core.home.library import Library
from core.home.storage import (
    Shelf,
    delete_collection,
    delete_document,
    store_name,
    sweep,
    sweep_collection,
    sweep_files,
)
from core.schema import Chunking, Document
from core.store.opening import open_store
from tests.strategies import make_chunk

DIMENSION = 4


@pytest.fixture
def shelf(tmp_path):
    """A shelf in an empty folder, its vectors in memory."""
    made = Shelf(Library(tmp_path / "library.sqlite"), open_store(), Files(tmp_path))
    yield made
    made.store.close()
    made.library.close()


@pytest.fixture
def collection(shelf):
    """The id of an empty collection."""
    return shelf.library.create_collection("papers", Chunking()).id


def document(letter):
    """A record whose id is 64 times this letter."""
    return Document(letter * 64, f"{letter}.pdf", "", 1, 2, 10, datetime.now(UTC), f"rev-{letter}")


def write(shelf, collection_id, letter, commit=True):
    """Put a file and two chunks on the shelf, as an upload does; the record only if asked."""
    record = document(letter)
    target = store_name(collection_id)
    shelf.store.create(target, DIMENSION)
    chunks = [make_chunk(i, document=record.id) for i in range(2)]
    shelf.store.upsert(target, record.revision, chunks, np.eye(2, DIMENSION, dtype=np.float32))
    shelf.files.write(record.id, b"%PDF", b"text")
    if commit:
        shelf.library.commit(collection_id, record)
    return record


def found(shelf, collection_id):
    """Documents whose chunks a search for anything committed returns."""
    revisions = [known.revision for known in shelf.library.documents(collection_id)]
    query = np.ones(DIMENSION, dtype=np.float32)
    hits = shelf.store.search(store_name(collection_id), query, 100, revisions)
    return {hit["chunk"].document_id[0] for hit in hits}


def test_a_sweep_keeps_what_has_a_record_and_removes_the_rest(shelf, collection):
    """A crash between upsert and commit leaves one revision, two files and no record: all go."""
    write(shelf, collection, "a")
    write(shelf, collection, "b", commit=False)
    assert sweep(shelf) == 1 + 2
    assert shelf.store.revisions(store_name(collection)) == {"rev-a"}
    assert found(shelf, collection) == {"a"}
    assert shelf.files.original("a" * 64) == b"%PDF"
    with pytest.raises(NotFound):
        shelf.files.original("b" * 64)


def test_what_has_no_record_is_never_found(shelf, collection):
    """Before any sweep, chunks without a commit record are already out of reach."""
    write(shelf, collection, "a")
    write(shelf, collection, "b", commit=False)
    assert found(shelf, collection) == {"a"}


def test_a_second_sweep_finds_nothing(shelf, collection):
    """Sweeping is idempotent."""
    write(shelf, collection, "b", commit=False)
    sweep(shelf)
    assert sweep(shelf) == 0


def test_a_sweep_leaves_collections_of_other_programs_alone(shelf):
    """On a shared Qdrant server only our own names are touched."""
    shelf.store.create("somebody-elses", DIMENSION)
    shelf.store.create(store_name("gone"), DIMENSION)
    assert sweep(shelf) == 1
    assert shelf.store.collections() == {"somebody-elses"}


def test_deleting_a_document_removes_record_chunks_and_file(shelf, collection):
    """Record and chunks go at once, the file with the next sweep of files."""
    write(shelf, collection, "a")
    write(shelf, collection, "b")
    delete_document(shelf, collection, "a" * 64)
    assert [known.name for known in shelf.library.documents(collection)] == ["b.pdf"]
    assert shelf.store.revisions(store_name(collection)) == {"rev-b"}
    assert sweep_files(shelf) == 2
    with pytest.raises(NotFound):
        shelf.files.text("a" * 64)


def test_a_document_that_is_gone_cannot_be_deleted_again(shelf, collection):
    """The second delete says that it is not there any more."""
    write(shelf, collection, "a")
    delete_document(shelf, collection, "a" * 64)
    with pytest.raises(NotFound, match="not in the collection any more"):
        delete_document(shelf, collection, "a" * 64)


def test_a_file_stays_as_long_as_one_collection_has_the_document(shelf, collection):
    """The same bytes in two collections: deleting in one does not break the other."""
    other = shelf.library.create_collection("other", Chunking()).id
    write(shelf, collection, "a")
    write(shelf, other, "a")
    delete_document(shelf, collection, "a" * 64)
    assert sweep_files(shelf) == 0
    assert found(shelf, other) == {"a"}


def test_deleting_a_collection_takes_its_documents_and_chunks_with_it(shelf, collection):
    """Records by cascade, chunks with the store's collection, other collections untouched."""
    other = shelf.library.create_collection("other", Chunking()).id
    write(shelf, collection, "a")
    write(shelf, other, "b")
    delete_collection(shelf, collection)
    assert shelf.library.document_ids() == {"b" * 64}
    assert shelf.store.collections() == {store_name(other)}


def test_sweeping_a_collection_without_a_store_is_nothing(shelf, collection):
    """A collection that never got a document has no place in the store yet."""
    assert sweep_collection(shelf, collection) == 0


def test_an_old_revision_goes_when_its_record_moved_on(shelf, collection):
    """After a switch to another chunking only the new revision is kept."""
    record = write(shelf, collection, "a")
    fresh = replace(record, revision="rev-new")
    shelf.library.recommit(collection, [fresh], Chunking(64, 0))
    assert sweep_collection(shelf, collection) == 1
    assert shelf.store.revisions(store_name(collection)) == set()
