"""Chunks and their vectors in Qdrant: embedded in a folder, in memory, or a server by URL."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import StoreDamaged
from core.index.points import chunk_of, revision_filter
from core.index.store_errors import loading, translated
from core.index.store_folder import prepare_folder, remove_strays
from core.ports import StoredHit
from core.schema import Chunk, FloatMatrix, FloatVector

SERVER_TIMEOUT_SECONDS = 8
UPSERT_BATCH = 256
SCROLL_BATCH = 1000


class QdrantStore:
    """Implements ``VectorStore`` with one lock around every call to an embedded store.

    A server needs none, and behind a lock everybody would wait for the one whom it keeps waiting.
    Embedded Qdrant has no lock of its own: a reader beside a writer was seen to get other
    chunks' payloads (qdrant-client 1.20.0).
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock: AbstractContextManager[Any] = (
            nullcontext() if self._remote else threading.RLock()
        )
        for name in self.collections():
            self._database(name)

    @property
    def shared(self) -> bool:
        """Whether it is a server, where other home folders may have their collections too."""
        return self._remote

    def create(self, collection: str, dimension: int) -> None:
        """Make an empty collection; an existing one of that dimension is left as it is."""
        from qdrant_client import models  # noqa: PLC0415 - loaded with the client already

        with self._lock, translated("create a collection"):
            if self._client.collection_exists(collection):
                self._check_dimension(collection, dimension)
                return
            self._client.create_collection(
                collection,
                # of unit vectors the dot product is the cosine; COSINE would normalise them again
                # at every start, and the last bits of the scores would change
                vectors_config=models.VectorParams(size=dimension, distance=models.Distance.DOT),
            )
            self._database(collection)
            if self._remote:
                self._client.create_payload_index(
                    collection, "revision", models.PayloadSchemaType.KEYWORD
                )

    def drop(self, collection: str) -> None:
        """Remove a collection with all its chunks; a missing one is not an error."""
        with self._lock, translated("delete a collection"):
            if self._client.collection_exists(collection):
                self._client.delete_collection(collection)

    def collections(self) -> set[str]:
        """Names of all collections in the store."""
        with self._lock, translated("list the collections"):
            return {found.name for found in self._client.get_collections().collections}

    def upsert(
        self, collection: str, revision: str, chunks: Sequence[Chunk], vectors: FloatMatrix
    ) -> None:
        """Write chunks under a revision; the same chunk id again replaces it."""
        from qdrant_client import models  # noqa: PLC0415 - loaded with the client already

        points = [
            models.PointStruct(
                id=chunk.id,
                vector=vector.tolist(),
                payload={"revision": revision, "chunk": asdict(chunk)},
            )
            for chunk, vector in zip(chunks, vectors, strict=True)
        ]
        for start in range(0, len(points), UPSERT_BATCH):
            with self._lock, translated("write chunks"):
                self._client.upsert(collection, points[start : start + UPSERT_BATCH], wait=True)

    def search(
        self, collection: str, vector: FloatVector, limit: int, revisions: Sequence[str]
    ) -> list[StoredHit]:
        """The nearest chunks of these revisions, by falling cosine, then chunk id.

        Raises:
            StoreDamaged: a point carries another chunk than its own.
        """
        if not revisions:
            return []
        with self._lock, translated("search"):
            points = self._client.query_points(
                collection,
                query=vector.tolist(),
                limit=limit,
                query_filter=revision_filter(revisions),
                with_payload=True,
            ).points
        hits = [StoredHit(chunk=chunk_of(point), score=float(point.score)) for point in points]
        return sorted(hits, key=lambda hit: (-hit["score"], hit["chunk"].id))

    def delete(self, collection: str, revision: str) -> None:
        """Remove every chunk of a revision."""
        from qdrant_client import models  # noqa: PLC0415 - loaded with the client already

        with self._lock, translated("delete chunks"):
            selector = models.FilterSelector(filter=revision_filter([revision]))
            self._client.delete(collection, points_selector=selector, wait=True)

    def scroll(self, collection: str, revision: str) -> list[Chunk]:
        """All chunks of a revision, by ordinal."""
        return sorted(map(chunk_of, self._points(collection, revision)), key=lambda c: c.ordinal)

    def read(self, collection: str, revision: str) -> tuple[list[Chunk], FloatMatrix]:
        """All chunks of a revision, by ordinal, and their vectors, float32[n, dimension]."""
        points = self._points(collection, revision, vectors=True)
        pairs = sorted(((chunk_of(p), p.vector) for p in points), key=lambda pair: pair[0].ordinal)
        return [chunk for chunk, _ in pairs], np.array([v for _, v in pairs], dtype=np.float32)

    def counts(self, collection: str) -> dict[str, int]:
        """How many chunks each revision of the collection has; none with 0."""
        with self._lock, translated("count the chunks"):
            facet = self._client.facet(collection, key="revision", limit=1_000_000, exact=True)
        return {str(hit.value): int(hit.count) for hit in facet.hits}

    def revisions(self, collection: str) -> set[str]:
        """The revisions that have at least one chunk in the collection."""
        return set(self.counts(collection))

    def flush(self, collection: str) -> None:
        """Bring everything written so far to the disk, not only to the operating system."""
        with self._lock, translated("write to the disk"):
            database = self._database(collection)
            if database is not None:
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Release the folder, so that another process may open it."""
        with self._lock:
            self._client.close()

    def _points(self, collection: str, revision: str, *, vectors: bool = False) -> list[Any]:
        points: list[Any] = []
        offset = None
        while True:
            with self._lock, translated("read chunks"):
                page, offset = self._client.scroll(
                    collection,
                    scroll_filter=revision_filter([revision]),
                    limit=SCROLL_BATCH,
                    offset=offset,
                    with_vectors=vectors,
                )
            points += page
            if offset is None:
                return points

    @property
    def _remote(self) -> bool:
        from qdrant_client.qdrant_remote import QdrantRemote  # noqa: PLC0415 - loaded already

        return isinstance(self._client._client, QdrantRemote)

    def _database(self, collection: str) -> sqlite3.Connection | None:
        """The embedded collection's SQLite file, with one fsync per ``flush``, not per point.

        The client commits every point on its own: 110 points a second. In WAL mode with
        synchronous=NORMAL it is 4,000, and a killed process still loses nothing; only a power
        cut could, which is why ``flush`` comes before a document is committed.
        """
        embedded = getattr(self._client._client, "collections", {}).get(collection)
        database = getattr(getattr(embedded, "storage", None), "storage", None)
        if not isinstance(database, sqlite3.Connection):
            return None
        if database.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        return database

    def _check_dimension(self, collection: str, dimension: int) -> None:
        found = self._client.get_collection(collection).config.params.vectors.size
        if found != dimension:
            raise StoreDamaged(
                f"The collection holds vectors of length {found}, the encoder gives {dimension}.",
                "It was made with another encoder: choose that one, or index again.",
            )


def open_store(path: Path | None = None, url: str = "", api_key: str = "") -> QdrantStore:
    """A store in a folder, on a server (``url``), or in memory when neither is given.

    Raises:
        StoreLocked: another process uses the folder.
        StoreDamaged: the folder cannot be read.
        StoreUnavailable: the server does not answer or refuses the key.
    """
    from qdrant_client import QdrantClient  # noqa: PLC0415 - about a second of import

    with translated("open the store"):
        if url:
            client = QdrantClient(
                url=url,
                api_key=api_key or None,
                timeout=SERVER_TIMEOUT_SECONDS,
                check_compatibility=False,  # it warns from a thread of its own
            )
            client.get_collections()
        elif path is not None:
            client = _open_folder(path)
        else:
            client = QdrantClient(location=":memory:")
    return QdrantStore(client)


def _open_folder(path: Path) -> Any:
    from qdrant_client import QdrantClient  # noqa: PLC0415 - loaded by the caller already

    prepare_folder(path)
    with loading():
        client = QdrantClient(path=str(path), force_disable_check_same_thread=True)
    remove_strays(path, {found.name for found in client.get_collections().collections})
    return client
