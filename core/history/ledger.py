"""What was sent to a language model, one line for each request, kept in the home folder.

A line is on disk before the first byte is sent, so the ledger can count too much (a server that
could not be reached) and never too little. Counted are the bytes of the request's body: the
rules, the passages and the question. Headers, a few hundred bytes with the key among them, are
not.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.errors import InputError, StoreError
from core.serialize import from_json, to_json
from core.text.hosts import is_loopback


@dataclass(frozen=True, slots=True)
class Sent:
    """One request: ``host`` as configured with its port, ``size`` in bytes of the body.

    ``local`` says that it stayed on this machine: it is listed, and not counted as sent off.
    """

    when: datetime
    host: str
    size: int
    why: str
    local: bool


class Ledger:
    """The requests of one home folder. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """Read what is kept; ``unreadable`` counts lines that are damaged, and stay in the file."""
        self._path = path
        self._lock = threading.Lock()
        self._entries: list[Sent] = []
        self.unreadable = 0
        for line in self._lines():
            try:
                self._entries.append(from_json(Sent, line))
            except InputError:
                self.unreadable += 1

    def record(self, host: str, size: int, why: str) -> Sent:
        """Write a request down, before it is sent.

        Raises:
            StoreError: it cannot be written; then nothing may be sent.
        """
        entry = Sent(datetime.now(UTC), host, size, why, is_loopback(host))
        with self._lock:
            try:
                self._append(to_json(entry))
            except OSError as exc:
                raise StoreError(
                    f"Nothing was sent, because it could not be logged first ({exc.strerror}).",
                    "Free some space, and check that the home folder is writable.",
                ) from exc
            self._entries.append(entry)
        return entry

    def entries(self) -> tuple[Sent, ...]:
        """Every request, oldest first."""
        with self._lock:
            return tuple(self._entries)

    def sent_off(self) -> int:
        """Bytes that were sent to another machine."""
        return sum(entry.size for entry in self.entries() if not entry.local)

    def _lines(self) -> list[bytes]:
        try:
            return [line for line in self._path.read_bytes().split(b"\n") if line.strip()]
        except FileNotFoundError:
            return []
        except OSError as exc:
            raise StoreError(
                f"The list of what was sent cannot be read ({exc.strerror}).",
                f"Check the permissions of {self._path.name} in the home folder.",
            ) from exc

    def _append(self, line: str) -> None:
        """One line in one write; a line that a crash cut short keeps to itself."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab+") as file:
            if file.tell() > 0:
                file.seek(-1, 2)
                whole = file.read(1) == b"\n"
            else:
                whole = True
            file.write((b"" if whole else b"\n") + line.encode() + b"\n")
