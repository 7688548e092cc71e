"""Files of training data: JSON lines, and what may stand against an answer in one."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import InputError, StoreError
from core.home.files import new_file

MOST_BYTES = 4_000_000
"""No page and no document of these sources is larger."""
OPENING = 12
"""Two passages that share so many first words are one passage, for training."""
Line = dict[str, Any]


def source_file(folder: Path, name: str) -> Path | None:
    """Where a source is in a folder, plain or packed; None if it is not there."""
    return next((p for e in ("", ".gz") if (p := folder / f"{name}.jsonl{e}").exists()), None)


def read_lines(folder: Path, name: str) -> Iterator[Line]:
    """The lines of a source; none if it is not there.

    Raises:
        InputError: it cannot be read.
    """
    path = source_file(folder, name)
    if path is None:
        return
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
        yield from map(json.loads, filter(None, text.split("\n")))
    except (OSError, ValueError, EOFError) as exc:
        raise InputError(f"{name} cannot be read: {exc}.", "Fetch or make it again.") from exc


def bytes_of(path: Path) -> bytes:
    """What a small file of a download holds.

    Raises:
        InputError: it cannot be read, or is too large to be what it should be.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as exc:
        raise InputError(f"{path} cannot be read: {exc.strerror}.", "Fetch it again.") from exc
    if len(data) > MOST_BYTES:
        raise InputError(f"{path} has more than {MOST_BYTES:,} bytes.", "It does not belong there.")
    return data


def write_lines(folder: Path, name: str, rows: Sequence[Mapping[str, Any]]) -> int:
    """Write a source whole or not at all; how many lines it has.

    Raises:
        StoreError: it cannot be written.
    """
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with new_file(folder / f"{name}.jsonl.gz") as part:
            part.write_bytes(gzip.compress(text.encode(), mtime=0))
    except OSError as exc:
        raise StoreError(f"{name} cannot be written: {exc.strerror}.", "Free some space.") from exc
    return len(rows)


def cut(text: str, words: int) -> str:
    r"""The first words of a text, with single spaces.

    >>> cut("a  b\nc d", 3)
    'a b c'
    """
    return " ".join(text.split()[:words])


def apart(one: str, other: str) -> bool:
    """Whether neither text holds the opening of the other, so neither can stand for the other.

    >>> apart("Take it twice a day.", "Before meals, take it twice a day.")
    False
    """
    one, other = cut(one, len(one)).casefold(), cut(other, len(other)).casefold()
    return cut(one, OPENING) not in other and cut(other, OPENING) not in one
