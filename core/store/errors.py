"""What can go wrong in Qdrant, in this project's words. The only place that translates it."""

from __future__ import annotations

import errno
import json
import pickle
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import StoreDamaged, StoreError, StoreLocked, StoreUnavailable
from core.home.library_errors import REBUILD

_LONGEST = 300


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Run a store call; its errors come out as ``StoreError``.

    Args:
        doing: what was tried, as it reads after 'could not'.
    """
    from qdrant_client.http.exceptions import (  # noqa: PLC0415 - loaded with the client
        ResponseHandlingException,
        UnexpectedResponse,
    )

    try:
        yield
    except UnexpectedResponse as exc:
        raise _refused(exc.status_code or 0, _words(exc.content), doing) from exc
    except ResponseHandlingException as exc:
        raise StoreUnavailable(
            f"The Qdrant server did not answer: could not {doing}.",
            "Check QDRANT_URL and that the server runs; then try again.",
        ) from exc
    except sqlite3.OperationalError as exc:
        raise _sqlite(exc, doing) from exc
    except (sqlite3.DatabaseError, json.JSONDecodeError, pickle.UnpicklingError, EOFError) as exc:
        raise _damaged(doing) from exc
    except RuntimeError as exc:
        raise _runtime(exc, doing) from exc
    except (ValueError, KeyError) as exc:
        raise StoreError(
            f"The store refused: could not {doing} ({exc}).",
            "Reload the page; if it stays, index the collection again.",
        ) from exc
    except OSError as exc:
        raise _disk(exc, doing) from exc


@contextmanager
def loading() -> Iterator[None]:
    """Open a folder: whatever its files make the client stumble over is damage.

    Points are pickles: bytes that are not one fail in many ways.
    """
    try:
        yield
    except (
        ArithmeticError,
        AttributeError,
        ImportError,
        LookupError,
        MemoryError,
        TypeError,
        ValueError,
    ) as exc:
        raise _damaged("open the store") from exc


def _damaged(doing: str) -> StoreDamaged:
    return StoreDamaged(
        f"The files of the embedded store cannot be read: could not {doing}.", REBUILD
    )


def _sqlite(exc: sqlite3.OperationalError, doing: str) -> StoreError:
    code = getattr(exc, "sqlite_errorcode", 0)
    if code == sqlite3.SQLITE_FULL:
        return _full(doing)
    if code == sqlite3.SQLITE_ERROR:  # a table or column that is not there
        return _damaged(doing)
    return StoreError(
        f"The embedded store's files cannot be used ({exc}): could not {doing}.",
        "Check the folder's permissions and the disk, then try again.",
    )


def _words(content: bytes) -> str:
    """What a server says about a request that it refused; nothing when it is not as expected."""
    try:
        said = json.loads(content)["status"]["error"]
    except (ValueError, KeyError, TypeError):
        return ""
    return str(said)[:_LONGEST]


def _refused(status: int, words: str, doing: str) -> StoreError:
    if status in {401, 403}:
        return StoreUnavailable(
            f"The Qdrant server refused the key (HTTP {status}).", "Check QDRANT_API_KEY."
        )
    if "dimension" in words.lower():
        return StoreDamaged(
            f"The collection on the server holds vectors of another length: could not {doing} "
            f"({words}).",
            "It was made with another encoder: choose that one, or index again.",
        )
    return StoreUnavailable(
        f"The Qdrant server answered HTTP {status}: could not {doing}"
        f"{f' ({words})' if words else ''}.",
        "Look at the server's log, then try again.",
    )


def _runtime(exc: RuntimeError, doing: str) -> StoreError:
    if "already accessed" in str(exc):
        return StoreLocked(
            "Another Second Look is using this home folder.",
            "Close it, or choose another folder with SECOND_LOOK_HOME.",
        )
    return StoreError(f"The store failed: could not {doing} ({exc}).", "Restart Second Look.")


def _disk(exc: OSError, doing: str) -> StoreError:
    if exc.errno == errno.ENOSPC:
        return _full(doing)
    return StoreError(
        f"The home folder cannot be used ({exc.strerror or exc}): could not {doing}.",
        "Check the folder's permissions and the disk.",
    )


def _full(doing: str) -> StoreError:
    return StoreError(f"The disk is full: could not {doing}.", "Free some space, then try again.")
