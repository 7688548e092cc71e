"""Make a damaged home folder usable again: its originals are all that is needed.

The damaged parts are moved aside, never deleted. What is left is a library that names every
document and a store without vectors: the next start sees that they are missing and indexes
the originals again.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from core.errors import StoreError
from core.home.library import FIRST_COLLECTION, Library
from core.home.lock import HomeLock
from core.home.salvage import Records, read_records, unknown_document
from core.home.storage import store_name
from core.ports import VectorStore
from core.schema import Chunking, Collection

_ORIGINAL = re.compile(r"[0-9a-f]{64}\.pdf")
_LIBRARY = ("library.sqlite", "library.sqlite-wal", "library.sqlite-shm")
_PARTS = ("qdrant", "texts")


def prepare_rebuild(home: Path, server: VectorStore | None = None) -> Path:
    """Move the vectors, the texts and a damaged library aside; returns the folder they are in.

    A sound library stays. Of a damaged one every readable record is kept; an original without a
    record goes to the first collection, under its title or its id. On a ``server`` the
    collections that the records name are removed, and no others: they may be somebody else's.

    Raises:
        StoreLocked: another process uses the folder.
        StoreDamaged: the library was written by a newer version.
        StoreError: files could not be moved, or the server failed.
    """
    with _movable(), _held(home):
        records = read_records(home / "library.sqlite")
        if server is not None:
            _drop_own(server, records)
        aside = _aside(home)
        fresh = None if records.sound else _new_library(aside / "new.sqlite", home, records)
        for name in _PARTS if records.sound else (*_PARTS, *_LIBRARY):
            if (home / name).exists():
                (home / name).rename(aside / name)
        if fresh is not None:
            fresh.rename(home / "library.sqlite")
    return aside


def _drop_own(server: VectorStore, records: Records) -> None:
    """Remove every place of the recorded collections, whichever encoder filled it."""
    own = [store_name(collection.id) for collection, _ in records.collections]
    for place in server.collections():
        if any(place == name or place.startswith(f"{name}-") for name in own):
            server.drop(place)


def _new_library(path: Path, home: Path, records: Records) -> Path:
    """A library with all readable records and one for every other original."""
    library = Library(path)
    try:
        for collection, documents in records.collections:
            library.keep_collection(collection)
            for document in documents:
                library.commit(collection.id, document)
        known = library.document_ids()
        for original in sorted((home / "files").glob("*.pdf")):
            if _ORIGINAL.fullmatch(original.name) and original.stem not in known:
                record = unknown_document(original.stem, original.stat().st_size)
                library.commit(_first(library).id, record)
    finally:
        library.close()
    return path


def _first(library: Library) -> Collection:
    found = library.collections()
    return found[0] if found else library.create_collection(FIRST_COLLECTION, Chunking())


def _aside(home: Path) -> Path:
    stamp = f"damaged-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    folder = next(
        found
        for number in itertools.count(1)
        if not (found := home / (stamp if number == 1 else f"{stamp}-{number}")).exists()
    )
    folder.mkdir(parents=True)
    return folder


@contextmanager
def _held(home: Path) -> Iterator[None]:
    lock = HomeLock(home)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _movable() -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise StoreError(
            f"The damaged files could not be moved aside: {exc.strerror or exc}.",
            "Check the permissions of the home folder and the space on the disk.",
        ) from exc
