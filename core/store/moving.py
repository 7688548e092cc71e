"""Chunks and vectors that a home folder already has, moved to where they are kept now.

From the embedded store of earlier versions into today's, and from the folder to a server when
QDRANT_URL is set. Nothing is embedded again; what is there already is not copied, so a move that
was killed goes on at the next start.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from core.home.library import Library
from core.home.storage import base_name, store_name
from core.ports import VectorStore
from core.schema import Chunk, FloatMatrix
from core.store.embedded import EdgeStore
from core.store.errors import loading, translated
from core.store.points import (
    FACET_LIMIT,
    KEYWORDS,
    SCROLL_BATCH,
    all_pages,
    chunk_of,
    revision_filter,
)

OLD_LIST, OLD_COLLECTIONS, OLD_LOCK = "meta.json", "collection", ".lock"


class Source(Protocol):
    """What chunks are read from."""

    def counts(self, collection: str) -> dict[str, int]:
        """How many chunks each revision has."""
        ...

    def read(self, collection: str, revision: str) -> tuple[list[Chunk], FloatMatrix]:
        """All chunks of a revision and their vectors."""
        ...

    def collections(self) -> set[str]:
        """Names of all collections."""
        ...


def move_in(folder: Path, library: Library, store: VectorStore) -> int:
    """Bring into ``store`` what lies in a home's own folder; returns the documents copied.

    Raises:
        StoreDamaged: the folder cannot be read.
        StoreError: the store cannot be written.
    """
    moved = 0
    if (folder / OLD_LIST).exists():
        old = OldStore(folder)
        try:
            moved += copy_missing(library, old, store, lambda id_, _: base_name(id_))
        finally:
            old.close()
    _remove_old(folder)
    if store.shared and (folder / "shards").is_dir():
        embedded = EdgeStore(folder)
        try:
            moved += copy_missing(library, embedded, store)
        finally:
            embedded.close()
    return moved


def copy_missing(
    library: Library,
    source: Source,
    target: VectorStore,
    name_there: Callable[[str, str], str] = store_name,
) -> int:
    """Copy every committed document that only the source has whole; returns how many.

    Args:
        name_there: from a collection's id and a revision to the source's name for the place.
    """
    copied = 0
    for collection in library.collections():
        for document in library.documents(collection.id):
            old = name_there(collection.id, document.revision)
            place = store_name(collection.id, document.revision)
            there = _count(source, old, document.revision)
            if there != document.chunks or there == _count(target, place, document.revision):
                continue
            chunks, vectors = source.read(old, document.revision)
            target.create(place, vectors.shape[1])
            target.upsert(place, document.revision, chunks, vectors)
            target.flush(place)
            copied += 1
    return copied


def _count(store: Source, place: str, revision: str) -> int:
    return store.counts(place).get(revision, 0) if place in store.collections() else 0


def _remove_old(folder: Path) -> None:
    """The list goes first: without it the rest is not taken for a store any more."""
    (folder / OLD_LIST).unlink(missing_ok=True)
    shutil.rmtree(folder / OLD_COLLECTIONS, ignore_errors=True)
    (folder / OLD_LOCK).unlink(missing_ok=True)


class OldStore:
    """The embedded store of version 0.1: one vector without a name, one collection a workspace."""

    def __init__(self, folder: Path) -> None:
        from qdrant_client import QdrantClient  # noqa: PLC0415 - only for an old folder

        with translated("open the old store"), loading():
            self._client: Any = QdrantClient(path=str(folder), force_disable_check_same_thread=True)

    def collections(self) -> set[str]:
        """Names of all collections."""
        with translated("list the collections"):
            return {found.name for found in self._client.get_collections().collections}

    def counts(self, collection: str) -> dict[str, int]:
        """How many chunks each revision has."""
        with translated("count the chunks"):
            facet = self._client.facet(collection, key=KEYWORDS[0], limit=FACET_LIMIT, exact=True)
        return {str(hit.value): int(hit.count) for hit in facet.hits}

    def read(self, collection: str, revision: str) -> tuple[list[Chunk], FloatMatrix]:
        """All chunks of a revision, by ordinal, and their vectors."""
        from qdrant_client import models  # noqa: PLC0415 - loaded with the client already

        def fetch(offset: Any) -> tuple[list[Any], Any]:
            with translated("read chunks"):
                return self._client.scroll(  # type: ignore[no-any-return]
                    collection,
                    scroll_filter=revision_filter(models, [revision]),
                    limit=SCROLL_BATCH,
                    offset=offset,
                    with_vectors=True,
                )

        points = all_pages(fetch)
        pairs = sorted(((chunk_of(p), p.vector) for p in points), key=lambda x: x[0].ordinal)
        return [chunk for chunk, _ in pairs], np.array([v for _, v in pairs], dtype=np.float32)

    def close(self) -> None:
        """Release the folder."""
        self._client.close()
