"""What can go wrong in the embedded engine, in this project's words."""

from __future__ import annotations

from types import TracebackType

from core.errors import SecondLookError, StoreDamaged, StoreError
from core.home.library_errors import REBUILD

_FULL = ("No space left", "StorageFull")
_BROKEN = ("Gridstore", "out of bounds", "Failed to de")


class EdgeErrors:
    """Run a call of the engine; its errors come out as ``StoreError``.

    The engine raises bare ``Exception`` for everything, and where it meets what it never expects
    a ``PanicException``, which is no ``Exception`` at all: that means damaged files.

    Args:
        doing: what was tried, as it reads after 'could not'.
        loading: files are read for the first time, so whatever fails is damage.
    """

    def __init__(self, doing: str, *, loading: bool = False) -> None:
        self._doing = doing
        self._loading = loading

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Translate what the engine raised; everything else passes."""
        if error is None or isinstance(error, SecondLookError):
            return
        if type(error).__name__ == "PanicException":
            raise self._damaged() from error
        if type(error) is Exception or isinstance(error, OSError | ValueError | TypeError):
            raise self._named(error) from error

    def _named(self, error: BaseException) -> StoreError:
        if any(word in str(error) for word in _FULL):
            return StoreError(
                f"The disk is full: could not {self._doing}.", "Free some space, then try again."
            )
        if self._loading or any(word in str(error) for word in _BROKEN):
            return self._damaged()
        reason = " ".join(str(error).split())[:200]
        return StoreError(
            f"The store refused: could not {self._doing} ({reason}).",
            "Check the home folder and the disk; if it stays, restart Second Look.",
        )

    def _damaged(self) -> StoreDamaged:
        return StoreDamaged(
            f"The files of the embedded store cannot be read: could not {self._doing}.", REBUILD
        )
