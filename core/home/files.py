"""Files of the home folder, written whole or not at all: a crash leaves the old or the new."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import NotFound, SecondLookError, StoreError

PDF_SUFFIX = ".pdf"
ORIGINAL = r"[0-9a-f]{64}\.[a-z0-9]{1,10}"
"""The name of an original in the home folder, as a regular expression."""


class Files:
    """The originals, ``files/<sha256>.<suffix>``, and their texts, ``texts/<sha256>.npz``."""

    def __init__(self, home: Path) -> None:
        self._originals = home / "files"
        self._texts = home / "texts"

    def write(
        self, document_id: str, original: bytes, text: bytes, suffix: str = PDF_SUFFIX
    ) -> None:
        """Keep a document's bytes and its extracted text; what is there already stays.

        ``suffix`` says of what kind the bytes are, with its dot: ``ORIGINAL`` has the form.

        Raises:
            StoreError: they cannot be written.
        """
        if self.original_path(document_id) is None:
            _write(self._originals / f"{document_id}{suffix}", original)
        if not self.has_text(document_id):
            self.rewrite_text(document_id, text)

    def original_path(self, document_id: str) -> Path | None:
        """Where the file lies that was uploaded, if it is there."""
        return next(self._originals.glob(f"{document_id}.*"), None)

    def is_kept_as(self, document_id: str, suffixes: Iterable[str]) -> bool:
        """Whether a document's original has one of these endings."""
        paths = (self._originals / f"{document_id}{suffix}" for suffix in suffixes)
        return any(path.exists() for path in paths)

    def has_text(self, document_id: str) -> bool:
        """Whether its extracted text is there."""
        return (self._texts / f"{document_id}.npz").exists()

    def rewrite_text(self, document_id: str, text: bytes) -> None:
        """Put another extracted text in the place of a damaged or missing one."""
        _write(self._texts / f"{document_id}.npz", text)

    def original(self, document_id: str) -> bytes:
        """The file as it was uploaded."""
        return _read(self.original_path(document_id) or self._originals / document_id)

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


def _write(path: Path, data: bytes, what: str = "The document") -> None:
    with writable(what):
        path.parent.mkdir(parents=True, exist_ok=True)
        with new_file(path) as part:
            part.write_bytes(data)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as exc:
        raise NotFound(
            "The original of this document is no longer in the home folder.",
            "Add the document again.",
        ) from exc
    except OSError as exc:
        raise StoreError(f"The file cannot be read: {exc.strerror or exc}.") from exc


def keep_text(path: Path, text: str) -> None:
    """Write a file of the home folder.

    Raises:
        StoreError: it cannot be written.
    """
    _write(path, text.encode(), f"The file {path.name} of the home folder")


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """A file beside the target that takes its name in the end, on the disk too, or goes."""
    part = target.with_name(f".{target.name}.part")
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    _sync_folder(target.parent)


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
def writable(what: str) -> Iterator[None]:
    """Errors of the disk come out as ``StoreError``; ours stay as they are.

    Args:
        what: is written, as it reads before 'could not be written'.
    """
    try:
        yield
    except SecondLookError:
        raise
    except OSError as exc:
        raise StoreError(
            f"{what} could not be written: {exc.strerror or exc}.",
            "Check the permissions and the space on the disk, then try again.",
        ) from exc


def _sync_folder(folder: Path) -> None:
    """A new name is on the disk only when its folder is; Windows cannot open folders."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
