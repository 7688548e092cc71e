"""Where the chunks and vectors are: in a folder of this machine, or on a server by URL."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from core.home.library import Library
from core.home.storage import store_name
from core.ports import VectorStore
from core.store.embedded import SHARDS, EdgeStore
from core.store.server import QdrantStore
from core.text.counting import counted

RECOMMEND_SERVER_FROM = 200_000
"""Chunks in one collection. The embedded engine compares the question with every vector, so its
time grows with their number: at 100,000 a hybrid search takes at most 28 to 39 ms of a processor
(the 95th percentile, docs/decisions/0043), at twice as many it comes near 100. A server has an
index."""


def open_store(path: Path | None = None, url: str = "", api_key: str = "") -> VectorStore:
    """A store in a folder, on a server (``url``), or in a temporary folder without either.

    Raises:
        StoreLocked: another process uses the folder.
        StoreDamaged: the folder cannot be read.
        StoreUnavailable: the server does not answer or refuses the key.
    """
    return QdrantStore(url, api_key) if url else EdgeStore(path)


def move_in(folder: Path, library: Library, store: VectorStore) -> int:
    """Copy every committed document that only a home's own folder has whole to a server.

    Nothing is embedded again; what is there already is not copied, so a move that was killed goes
    on at the next start. Returns how many were copied.

    Raises:
        StoreDamaged: the folder cannot be read.
        StoreError: the store cannot be written.
    """
    if not store.shared or not (folder / SHARDS).is_dir():
        return 0
    copied = 0
    with closing(EdgeStore(folder)) as embedded:
        for collection in library.collections():
            for document in library.documents(collection.id):
                place = store_name(collection.id, document.revision)
                there = _count(embedded, place, document.revision)
                if there != document.chunks or there == _count(store, place, document.revision):
                    continue
                chunks, vectors = embedded.read(place, document.revision)
                store.create(place, vectors.shape[1])
                store.upsert(place, document.revision, chunks, vectors)
                store.flush(place)
                copied += 1
    return copied


def _count(store: VectorStore, place: str, revision: str) -> int:
    return store.counts(place).get(revision, 0) if place in store.collections() else 0


def server_advice(chunks: int) -> str:
    """What the page says about a collection of that size; nothing when it is small enough."""
    if chunks < RECOMMEND_SERVER_FROM:
        return ""
    return (
        f"This collection has {chunks:,} chunks. From {RECOMMEND_SERVER_FROM:,} on, a Qdrant "
        "server searches faster: set QDRANT_URL, and everything moves there at the next start."
    )


def place_words(chunks: int, *, server: bool) -> str:
    """Where the chunks of a collection are, and from how many on a server is recommended.

    >>> place_words(1, server=True)
    '1 chunk, on the Qdrant server.'
    """
    here = counted(chunks, "chunk")
    if server:
        return f"{here}, on the Qdrant server."
    return (
        f"{here}, in the embedded store. A Qdrant server (QDRANT_URL) is recommended from "
        f"{RECOMMEND_SERVER_FROM:,} on."
    )
