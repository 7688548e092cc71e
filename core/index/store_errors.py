"""What can go wrong in Qdrant, in this project's words. The only place that translates it."""

from __future__ import annotations

import errno
import json
import pickle
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import StoreDamaged, StoreError, StoreLocked, StoreUnavailable


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
        raise _refused(exc.status_code or 0, doing) from exc
    except ResponseHandlingException as exc:
        raise StoreUnavailable(
            f"The Qdrant server did not answer: could not {doing}.",
            "Check QDRANT_URL and that the server runs; then try again.",
        ) from exc
    except (sqlite3.DatabaseError, json.JSONDecodeError, pickle.UnpicklingError, EOFError) as exc:
        raise StoreDamaged(
            f"The files of the embedded store cannot be read or written: could not {doing}.",
            "Check the disk; if it is sound, move the folder 'qdrant' in the home folder away "
            "and add the documents again.",
        ) from exc
    except RuntimeError as exc:
        raise _runtime(exc, doing) from exc
    except (ValueError, KeyError) as exc:
        raise StoreError(
            f"The store refused: could not {doing} ({exc}).",
            "Reload the page; if it stays, index the collection again.",
        ) from exc
    except OSError as exc:
        raise _disk(exc, doing) from exc


def _refused(status: int, doing: str) -> StoreError:
    if status in {401, 403}:
        return StoreUnavailable(
            f"The Qdrant server refused the key (HTTP {status}).", "Check QDRANT_API_KEY."
        )
    return StoreUnavailable(
        f"The Qdrant server answered HTTP {status}: could not {doing}.",
        "Look at the server's log, then try again.",
    )


def _runtime(exc: RuntimeError, doing: str) -> StoreError:
    if "already accessed" in str(exc):
        return StoreLocked(
            "Another Second Look is using this home folder.",
            "Close it, choose another folder with SECOND_LOOK_HOME, or use a Qdrant server "
            "(QDRANT_URL) to share documents between processes.",
        )
    return StoreError(f"The store failed: could not {doing} ({exc}).", "Restart Second Look.")


def _disk(exc: OSError, doing: str) -> StoreError:
    if exc.errno == errno.ENOSPC:
        return StoreError(
            f"The disk is full: could not {doing}.", "Free some space, then try again."
        )
    return StoreError(
        f"The home folder cannot be used ({exc.strerror or exc}): could not {doing}.",
        "Check the folder's permissions and the disk.",
    )
