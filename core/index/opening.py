"""Open everything of a home folder, or nothing of it."""

from __future__ import annotations

from core.errors import SecondLookError
from core.index.files import Files
from core.index.library import Library
from core.index.shelf import Shelf
from core.index.store import QdrantStore, open_store
from core.settings import Settings


def open_shelf(settings: Settings) -> Shelf:
    """The records, vectors and files of a home folder.

    Raises:
        StoreLocked: another process uses the folder.
        StoreDamaged: a file of the folder cannot be read.
        StoreUnavailable: the Qdrant server does not answer.
    """
    store = _open_store(settings)
    try:
        library = Library(settings.home / "library.sqlite")
    except SecondLookError:
        store.close()  # else this process would lock the folder against its own next try
        raise
    return Shelf(library, store, Files(settings.home))


def _open_store(settings: Settings) -> QdrantStore:
    if settings.qdrant_url:
        return open_store(url=settings.qdrant_url, api_key=settings.qdrant_api_key)
    return open_store(path=settings.home / "qdrant")
