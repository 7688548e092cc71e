"""What can go wrong in Qdrant, in this project's words: one translation for each of its libraries.

``doing`` is what was tried, as it reads after 'could not'.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from core.errors import SecondLookError, StoreDamaged, StoreError, StoreUnavailable
from core.home.library import REBUILD

_LONGEST = 300
_FULL = ("No space left", "StorageFull")
_BROKEN = ("Gridstore", "out of bounds", "Failed to de")


@dataclass(frozen=True, slots=True)
class ServerAdvice:
    """What to do when a server does not answer, refuses the key, or answers what none should."""

    address: str = "Check QDRANT_URL and that the server runs; then try again."
    key: str = "Check QDRANT_API_KEY."
    answer: str = "Reload the page. If the error persists, index the collection again."


@contextmanager
def server_errors(doing: str, advice: ServerAdvice = ServerAdvice()) -> Iterator[None]:
    """Run a call of qdrant_client; its errors come out as ``StoreError``."""
    from qdrant_client.common.client_exceptions import (  # noqa: PLC0415 - loaded with the client
        QdrantException,
    )
    from qdrant_client.http.exceptions import (  # noqa: PLC0415 - the same
        ResponseHandlingException,
        UnexpectedResponse,
    )

    try:
        yield
    except UnexpectedResponse as exc:
        raise _refused(exc.status_code or 0, _words(exc.content), doing, advice) from exc
    except QdrantException as exc:
        raise _refused(429, str(exc), doing, advice) from exc
    except (ResponseHandlingException, OSError) as exc:
        if isinstance(cause := getattr(exc, "source", None), SecondLookError):
            raise cause from exc
        raise StoreUnavailable(
            f"The Qdrant server did not answer: could not {doing}.", advice.address
        ) from exc
    except (RuntimeError, ValueError, KeyError) as exc:
        raise StoreError(f"The store failed: could not {doing} ({exc}).", advice.answer) from exc


@contextmanager
def engine_errors(doing: str, *, loading: bool = False) -> Iterator[None]:
    """Run a call of qdrant_edge; its errors come out as ``StoreError``.

    The engine raises bare ``Exception`` for everything, and where it meets what it never expects
    a ``PanicException``, which is no ``Exception`` at all: that means damaged files. When they are
    read for the first time (``loading``), whatever fails is damage.
    """
    try:
        yield
    except SecondLookError:
        raise
    except BaseException as exc:
        if type(exc).__name__ == "PanicException":
            raise damaged_store(doing) from exc
        if type(exc) is Exception or isinstance(exc, OSError | ValueError | TypeError):
            raise _named(str(exc), doing, loading=loading) from exc
        raise


def damaged_store(doing: str) -> StoreDamaged:
    """Files of the embedded engine that cannot be read."""
    return StoreDamaged(
        f"The files of the embedded store cannot be read: could not {doing}.", REBUILD
    )


def _named(reason: str, doing: str, *, loading: bool) -> StoreError:
    if any(word in reason for word in _FULL):
        return StoreError(
            f"The disk is full: could not {doing}.", "Free some space, then try again."
        )
    if loading or any(word in reason for word in _BROKEN):
        return damaged_store(doing)
    return StoreError(
        f"The store failed: could not {doing} ({' '.join(reason.split())[:_LONGEST]}).",
        "Check the home folder and the disk. If the error persists, restart Second Look.",
    )


def _words(content: bytes) -> str:
    """What a server says about a request that it refused; nothing when it is not as expected."""
    try:
        words = json.loads(content)["status"]["error"]
    except (ValueError, KeyError, TypeError):
        return ""
    return str(words)[:_LONGEST]


def _refused(status: int, words: str, doing: str, advice: ServerAdvice) -> StoreError:
    if status in {401, 403}:
        return StoreUnavailable(f"The Qdrant server refused the key (HTTP {status}).", advice.key)
    if "dimension" in words.lower():
        return StoreDamaged(
            f"The collection on the server holds vectors of a different length: could not {doing} "
            f"({words}).",
            "It was made with another encoder: choose that encoder, or index again.",
        )
    return StoreUnavailable(
        f"The Qdrant server answered HTTP {status}: could not {doing}"
        f"{f' ({words})' if words else ''}.",
        "Check the server's log, then try again.",
    )
