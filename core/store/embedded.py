"""Chunks and their vectors in Qdrant's own engine inside this process: a folder, no server."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.errors import StoreError
from core.home.lock import HomeLock
from core.ports import StoredHit
from core.schema import Chunk, FloatMatrix, FloatVector
from core.search_settings import Filters
from core.store.embedded_errors import EdgeErrors
from core.store.embedded_folder import make_shard, open_shards, remove_shard
from core.store.lexical import query_weights
from core.store.points import (
    DENSE,
    FACET_LIMIT,
    KEYWORDS,
    SCROLL_BATCH,
    WORDS,
    all_pages,
    batches,
    best,
    chunks_of,
    matrix_of,
    require_dimension,
    revision_filter,
    scope_filter,
    sparse,
)


def _kit() -> Any:
    import qdrant_edge  # noqa: PLC0415 - a native library, not needed to import us

    return qdrant_edge


class EdgeStore:
    """Implements ``VectorStore`` in a folder, or in a temporary one that goes with ``close``.

    Each collection is one shard. Every write goes to the shard's log first, so a killed process
    loses nothing that was written; ``flush`` brings it to the disk. One lock is around every call:
    the engine does not say that it may be used by several threads, and holds Python's own lock
    while it works anyway.

    Raises:
        StoreLocked: another process uses the folder.
        StoreDamaged: a shard cannot be read.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._temporary = path is None
        self._path = path or Path(tempfile.mkdtemp(prefix="second-look-"))
        self._lock = threading.RLock()
        self._shards: dict[str, Any] = {}
        self._sizes: dict[str, int] = {}
        self._present: dict[str, set[str]] = {}
        self._held = HomeLock(self._path)
        try:
            for name, shard, size in open_shards(self._path):
                self._shards[name], self._sizes[name] = shard, size
                self._present[name] = set(self.counts(name))
        except BaseException:
            self.close()
            raise

    @property
    def shared(self) -> bool:
        """False: the folder is one home's own."""
        return False

    def create(self, collection: str, dimension: int) -> None:
        """Make an empty collection; an existing one of that dimension is left as it is."""
        with self._lock, EdgeErrors("create a collection"):
            if collection not in self._shards:
                self._shards[collection] = make_shard(self._path, collection, dimension)
                self._sizes[collection], self._present[collection] = dimension, set()
            found = self._sizes[collection]
        require_dimension(found, dimension)

    def drop(self, collection: str) -> None:
        """Remove a collection with all its chunks; a missing one is not an error."""
        with self._lock, EdgeErrors("delete a collection"):
            shard = self._shards.pop(collection, None)
            if shard is None:
                return
            shard.close()
            remove_shard(self._path, collection)

    def collections(self) -> set[str]:
        """Names of all collections in the store."""
        with self._lock:
            return set(self._shards)

    def publish(self, name: str, collection: str) -> None:
        """Nothing to do: nobody else looks into this process."""

    def upsert(
        self, collection: str, revision: str, chunks: Sequence[Chunk], vectors: FloatMatrix
    ) -> None:
        """Write chunks under a revision; the same chunk id again replaces it."""
        kit = _kit()
        for batch in batches(kit, kit.Point, revision, chunks, vectors):
            with self._lock, EdgeErrors("write chunks"):
                shard = self._shard(collection)
                self._present[collection].add(revision)
                shard.update(kit.UpdateOperation.upsert_points(batch))

    def search(
        self,
        collection: str,
        vector: FloatVector,
        limit: int,
        revisions: Sequence[str],
        where: Filters | None = None,
    ) -> list[StoredHit]:
        """The nearest chunks of these revisions, by falling cosine, then chunk id."""
        query = _kit().Query.Nearest(vector.tolist(), using=DENSE)
        return self._best(collection, query, limit, (revisions, where or Filters()))

    def search_words(
        self,
        collection: str,
        query: str,
        limit: int,
        revisions: Sequence[str],
        where: Filters | None = None,
    ) -> list[StoredHit]:
        """The chunks of these revisions with the highest BM25 score; none without a shared word."""
        words = query_weights(query)
        if not words.indices:
            return []
        kit = _kit()
        asked = kit.Query.Nearest(sparse(kit, words), using=WORDS)
        return self._best(collection, asked, limit, (revisions, where or Filters()), words=True)

    def delete(self, collection: str, revision: str) -> None:
        """Remove every chunk of a revision."""
        kit = _kit()
        gone = kit.UpdateOperation.delete_points_by_filter(revision_filter(kit, [revision]))
        with self._lock, EdgeErrors("delete chunks"):
            self._shard(collection).update(gone)
            self._present[collection].discard(revision)

    def scroll(self, collection: str, revision: str) -> list[Chunk]:
        """All chunks of a revision, by ordinal."""
        return chunks_of(self._points(collection, revision, vectors=False))

    def read(self, collection: str, revision: str) -> tuple[list[Chunk], FloatMatrix]:
        """All chunks of a revision, by ordinal, and their vectors, float32[n, dimension]."""
        return matrix_of(self._points(collection, revision, vectors=True))

    def counts(self, collection: str) -> dict[str, int]:
        """How many chunks each revision of the collection has; none with 0."""
        kit = _kit()
        whole = kit.Filter(must=[kit.HasVectorCondition(DENSE)])
        asked = kit.FacetRequest(key=KEYWORDS[0], limit=FACET_LIMIT, exact=True, filter=whole)
        with self._lock, EdgeErrors("count the chunks"):
            hits = self._shard(collection).facet(asked).hits
        return {str(hit.value): int(hit.count) for hit in hits}

    def revisions(self, collection: str) -> set[str]:
        """The revisions that have at least one chunk in the collection."""
        return set(self.counts(collection))

    def flush(self, collection: str) -> None:
        """Bring everything written so far to the disk, not only to the operating system."""
        with self._lock, EdgeErrors("write to the disk"):
            self._shard(collection).flush()

    def close(self) -> None:
        """Release the folder, so that another process may open it."""
        with self._lock, EdgeErrors("close the store"):
            while self._shards:
                self._shards.popitem()[1].close()
            self._held.release()
            if self._temporary:
                shutil.rmtree(self._path, ignore_errors=True)

    def _best(
        self,
        collection: str,
        query: Any,
        limit: int,
        scope: tuple[Sequence[str], Filters],
        *,
        words: bool = False,
    ) -> list[StoredHit]:
        if not scope[0]:
            return []
        kit = _kit()

        def fetch(count: int) -> list[Any]:
            with self._lock, EdgeErrors("search"):
                shard, revisions = self._shard(collection), scope[0]
                if self._present[collection] <= set(revisions):
                    revisions = ()  # all of it: to test every point for that takes twice as long
                rare = kit.IdfParams(corpus=revision_filter(kit, revisions)) if words else None
                asked = kit.QueryRequest(
                    limit=count,
                    query=query,
                    filter=scope_filter(kit, revisions, scope[1]),
                    with_payload=True,
                    params=kit.SearchParams(exact=True, idf=rare),
                )
                return list(shard.query(asked))

        return best(fetch, limit)

    def _points(self, collection: str, revision: str, *, vectors: bool) -> list[Any]:
        kit = _kit()

        def fetch(offset: Any) -> tuple[list[Any], Any]:
            asked = kit.ScrollRequest(
                offset=offset,
                limit=SCROLL_BATCH,
                filter=revision_filter(kit, [revision]),
                with_payload=True,
                with_vector=[DENSE] if vectors else False,
            )
            with self._lock, EdgeErrors("read chunks"):
                return self._shard(collection).scroll(asked)  # type: ignore[no-any-return]

        return all_pages(fetch)

    def _shard(self, collection: str) -> Any:
        if collection not in self._shards:
            raise StoreError(f"The store has no collection {collection}.", "Reload the page.")
        return self._shards[collection]
