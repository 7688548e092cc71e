"""Chunks and their vectors in Qdrant's own engine inside this process: a folder, no server.

``shards/<collection>/`` are in use: each is there whole or not at all. ``new/`` and ``gone/`` hold
what a killed process was making or removing; the next start removes it.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from core.errors import StoreDamaged, StoreError
from core.home.library import REBUILD
from core.home.lock import HomeLock
from core.home.room import LEAST_FREE, PLENTY, free_room, require_room, room_to_delete
from core.store.errors import engine_errors
from core.store.points import (
    DENSE,
    FACET_LIMIT,
    KEYWORDS,
    NUMBERS,
    SCROLL_BATCH,
    WORDS,
    PointQuery,
    PointStore,
    require_dimension,
    scope_filter,
)

SHARDS, NEW, GONE = "shards", "new", "gone"


class EdgeStore(PointStore):
    """Implements ``VectorStore`` in a folder, or in a temporary one that goes with ``close``.

    Each collection is one shard. Every write goes to the shard's log first, so a killed process
    loses nothing that was written; ``flush`` brings it to the disk. One lock is around every call:
    the engine does not say that it may be used by several threads, and holds Python's own lock
    while it works anyway.

    Raises:
        StoreLocked: another process uses the folder.
        StoreDamaged: a shard cannot be read.
    """

    shared = False  # the folder is one home's own

    def __init__(self, path: Path | None = None) -> None:
        import qdrant_edge  # noqa: PLC0415 - a native library, not needed to import us

        super().__init__(qdrant_edge)
        self._temporary = path is None
        self._path = path or Path(tempfile.mkdtemp(prefix="second-look-"))
        self._lock = threading.RLock()
        self._shards: dict[str, Any] = {}
        self._sizes: dict[str, int] = {}
        self._present: dict[str, set[str]] = {}
        self._held = HomeLock(self._path)
        try:
            for name, shard, size in _open_shards(qdrant_edge, self._path):
                self._shards[name], self._sizes[name] = shard, size
                self._present[name] = set(self.counts(name))
        except BaseException:
            self.close()
            raise

    def create(self, collection: str, dimension: int) -> None:
        """Make an empty collection; an existing one of that dimension is left as it is."""
        with self._lock, engine_errors("create a collection"):
            if collection not in self._shards:
                require_room(self._path)
                self._shards[collection] = _make_shard(self._kit, self._path, collection, dimension)
                self._sizes[collection], self._present[collection] = dimension, set()
            size = self._sizes[collection]
        require_dimension(size, dimension)

    def drop(self, collection: str) -> None:
        """Remove a collection with all its chunks; a missing one is not an error."""
        with self._lock, engine_errors("delete a collection"), room_to_delete(self._path):
            shard = self._shards.pop(collection, None)
            if shard is None:
                return
            shard.close()
            gone = self._path / GONE / collection  # out of sight first, then from the disk
            shutil.rmtree(gone, ignore_errors=True)
            gone.parent.mkdir(exist_ok=True)
            (self._path / SHARDS / collection).rename(gone)
            shutil.rmtree(gone)

    def collections(self) -> set[str]:
        """Names of all collections in the store."""
        with self._lock:
            return set(self._shards)

    def publish(self, name: str, collection: str) -> None:
        """Nothing to do: nobody else looks into this process."""

    def delete(self, collection: str, revision: str) -> None:
        """Remove every chunk of a revision."""
        scope = scope_filter(self._kit, [revision])
        with self._lock, engine_errors("delete chunks"), room_to_delete(self._path):
            shard = self._shard(collection)
            shard.update(self._kit.UpdateOperation.delete_points_by_filter(scope))
            self._present[collection].discard(revision)
            if free_room(self._path) < PLENTY:  # else at the next start
                self._give_back(collection, shard)

    def flush(self, collection: str) -> None:
        """Bring everything written so far to the disk, not only to the operating system."""
        with self._lock, engine_errors("write to the disk"):
            self._shard(collection).flush()

    def close(self) -> None:
        """Release the folder, so that another process may open it."""
        with self._lock, engine_errors("close the store"):
            while self._shards:
                self._shards.popitem()[1].close()
            self._held.close()
            if self._temporary:
                shutil.rmtree(self._path, ignore_errors=True)

    def _give_back(self, collection: str, shard: Any) -> None:
        """Free the space of deleted chunks: all when none is left, else where a copy has room."""
        shard.flush()
        if not self._present[collection]:
            size = self._sizes[collection]
            self.drop(collection)
            self._shards[collection] = _make_shard(self._kit, self._path, collection, size)
        elif _fits_twice(self._path / SHARDS / collection):
            shard.optimize()

    def _write(self, collection: str, revision: str, points: list[Any]) -> None:
        with self._lock, engine_errors("write chunks"):
            require_room(self._path)
            shard = self._shard(collection)
            self._present[collection].add(revision)
            shard.update(self._kit.UpdateOperation.upsert_points(points))

    def _nearest(self, collection: str, query: PointQuery, count: int) -> list[Any]:
        kit = self._kit
        with self._lock, engine_errors("search"):
            shard, revisions = self._shard(collection), query.revisions
            if self._present[collection] <= set(revisions):
                revisions = ()  # all of it: to test every point for that takes twice as long
            words = query.using == WORDS
            idf = kit.IdfParams(corpus=scope_filter(kit, revisions)) if words else None
            request = kit.QueryRequest(
                limit=count,
                query=kit.Query.Nearest(query.vector, using=query.using),
                filter=scope_filter(kit, revisions, query.where, query.among),
                with_payload=True,
                params=kit.SearchParams(exact=True, idf=idf),
            )
            return list(shard.query(request))

    def _page(
        self, collection: str, scope: Any, offset: Any, with_vector: list[str] | bool
    ) -> tuple[Sequence[Any], Any]:
        request = self._kit.ScrollRequest(
            offset=offset,
            limit=SCROLL_BATCH,
            filter=scope,
            with_payload=True,
            with_vector=with_vector,
        )
        with self._lock, engine_errors("read chunks"):
            return self._shard(collection).scroll(request)  # type: ignore[no-any-return]

    def _facet(self, collection: str) -> Sequence[Any]:
        kit = self._kit
        whole = kit.Filter(must=[kit.HasVectorCondition(DENSE)])
        request = kit.FacetRequest(key=KEYWORDS[0], limit=FACET_LIMIT, exact=True, filter=whole)
        with self._lock, engine_errors("count the chunks"):
            return list(self._shard(collection).facet(request).hits)

    def _shard(self, collection: str) -> Any:
        if collection not in self._shards:
            raise StoreError(f"The store has no collection {collection}.", "Reload the page.")
        return self._shards[collection]


def _make_shard(kit: Any, path: Path, name: str, dimension: int) -> Any:
    """An empty shard; made beside the others and moved there when it is whole."""
    new, final = path / NEW / name, path / SHARDS / name
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    final.parent.mkdir(exist_ok=True)
    shard = kit.EdgeShard.create(str(new), _config(kit, dimension))
    kinds = dict.fromkeys(KEYWORDS, kit.PayloadSchemaType.Keyword)
    kinds |= dict.fromkeys(NUMBERS, kit.PayloadSchemaType.Integer)
    for field, kind in kinds.items():
        shard.update(kit.UpdateOperation.create_field_index(field, kind))
    shard.flush()
    shard.close()
    new.rename(final)
    return kit.EdgeShard.load(str(final))


def _open_shards(kit: Any, path: Path) -> Iterator[tuple[str, Any, int]]:
    """Name, shard and length of the vectors of every collection.

    Space of deleted chunks is given back here, where nobody waits for a search.
    """
    for leftover in (NEW, GONE):
        shutil.rmtree(path / leftover, ignore_errors=True)
    folders = sorted((path / SHARDS).iterdir()) if (path / SHARDS).is_dir() else []
    for folder in folders:
        size = _size(folder)
        with engine_errors("open the store", loading=True):
            shard = kit.EdgeShard.load(str(folder))
            shard.facet(kit.FacetRequest(key=KEYWORDS[0], limit=1, exact=True))
            if _fits_twice(folder):
                shard.optimize()
        yield folder.name, shard, size


def _fits_twice(folder: Path) -> bool:
    """Whether the disk has room for a shard once more, whose files have holes that a copy fills."""
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return free_room(folder) > size + LEAST_FREE


def _config(kit: Any, dimension: int) -> Any:
    return kit.EdgeConfig(
        # of unit vectors the dot product is the cosine
        vectors={DENSE: kit.EdgeVectorParams(size=dimension, distance=kit.Distance.Dot)},
        sparse_vectors={WORDS: kit.EdgeSparseVectorParams(modifier=kit.Modifier.Idf)},
        # no graph index: exact search of 100,000 chunks is fast enough, and gives the same order
        # always; what is left of ``optimize`` is giving space back
        optimizers=kit.EdgeOptimizersConfig(indexing_threshold=0),
    )


def _size(folder: Path) -> int:
    try:
        config = json.loads((folder / "edge_config.json").read_text(encoding="utf-8"))
        return int(config["vectors"][DENSE]["size"])
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise StoreDamaged(
            f"The settings of collection {folder.name} in the embedded store cannot be read.",
            REBUILD,
        ) from exc
