"""The originals and their texts on disk: ``files/<sha256>.pdf`` and ``texts/<sha256>.npz``."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from core.errors import NotFound, StoreError


class Files:
    """Blobs named by a document's id. A file is there whole or not at all."""

    def __init__(self, home: Path) -> None:
        self._originals = home / "files"
        self._texts = home / "texts"

    def write(self, document_id: str, original: bytes, text: bytes) -> None:
        """Keep a document's bytes and its extracted text."""
        _write(self._originals / f"{document_id}.pdf", original)
        _write(self._texts / f"{document_id}.npz", text)

    def rewrite_text(self, document_id: str, text: bytes) -> None:
        """Put another extracted text in the place of a damaged or missing one."""
        path = self._texts / f"{document_id}.npz"
        _write(path, text, again=True)

    def original(self, document_id: str) -> bytes:
        """The PDF as it was uploaded."""
        return _read(self._originals / f"{document_id}.pdf")

    def text(self, document_id: str) -> bytes:
        """The extracted text, as ``write`` got it."""
        return _read(self._texts / f"{document_id}.npz")

    def sweep(self, keep: Iterable[str]) -> int:
        """Remove every file whose document is not in ``keep``; returns how many."""
        kept = set(keep)
        strays = [
            path
            for folder in (self._originals, self._texts)
            if folder.is_dir()
            for path in folder.iterdir()
            if path.stem not in kept
        ]
        for path in strays:
            path.unlink(missing_ok=True)
        return len(strays)


def _write(path: Path, data: bytes, *, again: bool = False) -> None:
    if path.exists() and not again:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(path, data)
    except OSError as exc:
        reason = "the disk is full" if exc.errno == errno.ENOSPC else str(exc.strerror or exc)
        raise StoreError(
            f"The file could not be kept: {reason}.", "Free some space, then add it again."
        ) from exc


def _write_whole(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent)
    written = Path(name)
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        written.replace(path)
    except BaseException:
        written.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """A new name is on the disk only when its folder is; Windows cannot open folders."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as exc:
        raise NotFound(
            "The original of this document is not in the home folder any more.",
            "Add the document again.",
        ) from exc
    except OSError as exc:
        raise StoreError(f"The file cannot be read: {exc.strerror or exc}.") from exc
