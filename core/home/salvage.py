"""What a library file still says about collections and documents, sound or not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.home.library import SCHEMA_VERSION
from core.home.library_errors import newer_version
from core.schema import Chunking, Collection, Document

UNKNOWN_CHUNKS = -1
_BAD_ROW = (InputError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Records:
    """Collections with their documents; ``sound`` says that the file is whole and current."""

    sound: bool
    collections: tuple[tuple[Collection, tuple[Document, ...]], ...]


def read_records(path: Path) -> Records:
    """Whatever can be read of a library file; a missing or unreadable one gives nothing.

    Raises:
        StoreDamaged: it was written by a newer version, which may know more than this one.
    """
    if not path.is_file():
        return Records(False, ())
    try:
        with closing(sqlite3.connect(path)) as db:
            sound = _sound(db, path)
            documents = _documents(db)
            return Records(sound, tuple((c, documents.get(c.id, ())) for c in _collections(db)))
    except sqlite3.Error:  # the reason was shown when the library was opened
        return Records(False, ())


def unknown_document(document_id: str, size: int) -> Document:
    """The record of an original of which only the file is left; its chunks are to be made."""
    name = f"{document_id[:12]}.pdf"
    return Document(document_id, name, "", 0, UNKNOWN_CHUNKS, size, datetime.now(UTC), document_id)


def _sound(db: sqlite3.Connection, path: Path) -> bool:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise newer_version(path)
    return bool(
        version == SCHEMA_VERSION and db.execute("PRAGMA quick_check").fetchone()[0] == "ok"
    )


def _collections(db: sqlite3.Connection) -> list[Collection]:
    found = []
    for id_, name, size, overlap, made in db.execute(
        "SELECT id, name, chunk_size, chunk_overlap, created_at FROM collections "
        "ORDER BY created_at"
    ):
        try:
            found.append(
                Collection(id_, str(name), Chunking(size, overlap), datetime.fromisoformat(made))
            )
        except _BAD_ROW:
            continue  # its documents are found by their files
    return found


def _documents(db: sqlite3.Connection) -> dict[str, tuple[Document, ...]]:
    found: dict[str, tuple[Document, ...]] = {}
    for collection, *row in db.execute(
        "SELECT collection, id, name, title, pages, chunks, size, added_at, revision "
        "FROM documents ORDER BY added_at, id"
    ):
        try:
            found[collection] = (*found.get(collection, ()), _document(row))
        except _BAD_ROW:
            continue  # it is found by its file
    return found


def _document(row: list[Any]) -> Document:
    id_, name, title, pages, chunks, size, added, revision = row
    made = datetime.fromisoformat(added)
    return Document(
        str(id_), str(name), str(title), int(pages), int(chunks), int(size), made, str(revision)
    )
