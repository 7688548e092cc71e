"""What can go wrong in ``library.sqlite``, in this project's words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import StoreDamaged, StoreError

REBUILD = (
    "Rebuild the index from the originals: the button in the app, or 'python -m core rebuild'. "
    "Nothing is deleted."
)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Open the library file; what SQLite cannot read comes out as ``StoreDamaged``."""
    try:
        yield
    except sqlite3.OperationalError as exc:
        if getattr(exc, "sqlite_errorcode", 0) in _DISK:
            raise _unwritable(path, str(exc)) from exc
        raise _damaged(path, exc) from exc
    except sqlite3.DatabaseError as exc:
        raise _damaged(path, exc) from exc
    except OSError as exc:
        raise _unwritable(path, exc.strerror or str(exc)) from exc


_DISK = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    *(code for name, code in vars(sqlite3).items() if name.startswith("SQLITE_IOERR")),
}


def _damaged(path: Path, exc: sqlite3.Error) -> StoreDamaged:
    return StoreDamaged(f"The file {path.name} in the home folder cannot be read: {exc}.", REBUILD)


def _unwritable(path: Path, why: str) -> StoreError:
    return StoreError(
        f"The home folder {path.parent} cannot be used: {why}.",
        "Check its permissions and the space on the disk, or choose another folder with "
        "SECOND_LOOK_HOME.",
    )


def check_version(db: sqlite3.Connection, path: Path, current: int) -> None:
    """Refuse a library of another version, and an empty one beside originals.

    An empty library would be taken for a new one, and the sweep at start would remove every
    original that it does not know.

    Raises:
        StoreDamaged: the file cannot be the library of this home folder.
    """
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    tables = int(db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    if version > current:
        raise newer_version(path)
    if version != current and (version or tables):
        raise StoreDamaged(
            f"The library in {path.parent} was written by an older Second Look.", REBUILD
        )
    if not tables and any((path.parent / "files").glob("*.pdf")):
        raise StoreDamaged(
            f"The file {path.name} in the home folder is missing or empty, but there are documents "
            "in it.",
            REBUILD,
        )


def newer_version(path: Path) -> StoreDamaged:
    """This version must not touch it: a rebuild would lose what only the newer one knows."""
    return StoreDamaged(
        f"The library in {path.parent} was written by a newer Second Look.",
        "Use that version, or another home folder (SECOND_LOOK_HOME).",
    )


@contextmanager
def translated() -> Iterator[None]:
    """Run a statement; SQLite's errors come out as ``StoreError``."""
    try:
        yield
    except sqlite3.Error as exc:
        raise StoreError(
            f"The library file could not be read or written: {exc}.",
            "Check that the disk has space, then try again.",
        ) from exc
