"""What is kept on this machine: commit records, vectors and files, changed in a safe order."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from core.errors import NotFound
from core.index.files import Files
from core.index.home_lock import HomeLock
from core.index.library import Library
from core.ports import VectorStore
from core.schema import Document


@dataclass(frozen=True, slots=True)
class Shelf:
    """The three places of one home folder. Only one thread may add; any may delete."""

    library: Library
    store: VectorStore
    files: Files
    lock: HomeLock | None = None
    changes: threading.RLock = field(default_factory=threading.RLock)

    def close(self) -> None:
        """Release the home folder."""
        self.store.close()
        self.library.close()
        if self.lock is not None:
            self.lock.release()


def store_name(collection_id: str) -> str:
    """The collection's name in the vector store."""
    return f"second-look-{collection_id}"


def delete_document(shelf: Shelf, collection_id: str, document_id: str) -> None:
    """Remove a document: its record first, then its chunks and vectors.

    Its file goes with the next ``sweep_files``, when no other collection has the document.

    Raises:
        NotFound: it is not in the collection.
    """
    with shelf.changes:
        for document in shelf.library.documents(collection_id):
            if document.id == document_id:
                shelf.library.forget(collection_id, document_id)
                if store_name(collection_id) in shelf.store.collections():
                    shelf.store.delete(store_name(collection_id), document.revision)
                return
    raise NotFound("This document is not in the collection any more.", "Reload the page.")


def sweep_collection(shelf: Shelf, collection_id: str) -> int:
    """Remove chunks of a collection that have no commit record; returns the revisions removed."""
    target = store_name(collection_id)
    if target not in shelf.store.collections():
        return 0
    committed = {document.revision for document in shelf.library.documents(collection_id)}
    strays = shelf.store.revisions(target) - committed
    for revision in strays:
        shelf.store.delete(target, revision)
    return len(strays)


def sweep(shelf: Shelf) -> int:
    """At start: remove every chunk, collection and file without a record; returns how many.

    On a server a collection without a record stays: it may be another home folder's.
    """
    kept = {store_name(collection.id) for collection in shelf.library.collections()}
    found = set() if shelf.store.shared else shelf.store.collections() - kept
    strays = {name for name in found if name.startswith(store_name(""))}
    for name in strays:
        shelf.store.drop(name)
    swept = [sweep_collection(shelf, known.id) for known in shelf.library.collections()]
    return len(strays) + sum(swept) + sweep_files(shelf)


def incomplete(shelf: Shelf, collection_id: str) -> list[Document]:
    """Committed documents of which the store has another number of chunks than was written."""
    documents = shelf.library.documents(collection_id)
    target = store_name(collection_id)
    there = target in shelf.store.collections() if documents else False
    counts = shelf.store.counts(target) if there else {}
    return [known for known in documents if counts.get(known.revision, 0) != known.chunks]


def delete_collection(shelf: Shelf, collection_id: str) -> None:
    """Remove a collection: its records first, then its chunks and vectors."""
    with shelf.changes:
        shelf.library.delete_collection(collection_id)
        shelf.store.drop(store_name(collection_id))


def sweep_files(shelf: Shelf) -> int:
    """Remove files that no collection refers to. Only where documents are added."""
    return shelf.files.sweep(shelf.library.document_ids())
