"""What is kept on this machine: commit records, vectors and files, changed in a safe order."""

from __future__ import annotations

import hashlib
import re
import threading
from dataclasses import dataclass, field

from core.errors import NotFound
from core.home.files import Files
from core.home.library import Library
from core.home.lock import HomeLock
from core.ports import VectorStore
from core.schema import Document

PREFIX = "second-look-"
_TAG = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Storage:
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


def base_name(collection_id: str) -> str:
    """How other programs find a collection on a server: an alias of its present place."""
    return f"{PREFIX}{collection_id}"


def store_name(collection_id: str, revision: str = "") -> str:
    """The place of a revision in the vector store: one for each encoder of a collection.

    Vectors of two encoders are never in one place. A collection whose encoder changes gets a new
    place, and the old one goes when no commit record names it any more.

    >>> store_name("papers", "3f…:v1-200-40:0123456789ab")
    'second-look-papers-0123456789ab'
    """
    _, separator, tag = revision.rpartition(":")
    if not separator:
        return base_name(collection_id)
    if not _TAG.fullmatch(tag):  # a name: it may hold what no collection's name can
        tag = hashlib.sha256(tag.encode()).hexdigest()[:12]
    return f"{base_name(collection_id)}-{tag}"


def places(storage: Storage, collection_id: str) -> set[str]:
    """Where the committed documents of a collection are."""
    documents = storage.library.documents(collection_id)
    return {store_name(collection_id, document.revision) for document in documents}


def publish(storage: Storage, collection_id: str) -> None:
    """Name the present place for other programs; during a change of encoder nothing changes."""
    present, there = places(storage, collection_id), storage.store.collections()
    if len(present) == 1 and present <= there and base_name(collection_id) not in there:
        storage.store.publish(base_name(collection_id), *present)


def delete_document(storage: Storage, collection_id: str, document_id: str) -> None:
    """Remove a document: its record first, then its chunks and vectors.

    Its file goes with the next ``sweep_files``, when no other collection has the document.

    Raises:
        NotFound: it is not in the collection.
    """
    with storage.changes:
        for document in storage.library.documents(collection_id):
            if document.id == document_id:
                storage.library.forget(collection_id, document_id)
                place = store_name(collection_id, document.revision)
                if place in storage.store.collections():
                    storage.store.delete(place, document.revision)
                return
    raise NotFound("This document is not in the collection any more.", "Reload the page.")


def sweep_collection(storage: Storage, collection_id: str) -> int:
    """Remove chunks and places without a commit record; returns how many revisions and places."""
    documents = storage.library.documents(collection_id)
    committed = {document.revision for document in documents}
    used = places(storage, collection_id)
    swept = 0
    for place in _places_in_store(storage, collection_id):
        if place not in used:
            storage.store.drop(place)
            swept += 1
            continue
        strays = storage.store.revisions(place) - committed
        for revision in strays:
            storage.store.delete(place, revision)
        swept += len(strays)
    return swept


def _places_in_store(storage: Storage, collection_id: str) -> list[str]:
    base = base_name(collection_id)
    found = storage.store.collections()
    return sorted(name for name in found if name == base or name.startswith(f"{base}-"))


def sweep(storage: Storage) -> int:
    """At start: remove every chunk, collection and file without a record; returns how many.

    On a server a collection without a record stays: it may be another home folder's.
    """
    collections = storage.library.collections()
    kept = {place for known in collections for place in _places_in_store(storage, known.id)}
    found = set() if storage.store.shared else storage.store.collections() - kept
    strays = {name for name in found if name.startswith(PREFIX)}
    for name in strays:
        storage.store.drop(name)
    swept = [sweep_collection(storage, known.id) for known in collections]
    for known in collections:
        publish(storage, known.id)
    return len(strays) + sum(swept) + sweep_files(storage)


def incomplete(storage: Storage, collection_id: str) -> list[Document]:
    """Committed documents of which the store has another number of chunks than was written."""
    there = places(storage, collection_id) & storage.store.collections()
    counts = {place: storage.store.counts(place) for place in there}
    return [
        known
        for known in storage.library.documents(collection_id)
        if counts.get(store_name(collection_id, known.revision), {}).get(known.revision, 0)
        != known.chunks
    ]


def delete_collection(storage: Storage, collection_id: str) -> None:
    """Remove a collection: its records first, then its chunks and vectors."""
    with storage.changes:
        storage.library.delete_collection(collection_id)
        for place in _places_in_store(storage, collection_id):
            storage.store.drop(place)


def sweep_files(storage: Storage) -> int:
    """Remove files that no collection refers to. Only where documents are added."""
    return storage.files.sweep(storage.library.document_ids())
