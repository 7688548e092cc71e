"""One process a home folder, said at once and before anything is loaded."""

from __future__ import annotations

from pathlib import Path

from core.errors import StoreError, StoreLocked

LOCK_FILE = "in-use.lock"


class HomeLock:
    """Holds a home folder until ``close``, or until the process ends in whatever way.

    Neither the embedded engine nor a server keeps a second process out: the two would sweep each
    other's work away.

    Raises:
        StoreLocked: another process (or another engine of this one) holds it.
        StoreError: the folder cannot be written.
    """

    def __init__(self, home: Path) -> None:
        import portalocker  # noqa: PLC0415 - not needed to import us

        try:
            home.mkdir(parents=True, exist_ok=True)
            self._file = (home / LOCK_FILE).open("a", encoding="utf-8")
        except OSError as exc:
            raise StoreError(
                f"The home folder {home} cannot be used: {exc.strerror or exc}.",
                "Check its permissions and the space on the disk, or choose another folder with "
                "SECOND_LOOK_HOME.",
            ) from exc
        flags = portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING
        try:
            portalocker.lock(self._file, flags)
        except portalocker.exceptions.LockException as exc:
            self._file.close()
            raise StoreLocked(
                "Another Second Look is using this home folder.",
                "Close it, or choose another folder with SECOND_LOOK_HOME.",
            ) from exc

    def close(self) -> None:
        """Let others in; the lock's file stays. Again is not an error."""
        self._file.close()
