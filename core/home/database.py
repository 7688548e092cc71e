"""One small SQLite file of the home folder, safe to use from several threads."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from core.errors import StoreDamaged, StoreError

MOVE_OUT = "Move it out of the home folder; a new one is created at the next start."
_NO_DAMAGE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
}


@contextmanager
def sqlite_errors(name: str, mend: str = "") -> Iterator[None]:
    """Use a file of the home folder; errors of SQLite and the disk come out as ``StoreError``.

    Args:
        name: of the file.
        mend: what to do about a damaged file. With it, which is where a file is read for the first
            time, all that is not a matter of the disk is damage.
    """
    try:
        yield
    except (sqlite3.Error, OSError) as exc:
        code = getattr(exc, "sqlite_errorcode", 0) & 0xFF  # the rest of it says more closely what
        if mend and isinstance(exc, sqlite3.DatabaseError) and code not in _NO_DAMAGE:
            raise StoreDamaged(
                f"The file {name} of the home folder cannot be read: {exc}.", mend
            ) from exc
        raise StoreError(
            f"The file {name} of the home folder cannot be used: {exc}.",
            "Check the folder's permissions and the space on the disk, then try again.",
        ) from exc


class Database:
    """A file with a schema and a version; made when it is missing.

    What others acknowledge goes to the disk at once (``durable``); a cache may lose its last
    writes at a power cut, and is faster.

    Args:
        path: the file, or None for one in memory.
        schema: ``CREATE TABLE IF NOT EXISTS`` statements.
        version: of the schema; a file of another version is refused.
        durable: whether a commit waits for the disk.
        mend: what to do about a damaged file.

    Raises:
        StoreDamaged: the file cannot be read, or is of another version.
        StoreError: the file cannot be made.
    """

    def __init__(
        self,
        path: Path | None,
        schema: str,
        version: int = 1,
        *,
        durable: bool = True,
        mend: str = MOVE_OUT,
    ) -> None:
        self._lock = threading.RLock()
        self._name = path.name if path else "memory"
        with sqlite_errors(self._name, mend):
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path or ":memory:", check_same_thread=False)
            try:
                if not self._written(version, mend):
                    self._require_new(path)
                self._db.execute("PRAGMA journal_mode=WAL")
                self._db.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
                self._db.execute("PRAGMA foreign_keys=ON")
                # one transaction: a start that is killed leaves either no table or all of them
                self._db.executescript(f"BEGIN; {schema} PRAGMA user_version={version}; COMMIT;")
            except BaseException:
                self._db.close()
                raise

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._lock, sqlite_errors(self._name):
            return self._db.execute(sql, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Several statements, all or none; nobody else uses the file meanwhile."""
        with self._lock, sqlite_errors(self._name), self._db:
            yield self._db

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._db.close()

    def _written(self, version: int, mend: str) -> bool:
        """Whether the file has been written before; by this version then."""
        there = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if there not in {0, version}:
            raise other_version(self._name)
        if not there and self.rows("SELECT 1 FROM sqlite_master LIMIT 1"):
            raise StoreDamaged(f"The file {self._name} has lost its version.", mend)
        return bool(there)

    def _require_new(self, path: Path | None) -> None:
        """For who knows that an empty file can be no new one."""


def other_version(name: str) -> StoreDamaged:
    """A file must be left alone that only another version can read."""
    return StoreDamaged(
        f"The file {name} was written by another version of Second Look.",
        "Use that version, or another home folder (SECOND_LOOK_HOME).",
    )


def copy_database(source: Path, target: Path) -> None:
    """A consistent copy, while others go on using the file; it has no log beside it.

    Raises:
        StoreDamaged: it cannot be read.
    """
    with (
        sqlite_errors(source.name, MOVE_OUT),
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")
