"""Files and folders that are written whole or not at all: a crash leaves the old or the new."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import SecondLookError, StoreError


def keep_text(path: Path, text: str) -> None:
    """Write a file whole or not at all.

    Raises:
        StoreError: it cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as exc:
        raise StoreError(
            f"The file {path.name} of the home folder cannot be written ({exc.strerror}).",
            "Free some space, and check that the home folder can be written to.",
        ) from exc


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """A file beside the target that takes its name in the end, or goes."""
    part = target.with_name(f".{target.name}.part")
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def new_folder(home: Path) -> Iterator[Path]:
    """A folder beside the home folder that takes its place in the end, or goes."""
    home.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{home.name}-", dir=home.parent))
    try:
        yield part
        if home.exists():
            home.rmdir()
        part.rename(home)
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def writable(path: Path) -> Iterator[None]:
    """Errors of the disk come out as ``StoreError``; ours stay as they are."""
    try:
        yield
    except SecondLookError:
        raise
    except OSError as exc:
        raise StoreError(
            f"{path} could not be written: {exc.strerror or exc}.",
            "Check the permissions and the space on the disk.",
        ) from exc
