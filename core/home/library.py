"""Which documents there are: collections and commit records in SQLite.

A document exists when its row exists. The row is written last, after the file, the text and
all chunks; a search looks only at revisions that have a row.
"""

from __future__ import annotations

import hashlib
import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from core.errors import InputError, NotFound, StoreDamaged
from core.home.database import Database
from core.schema import Chunking, Collection, Document, PlaceUnit

SCHEMA_VERSION = 1
NAME_CHARACTERS = 80
FIRST_COLLECTION = "My documents"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS collections (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, chunk_size INTEGER NOT NULL,
    chunk_overlap INTEGER NOT NULL, created_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS documents (
    collection TEXT NOT NULL REFERENCES collections(id) ON DELETE CASCADE,
    id TEXT NOT NULL, name TEXT NOT NULL, title TEXT NOT NULL, pages INTEGER NOT NULL,
    chunks INTEGER NOT NULL, size INTEGER NOT NULL, added_at TEXT NOT NULL,
    revision TEXT NOT NULL, unit TEXT NOT NULL DEFAULT 'page', PRIMARY KEY (collection, id)
);
"""
COLLECTIONS = (
    "SELECT id, name, chunk_size, chunk_overlap, created_at FROM collections"
    " ORDER BY created_at, id"
)
DOCUMENTS = "SELECT * FROM documents WHERE collection = ? ORDER BY added_at, id"
_COLUMNS, _UNIT = "PRAGMA table_info(documents)", "unit TEXT NOT NULL DEFAULT 'page'"
REBUILD = (
    "Rebuild the index from the originals: press the button in the app, or run 'python -m core "
    "rebuild'. "
    "Nothing is deleted."
)


class Library(Database):
    """The commit records of one home folder; safe to use from several threads.

    An empty library beside originals would be taken for a new one, and the sweep at start would
    remove every original that it does not know: that is damage too.

    Raises:
        StoreDamaged: the file cannot be the library of this home folder.
        StoreError: the file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, _SCHEMA, SCHEMA_VERSION, mend=REBUILD)
        if "unit" not in {row[1] for row in self.rows(_COLUMNS)}:  # when all documents had pages
            with self.transaction() as db:
                db.execute(f"ALTER TABLE documents ADD COLUMN {_UNIT}")

    def _require_new(self, path: Path | None) -> None:
        if path is not None and any(path.parent.glob("files/[0-9a-f]*")):
            raise StoreDamaged(
                f"The file {path.name} is missing or empty, but the home folder has documents.",
                REBUILD,
            )

    def collections(self) -> list[Collection]:
        """All collections, oldest first."""
        return [collection_of(row) for row in self.rows(COLLECTIONS)]

    def collection(self, collection_id: str) -> Collection:
        """The collection of that id.

        Raises:
            NotFound: it was deleted.
        """
        for collection in self.collections():
            if collection.id == collection_id:
                return collection
        raise NotFound("This collection no longer exists.", "Choose another one.")

    def collection_named(self, name: str) -> Collection:
        """The collection of this name; the first one when the name is empty.

        Raises:
            NotFound: there is none.
        """
        for collection in self.collections():
            if name in {"", collection.name}:
                return collection
        raise NotFound(f"There is no collection named {name!r}.", "Index something into it first.")

    def create_collection(self, name: str, chunking: Chunking) -> Collection:
        """Make an empty collection.

        Raises:
            InputError: the name is empty, too long or taken.
        """
        collection = Collection(uuid.uuid4().hex, _name(name), chunking, datetime.now(UTC))
        self.keep_collection(collection)
        return collection

    def keep_collection(self, collection: Collection) -> None:
        """Put a collection in as it is, with its id.

        Raises:
            InputError: the name is taken.
        """
        cut, created = collection.chunking, collection.created_at.isoformat()
        with self._unique(collection.name), self.transaction() as db:
            db.execute(
                "INSERT INTO collections VALUES (?, ?, ?, ?, ?)",
                (collection.id, collection.name, cut.size, cut.overlap, created),
            )

    def rename_collection(self, collection_id: str, name: str) -> None:
        """Give a collection another name.

        Raises:
            InputError: the name is empty, too long or taken.
        """
        name = _name(name)
        with self._unique(name), self.transaction() as db:
            db.execute("UPDATE collections SET name = ? WHERE id = ?", (name, collection_id))

    def delete_collection(self, collection_id: str) -> None:
        """Remove a collection and the records of its documents."""
        with self.transaction() as db:
            db.execute("DELETE FROM collections WHERE id = ?", (collection_id,))

    def documents(self, collection_id: str) -> list[Document]:
        """The committed documents of a collection, oldest first."""
        return [document_of(row) for row in self.rows(DOCUMENTS, (collection_id,))]

    def document(self, collection_id: str, document_id: str) -> Document:
        """One document of a collection.

        Raises:
            NotFound: it was deleted.
        """
        for document in self.documents(collection_id):
            if document.id == document_id:
                return document
        raise NotFound("This document is no longer in the collection.", "Reload the page.")

    def document_ids(self) -> set[str]:
        """Ids of the documents of all collections."""
        return {str(row[0]) for row in self.rows("SELECT DISTINCT id FROM documents")}

    def commit(self, collection_id: str, document: Document, replaces: str | None = None) -> None:
        """Acknowledge a document, and forget the one it replaces in the same step.

        Raises:
            NotFound: the collection was deleted meanwhile.
        """
        self.collection(collection_id)
        with self.transaction() as db:
            if replaces is not None:
                _forget(db, collection_id, replaces)
            _insert(db, collection_id, document)

    def recommit(self, collection_id: str, documents: list[Document], chunking: Chunking) -> None:
        """Switch all documents and the collection to another chunking, all or nothing.

        A document that was deleted meanwhile stays deleted.
        """
        with self.transaction() as db:
            for document in documents:
                db.execute(
                    "UPDATE documents SET chunks = ?, revision = ? WHERE collection = ? AND id = ?",
                    (document.chunks, document.revision, collection_id, document.id),
                )
            db.execute(
                "UPDATE collections SET chunk_size = ?, chunk_overlap = ? WHERE id = ?",
                (chunking.size, chunking.overlap, collection_id),
            )

    def renew(self, collection_id: str, document: Document) -> None:
        """Note that a document was indexed again; one that was deleted meanwhile stays deleted."""
        with self.transaction() as db:
            there = db.execute(
                "SELECT 1 FROM documents WHERE collection = ? AND id = ?",
                (collection_id, document.id),
            ).fetchone()
            if there:
                _insert(db, collection_id, document)

    def forget(self, collection_id: str, document_id: str) -> None:
        """Remove a document's record: from now on it cannot be found."""
        with self.transaction() as db:
            _forget(db, collection_id, document_id)

    def corpus_version(self, collection_id: str) -> str:
        """Fingerprint of what can be found: sha256 over the sorted revisions, 16 hex digits."""
        revisions = sorted(document.revision for document in self.documents(collection_id))
        return hashlib.sha256("\n".join(revisions).encode()).hexdigest()[:16]

    @contextmanager
    def _unique(self, name: str) -> Iterator[None]:
        with self._lock:
            if any(collection.name == name for collection in self.collections()):
                raise InputError(
                    f"A collection named {name!r} already exists.", "Choose another name."
                )
            yield


def ids_named(names: Sequence[str], documents: Sequence[Document]) -> tuple[str, ...]:
    """Ids of the documents of these names, ascending.

    Raises:
        NotFound: none of them has such a name.
    """
    ids = {document.name: document.id for document in documents}
    for name in names:
        if name not in ids:
            raise NotFound(
                f"There is no document named {name!r} in this collection.",
                f"It has: {', '.join(sorted(ids)) or 'none'}.",
            )
    return tuple(sorted({ids[name] for name in names}))


def _name(name: str) -> str:
    text = " ".join(name.split())
    if not text or len(text) > NAME_CHARACTERS:
        raise InputError(f"A collection's name must have 1 to {NAME_CHARACTERS} characters.")
    return text


def collection_of(row: Sequence[Any]) -> Collection:
    """The collection of a row of ``COLLECTIONS``.

    Raises:
        InputError, TypeError, ValueError: the row is damaged.
    """
    id_, name, size, overlap, created_at = row
    created = datetime.fromisoformat(created_at)
    return Collection(str(id_), str(name), Chunking(size, overlap), created)


def document_of(row: Sequence[Any]) -> Document:
    """The document of a row of ``DOCUMENTS``.

    Raises:
        TypeError, ValueError: the row is damaged.
    """
    _, id_, name, title, pages, chunks, size, added_at, revision, *last = row
    unit: PlaceUnit = last[0] if last else "page"  # older libraries had no other
    if unit not in get_args(PlaceUnit):
        raise ValueError(unit)
    counts = int(pages), int(chunks), int(size)
    added = datetime.fromisoformat(added_at)
    return Document(str(id_), str(name), str(title), *counts, added, str(revision), unit=unit)


def _insert(db: sqlite3.Connection, collection_id: str, document: Document) -> None:
    added_at = document.added_at.isoformat()
    db.execute(
        "INSERT OR REPLACE INTO documents VALUES"
        " (:collection, :id, :name, :title, :pages, :chunks, :size, :added_at, :revision, :unit)",
        asdict(document) | {"collection": collection_id, "added_at": added_at},
    )


def _forget(db: sqlite3.Connection, collection_id: str, document_id: str) -> None:
    db.execute(
        "DELETE FROM documents WHERE collection = ? AND id = ?", (collection_id, document_id)
    )
