"""Where the chunks and vectors are: in a folder of this machine, or on a server by URL."""

from __future__ import annotations

from pathlib import Path

from core.ports import VectorStore
from core.store.embedded import EdgeStore
from core.store.errors import translated
from core.store.server import QdrantStore

SERVER_TIMEOUT_SECONDS = 8


def open_store(path: Path | None = None, url: str = "", api_key: str = "") -> VectorStore:
    """A store in a folder, on a server (``url``), or in a temporary folder without either.

    Raises:
        StoreLocked: another process uses the folder.
        StoreDamaged: the folder cannot be read.
        StoreUnavailable: the server does not answer or refuses the key.
    """
    if not url:
        return EdgeStore(path)
    from qdrant_client import QdrantClient  # noqa: PLC0415 - about a second of import

    with translated("open the store"):
        client = QdrantClient(
            url=url,
            api_key=api_key or None,
            timeout=SERVER_TIMEOUT_SECONDS,
            check_compatibility=False,  # it warns from a thread of its own
        )
        client.get_collections()
    return QdrantStore(client)
