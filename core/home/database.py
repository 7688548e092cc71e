"""One small SQLite file of the home folder, safe to use from several threads."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from core.errors import StoreDamaged, StoreError


class Database:
    """A file with a schema and a version; made when it is missing.

    What others acknowledge goes to the disk at once (``durable``); a cache may lose its last
    writes at a power cut, and is faster.

    Args:
        path: the file, or None for one in memory.
        schema: ``CREATE TABLE IF NOT EXISTS`` statements.
        version: of the schema; a file of another version is refused.
        durable: whether a commit waits for the disk.

    Raises:
        StoreDamaged: the file cannot be read, or is of another version.
        StoreError: the file cannot be made.
    """

    def __init__(
        self, path: Path | None, schema: str, version: int = 1, *, durable: bool = True
    ) -> None:
        self._lock = threading.RLock()
        self._name = path.name if path else "memory"
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path or ":memory:", check_same_thread=False)
        except (OSError, sqlite3.Error) as exc:
            raise StoreError(
                f"The file {self._name} of the home folder cannot be opened: {exc}.",
                "Check the folder's permissions and the space on the disk.",
            ) from exc
        try:
            self._prepare(schema, version, "FULL" if durable else "NORMAL")
        except BaseException:
            self._db.close()
            raise

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._lock, self._translated():
            return self._db.execute(sql, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Several statements, all or none; nobody else uses the file meanwhile."""
        with self._lock, self._translated(), self._db:
            yield self._db

    def copy_to(self, path: Path) -> None:
        """Write a consistent copy, while others go on using the file."""
        with self._lock, self._translated():
            copy = sqlite3.connect(path)
            try:
                self._db.backup(copy)
            finally:
                copy.close()

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._db.close()

    def _prepare(self, schema: str, version: int, synchronous: str) -> None:
        try:
            found = int(self._db.execute("PRAGMA user_version").fetchone()[0])
            if found not in {0, version}:
                raise StoreDamaged(
                    f"The file {self._name} was written by another version of Second Look.",
                    "Use that version, or move the file out of the home folder.",
                )
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute(f"PRAGMA synchronous={synchronous}")
            self._db.execute("PRAGMA foreign_keys=ON")
            # one transaction: a start that is killed leaves either no table or all of them
            self._db.executescript(f"BEGIN; {schema} PRAGMA user_version={version}; COMMIT;")
        except sqlite3.DatabaseError as exc:
            raise StoreDamaged(
                f"The file {self._name} of the home folder cannot be read: {exc}.",
                "Move it out of the home folder; a new one is made at the next start.",
            ) from exc

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as exc:
            raise StoreError(
                f"The file {self._name} could not be read or written: {exc}.",
                "Check that the disk has space, then try again.",
            ) from exc


def copy_database(source: Path, target: Path) -> None:
    """A consistent copy of a file that nobody here has open; the copy has no log beside it.

    Raises:
        StoreDamaged: it cannot be read.
    """
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as exc:
        raise StoreDamaged(
            f"The file {source.name} of the home folder cannot be read: {exc}.",
            "Move it out of the home folder, then try again.",
        ) from exc
