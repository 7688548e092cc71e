"""Make a damaged home folder usable again: its originals are all that is needed.

The damaged parts are moved aside, never deleted. What is left is a library that names every
document and a store without vectors: the next start sees that they are missing and indexes
the originals again.
"""

from __future__ import annotations

import itertools
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from core.errors import InputError
from core.home.database import other_version
from core.home.files import ORIGINAL, PDF_SUFFIX, writable
from core.home.library import (
    COLLECTIONS,
    DOCUMENTS,
    FIRST_COLLECTION,
    SCHEMA_VERSION,
    Library,
    collection_of,
    document_of,
)
from core.home.lock import HomeLock
from core.home.storage import names_in_store
from core.ports import VectorStore
from core.schema import Chunking, Collection, Document

_LIBRARY = ("library.sqlite", "library.sqlite-wal", "library.sqlite-shm")
_PARTS = ("qdrant", "texts")
UNKNOWN_CHUNKS = -1
T = TypeVar("T")


def prepare_rebuild(home: Path, server: VectorStore | None = None) -> Path:
    """Move the vectors, the texts and a damaged library aside; returns the folder they are in.

    A sound library stays. Of a damaged one every readable record is kept; an original without a
    record goes to the first collection, under its title or its id. On a ``server`` the
    collections that the records name are removed, and no others: they may be somebody else's.

    Raises:
        StoreLocked: another process uses the folder.
        StoreDamaged: another version wrote the library.
        StoreError: files could not be moved, or the server failed.
    """
    with writable("A copy of the damaged files"), closing(HomeLock(home)):
        records = read_records(home / "library.sqlite")
        if server is not None:
            for collection, _ in records.collections:
                for name in names_in_store(server, collection.id):
                    server.drop(name)
        aside = _aside(home)
        fresh = None if records.sound else _new_library(aside / "new.sqlite", home, records)
        for name in _PARTS if records.sound else (*_PARTS, *_LIBRARY):
            if (home / name).exists():
                (home / name).rename(aside / name)
        if fresh is not None:
            fresh.rename(home / "library.sqlite")
    return aside


def _new_library(path: Path, home: Path, records: Records) -> Path:
    """A library with all readable records and one for every other original."""
    with closing(Library(path)) as library:
        for collection, documents in records.collections:
            library.keep_collection(collection)
            for document in documents:
                library.commit(collection.id, document)
        recorded = library.document_ids()
        for original in sorted((home / "files").glob("*.*")):
            if re.fullmatch(ORIGINAL, original.name) and original.stem not in recorded:
                size = original.stat().st_size
                document = unknown_document(original.stem, size, original.suffix)
                library.commit(_first(library).id, document)
    return path


def _first(library: Library) -> Collection:
    first = next(iter(library.collections()), None)
    return first or library.create_collection(FIRST_COLLECTION, Chunking())


def _aside(home: Path) -> Path:
    stamp = f"damaged-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    names = itertools.chain([stamp], (f"{stamp}-{number}" for number in itertools.count(2)))
    folder = next(home / name for name in names if not (home / name).exists())
    folder.mkdir(parents=True)
    return folder


@dataclass(frozen=True, slots=True)
class Records:
    """Collections with their documents; ``sound`` says that the file is whole and current."""

    sound: bool
    collections: tuple[tuple[Collection, tuple[Document, ...]], ...]


def read_records(path: Path) -> Records:
    """Whatever can be read of a library file; a missing or unreadable one gives nothing.

    Raises:
        StoreDamaged: another version wrote it, which may know more than this one.
    """
    if not path.is_file():
        return Records(False, ())
    try:
        with closing(sqlite3.connect(path)) as db:
            sound = _sound(db, path)
            collections = list(_readable(collection_of, db.execute(COLLECTIONS)))
            rows = [db.execute(DOCUMENTS, (collection.id,)) for collection in collections]
            documents = [tuple(_readable(document_of, of_collection)) for of_collection in rows]
            return Records(sound, tuple(zip(collections, documents, strict=True)))
    except sqlite3.Error:  # the reason was shown when the library was opened
        return Records(False, ())


def unknown_document(document_id: str, size: int, suffix: str = PDF_SUFFIX) -> Document:
    """The record of an original of which only the file is left; its chunks are to be made."""
    name = f"{document_id[:12]}{suffix}"
    return Document(document_id, name, "", 0, UNKNOWN_CHUNKS, size, datetime.now(UTC), document_id)


def _sound(db: sqlite3.Connection, path: Path) -> bool:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version not in {0, SCHEMA_VERSION}:
        raise other_version(path.name)
    check = db.execute("PRAGMA quick_check").fetchone()[0]
    return bool(version == SCHEMA_VERSION and check == "ok")


def _readable(make: Callable[[Sequence[Any]], T], rows: Iterable[Sequence[Any]]) -> Iterator[T]:
    """The records of all rows but the damaged ones, whose documents are found by their files."""
    for row in rows:
        with suppress(InputError, TypeError, ValueError):
            yield make(row)
