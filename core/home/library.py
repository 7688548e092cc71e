"""Which documents there are: collections and commit records in SQLite.

A document exists when its row exists. The row is written last, after the file, the text and
all chunks; a search looks only at revisions that have a row.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.errors import InputError, NotFound
from core.home.library_errors import check_version, readable, translated
from core.schema import Chunking, Collection, Document

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
    revision TEXT NOT NULL, PRIMARY KEY (collection, id)
);
"""
_DOCUMENT = "id, name, title, pages, chunks, size, added_at, revision"


class Library:
    """The commit records of one home folder; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        with readable(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, check_same_thread=False)
            try:
                self._prepare(path)
            except BaseException:
                self._db.close()
                raise

    def _prepare(self, path: Path) -> None:
        check_version(self._db, path, SCHEMA_VERSION)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA foreign_keys=ON")
        # one transaction: a start that is killed leaves either no table or all of them
        self._db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version={SCHEMA_VERSION}; COMMIT;")

    def collections(self) -> list[Collection]:
        """All collections, oldest first."""
        rows = self._rows(
            "SELECT id, name, chunk_size, chunk_overlap, created_at FROM collections "
            "ORDER BY created_at, id"
        )
        return [
            Collection(id_, name, Chunking(size, overlap), datetime.fromisoformat(created))
            for id_, name, size, overlap, created in rows
        ]

    def collection(self, collection_id: str) -> Collection:
        """The collection of that id.

        Raises:
            NotFound: it was deleted.
        """
        for collection in self.collections():
            if collection.id == collection_id:
                return collection
        raise NotFound("This collection does not exist any more.", "Choose another one.")

    def create_collection(self, name: str, chunking: Chunking) -> Collection:
        """Make an empty collection.

        Raises:
            InputError: the name is empty, too long or taken.
        """
        made = Collection(uuid.uuid4().hex, _name(name), chunking, datetime.now(UTC))
        self.keep_collection(made)
        return made

    def keep_collection(self, known: Collection) -> None:
        """Put a collection in as it is, with its id.

        Raises:
            InputError: the name is taken.
        """
        cut, made = known.chunking, known.created_at.isoformat()
        with self._unique(known.name), self._transaction() as db:
            db.execute(
                "INSERT INTO collections VALUES (?, ?, ?, ?, ?)",
                (known.id, known.name, cut.size, cut.overlap, made),
            )

    def rename_collection(self, collection_id: str, name: str) -> None:
        """Give a collection another name.

        Raises:
            InputError: the name is empty, too long or taken.
        """
        name = _name(name)
        with self._unique(name), self._transaction() as db:
            db.execute("UPDATE collections SET name = ? WHERE id = ?", (name, collection_id))

    def delete_collection(self, collection_id: str) -> None:
        """Remove a collection and the records of its documents."""
        with self._transaction() as db:
            db.execute("DELETE FROM collections WHERE id = ?", (collection_id,))

    def documents(self, collection_id: str) -> list[Document]:
        """The committed documents of a collection, oldest first."""
        rows = self._rows(
            f"SELECT {_DOCUMENT} FROM documents WHERE collection = ? ORDER BY added_at, id",
            (collection_id,),
        )
        return [_document(row) for row in rows]

    def document_ids(self) -> set[str]:
        """Ids of the documents of all collections."""
        return {str(row[0]) for row in self._rows("SELECT DISTINCT id FROM documents")}

    def commit(self, collection_id: str, document: Document, replaces: str | None = None) -> None:
        """Acknowledge a document, and forget the one it replaces in the same step.

        Raises:
            NotFound: the collection was deleted meanwhile.
        """
        self.collection(collection_id)
        with self._transaction() as db:
            if replaces is not None:
                _forget(db, collection_id, replaces)
            _insert(db, collection_id, document)

    def recommit(self, collection_id: str, documents: list[Document], chunking: Chunking) -> None:
        """Switch all documents and the collection to another chunking, all or nothing.

        A document that was deleted meanwhile stays deleted.
        """
        with self._transaction() as db:
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
        with self._transaction() as db:
            known = db.execute(
                "SELECT 1 FROM documents WHERE collection = ? AND id = ?",
                (collection_id, document.id),
            ).fetchone()
            if known:
                _insert(db, collection_id, document)

    def forget(self, collection_id: str, document_id: str) -> None:
        """Remove a document's record: from now on it cannot be found."""
        with self._transaction() as db:
            _forget(db, collection_id, document_id)

    def corpus_version(self, collection_id: str) -> str:
        """Fingerprint of what can be found: sha256 over the sorted revisions, 16 hex digits."""
        revisions = sorted(document.revision for document in self.documents(collection_id))
        return hashlib.sha256("\n".join(revisions).encode()).hexdigest()[:16]

    def copy_to(self, path: Path) -> None:
        """Write a consistent copy of the whole file, while others may go on using it."""
        with self._lock, translated(), closing(sqlite3.connect(path)) as copy:
            self._db.backup(copy)

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._db.close()

    def _rows(self, sql: str, values: tuple[str, ...] = ()) -> list[tuple[Any, ...]]:
        with self._lock, translated():
            return self._db.execute(sql, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, translated(), self._db:
            yield self._db

    @contextmanager
    def _unique(self, name: str) -> Iterator[None]:
        with self._lock:
            if any(collection.name == name for collection in self.collections()):
                raise InputError(f"A collection named {name!r} exists.", "Choose another name.")
            yield


def _name(name: str) -> str:
    text = " ".join(name.split())
    if not text or len(text) > NAME_CHARACTERS:
        raise InputError(f"A collection's name has 1 to {NAME_CHARACTERS} characters.")
    return text


def _document(row: tuple[Any, ...]) -> Document:
    id_, name, title, pages, chunks, size, added_at, revision = row
    added = datetime.fromisoformat(added_at)
    return Document(id_, name, title, pages, chunks, size, added, revision)


def _insert(db: sqlite3.Connection, collection_id: str, document: Document) -> None:
    db.execute(
        f"INSERT OR REPLACE INTO documents (collection, {_DOCUMENT}) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            collection_id,
            document.id,
            document.name,
            document.title,
            document.pages,
            document.chunks,
            document.size,
            document.added_at.isoformat(),
            document.revision,
        ),
    )


def _forget(db: sqlite3.Connection, collection_id: str, document_id: str) -> None:
    db.execute(
        "DELETE FROM documents WHERE collection = ? AND id = ?", (collection_id, document_id)
    )
