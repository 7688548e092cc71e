"""Open everything of a home folder, or nothing of it."""

from __future__ import annotations

from contextlib import ExitStack

from core.index.files import Files
from core.index.home_lock import HomeLock
from core.index.library import Library
from core.index.moving import move_in
from core.index.shelf import Shelf
from core.index.store import open_store
from core.ports import VectorStore
from core.settings import Settings


def open_shelf(settings: Settings) -> Shelf:
    """The records, vectors and files of a home folder.

    The lock comes first: a second process is refused before it loads anything.

    Raises:
        StoreLocked: another process uses the folder.
        StoreDamaged: a file of the folder cannot be read.
        StoreUnavailable: the Qdrant server does not answer.
    """
    with ExitStack() as opened:  # else this process would keep its own next try out
        lock = HomeLock(settings.home)
        opened.callback(lock.release)
        store = _open_store(settings)
        opened.callback(store.close)
        library = Library(settings.home / "library.sqlite")
        opened.callback(library.close)
        move_in(settings.home / "qdrant", library, store)
        opened.pop_all()
    return Shelf(library, store, Files(settings.home), lock)


def _open_store(settings: Settings) -> VectorStore:
    if settings.qdrant_url:
        return open_store(url=settings.qdrant_url, api_key=settings.qdrant_api_key)
    return open_store(path=settings.home / "qdrant")
