"""Room on the disk, asked for before anything is written, and some kept aside for deleting.

The embedded store maps its files into memory: where the disk is full, writing to them ends the
process by a signal (SIGBUS), which nothing can catch.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import StoreError

MB = 2**20
LEAST_FREE = 64 * MB
"""What a write must find free: a new log of the store (32 MB), and what a batch adds elsewhere."""
KEPT_ASIDE = 40 * MB
"""Kept aside for deleting; only where less than ``PLENTY`` is free, so that it seldom exists."""
PLENTY = 1000 * MB
SPARE_FILE = "spare-room"


def free_room(folder: Path) -> int:
    """Bytes that are free on the disk of a folder."""
    return shutil.disk_usage(folder).free


def require_room(folder: Path) -> None:
    """Refuse to write where the disk is nearly full.

    Raises:
        StoreError: it is.
    """
    spare, free = folder / SPARE_FILE, free_room(folder)
    if free >= PLENTY:
        return
    if not spare.exists() and free >= LEAST_FREE + KEPT_ASIDE:
        _keep_aside(spare)
        free = free_room(folder)
    needed = LEAST_FREE if spare.exists() else LEAST_FREE + KEPT_ASIDE
    if free < needed:
        raise StoreError(
            f"The disk is nearly full: {free // MB} MB are free, adding needs {needed // MB} MB.",
            "Delete documents or other files, then try again.",
        )


@contextmanager
def room_to_delete(folder: Path) -> Iterator[None]:
    """While it lasts, what was kept aside is free: deleting writes a little too."""
    if free_room(folder) < LEAST_FREE + KEPT_ASIDE:
        (folder / SPARE_FILE).unlink(missing_ok=True)
    yield


def _keep_aside(spare: Path) -> None:
    try:
        with spare.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, KEPT_ASIDE)
    except (OSError, AttributeError):  # no such call on this system: then none is kept
        spare.unlink(missing_ok=True)
