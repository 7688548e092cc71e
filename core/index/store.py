"""Chunks and their vectors in Qdrant: embedded in a folder, in memory, or a server by URL."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.errors import StoreDamaged
from core.index.store_errors import translated
from core.ports import StoredHit
from core.schema import Chunk, FloatMatrix, FloatVector

SERVER_TIMEOUT_SECONDS = 10
UPSERT_BATCH = 256
SCROLL_BATCH = 1000


class QdrantStore:
    """Implements ``VectorStore`` with one lock around every call.

    Embedded Qdrant has no lock of its own: a reader beside a writer was seen to get other
    chunks' payloads (qdrant-client 1.20.0).
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = threading.RLock()
        for name in self.collections():
            self._database(name)

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
                query_filter=_revision_filter(revisions),
                with_payload=True,
            ).points
        hits = [StoredHit(chunk=_chunk(point), score=float(point.score)) for point in points]
        return sorted(hits, key=lambda hit: (-hit["score"], hit["chunk"].id))

    def delete(self, collection: str, revision: str) -> None:
        """Remove every chunk of a revision."""
        from qdrant_client import models  # noqa: PLC0415 - loaded with the client already

        with self._lock, translated("delete chunks"):
            selector = models.FilterSelector(filter=_revision_filter([revision]))
            self._client.delete(collection, points_selector=selector, wait=True)

    def scroll(self, collection: str, revision: str) -> list[Chunk]:
        """All chunks of a revision, by ordinal."""
        chunks: list[Chunk] = []
        offset = None
        while True:
            with self._lock, translated("read chunks"):
                points, offset = self._client.scroll(
                    collection,
                    scroll_filter=_revision_filter([revision]),
                    limit=SCROLL_BATCH,
                    offset=offset,
                )
            chunks += [_chunk(point) for point in points]
            if offset is None:
                return sorted(chunks, key=lambda chunk: chunk.ordinal)

    def revisions(self, collection: str) -> set[str]:
        """The revisions that have at least one chunk in the collection."""
        with self._lock, translated("list the revisions"):
            facet = self._client.facet(collection, key="revision", limit=1_000_000, exact=True)
        return {str(hit.value) for hit in facet.hits}

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
            client = QdrantClient(path=str(path), force_disable_check_same_thread=True)
        else:
            client = QdrantClient(location=":memory:")
    return QdrantStore(client)


def _revision_filter(revisions: Sequence[str]) -> Any:
    from qdrant_client import models  # noqa: PLC0415 - loaded with the client already

    match = models.MatchAny(any=list(revisions))
    return models.Filter(must=[models.FieldCondition(key="revision", match=match)])


def _chunk(point: Any) -> Chunk:
    try:
        chunk = Chunk(**point.payload["chunk"])
    except (KeyError, TypeError) as exc:
        raise StoreDamaged(
            "A point of the store carries no readable chunk.",
            "It was written by another version: delete the document and add it again.",
        ) from exc
    if chunk.id != str(point.id):
        raise StoreDamaged(
            f"Point {point.id} of the store carries chunk {chunk.id}.",
            "The store is inconsistent: delete the collection and add its documents again.",
        )
    return chunk
