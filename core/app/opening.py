"""Open everything of a home folder, or nothing of it."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path

from core.home.files import Files
from core.home.library import Library
from core.home.lock import HomeLock
from core.home.rebuild import prepare_rebuild
from core.home.storage import Storage
from core.ports import VectorStore
from core.settings import Settings
from core.store.opening import move_in, open_store


def open_storage(settings: Settings) -> Storage:
    """The records, vectors and files of a home folder.

    The lock comes first: a second process is refused before it loads anything.

    Raises:
        StoreLocked: another process uses the folder.
        StoreDamaged: a file of the folder cannot be read.
        StoreUnavailable: the Qdrant server does not answer.
    """
    with ExitStack() as opened:  # else this process would keep its own next try out
        lock = HomeLock(settings.home)
        opened.callback(lock.close)
        store = _open_store(settings)
        opened.callback(store.close)
        library = Library(settings.home / "library.sqlite")
        opened.callback(library.close)
        move_in(settings.home / "qdrant", library, store)
        opened.pop_all()
    return Storage(library, store, Files(settings.home), lock)


def rebuild_home(settings: Settings) -> Path:
    """``prepare_rebuild`` of the home folder of these settings, and of its server if it has one.

    Raises:
        StoreUnavailable: the server does not answer; nothing was changed.
        StoreError: as ``prepare_rebuild``.
    """
    if not settings.qdrant_url:
        return prepare_rebuild(settings.home)
    with closing(_open_store(settings)) as server:
        return prepare_rebuild(settings.home, server)


def _open_store(settings: Settings) -> VectorStore:
    if settings.qdrant_url:
        return open_store(url=settings.qdrant_url, api_key=settings.qdrant_api_key)
    return open_store(path=settings.home / "qdrant")
