"""What all commands share: options, the files that a command line names, and types."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from core.errors import InputError

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Say = Callable[[str], None]
"""Tells the person on the error stream, so that the output stays clean for pipes."""
POLL_SECONDS = 0.1


def add_asking(command: argparse.ArgumentParser) -> None:
    """Describe what every question needs: how deep, how many, and of which collection."""
    command.add_argument("--top-k", type=int, default=50, help="candidates (default 50)")
    command.add_argument("--top-n", type=int, default=5, help="passages for the answer (default 5)")
    command.add_argument("--collection", default="", help="name of the collection")


def read_file(path: Path) -> bytes:
    """All bytes of a file.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as exc:
        raise InputError(f"{path} cannot be read: {exc.strerror}.", "Check the path.") from exc


def write_file(path: Path, data: bytes) -> None:
    """Write a file, or write it anew.

    Raises:
        InputError: it cannot be written.
    """
    try:
        path.write_bytes(data)
    except OSError as exc:
        raise InputError(f"{path} cannot be written: {exc.strerror}.", "Check the path.") from exc


def show(done: int, total: int) -> None:
    """How far it is, in one line of a terminal; nothing elsewhere."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} of {total}" + ("" if done < total else "\n"))
