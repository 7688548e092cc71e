"""What is kept on this machine: commit records, vectors and files, changed in a safe order."""

from __future__ import annotations

import hashlib
import re
import threading
from dataclasses import dataclass, field

from core.home.files import Files
from core.home.library import Library
from core.home.lock import HomeLock
from core.ports import VectorStore
from core.schema import Document

PREFIX = "second-look-"
_TAG = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Storage:
    """The three parts of one home folder. Only one thread may add; any may delete."""

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
            self.lock.close()


def base_name(collection_id: str) -> str:
    """How other programs find a collection on a server: an alias of the store's present name."""
    return f"{PREFIX}{collection_id}"


def store_name(collection_id: str, revision: str = "") -> str:
    """The vector store's name for a collection under the encoder of a revision.

    Vectors of two encoders never share a name. A collection whose encoder changes gets a new one,
    and the old one is dropped when no commit record uses it any more.

    >>> store_name("papers", "3f…:v1-200-40:0123456789ab")
    'second-look-papers-0123456789ab'
    """
    _, separator, tag = revision.rpartition(":")
    if not separator:
        return base_name(collection_id)
    if not _TAG.fullmatch(tag):  # a name: it may hold what no collection's name can
        tag = hashlib.sha256(tag.encode()).hexdigest()[:12]
    return f"{base_name(collection_id)}-{tag}"


def store_names(storage: Storage, collection_id: str) -> set[str]:
    """The vector store's names that the committed documents of a collection use."""
    documents = storage.library.documents(collection_id)
    return {store_name(collection_id, document.revision) for document in documents}


def names_in_store(store: VectorStore, collection_id: str) -> list[str]:
    """All names that the store has for a collection, whichever encoder filled it."""
    base = base_name(collection_id)
    return sorted(n for n in store.collections() if n == base or n.startswith(f"{base}-"))


def publish(storage: Storage, collection_id: str) -> None:
    """Move the alias to the present name; during a change of encoder nothing changes."""
    used, present = store_names(storage, collection_id), storage.store.collections()
    if len(used) == 1 and used <= present and base_name(collection_id) not in present:
        storage.store.publish(base_name(collection_id), *used)


def delete_document(storage: Storage, collection_id: str, document_id: str) -> None:
    """Remove a document: its record first, then its chunks and vectors.

    Its file goes with the next ``sweep_files``, when no other collection has the document.

    Raises:
        NotFound: it is not in the collection.
    """
    with storage.changes:
        document = storage.library.document(collection_id, document_id)
        storage.library.forget(collection_id, document_id)
        name = store_name(collection_id, document.revision)
        if name in storage.store.collections():
            storage.store.delete(name, document.revision)


def sweep_collection(storage: Storage, collection_id: str) -> int:
    """Remove chunks and store names without a commit record; returns how many of both."""
    documents = storage.library.documents(collection_id)
    committed = {document.revision for document in documents}
    used = store_names(storage, collection_id)
    swept = 0
    for name in names_in_store(storage.store, collection_id):
        if name not in used:
            storage.store.drop(name)
            swept += 1
            continue
        strays = storage.store.counts(name).keys() - committed
        for revision in strays:
            storage.store.delete(name, revision)
        swept += len(strays)
    return swept


def sweep(storage: Storage) -> int:
    """At start: remove every chunk, store name and file without a record; returns how many.

    On a server a name without a record stays: it may be another home folder's.
    """
    ids = [collection.id for collection in storage.library.collections()]
    strays: set[str] = set()
    if not storage.store.shared:
        recorded = {name for id_ in ids for name in names_in_store(storage.store, id_)}
        strays = {name for name in storage.store.collections() if name.startswith(PREFIX)}
        strays -= recorded
    for name in strays:
        storage.store.drop(name)
    swept = sum(sweep_collection(storage, id_) for id_ in ids)
    for id_ in ids:
        publish(storage, id_)
    return len(strays) + swept + sweep_files(storage)


def incomplete(storage: Storage, collection_id: str) -> list[Document]:
    """Committed documents of which the store has another number of chunks than was written."""
    names = store_names(storage, collection_id) & storage.store.collections()
    counts = {name: storage.store.counts(name) for name in names}

    def present(document: Document) -> int:
        name = store_name(collection_id, document.revision)
        return counts.get(name, {}).get(document.revision, 0)

    documents = storage.library.documents(collection_id)
    return [document for document in documents if present(document) != document.chunks]


def delete_collection(storage: Storage, collection_id: str) -> None:
    """Remove a collection: its records first, then its chunks and vectors."""
    with storage.changes:
        storage.library.delete_collection(collection_id)
        for name in names_in_store(storage.store, collection_id):
            storage.store.drop(name)


def sweep_files(storage: Storage) -> int:
    """Remove files that no collection refers to. Only where documents are added."""
    return storage.files.sweep(storage.library.document_ids())
