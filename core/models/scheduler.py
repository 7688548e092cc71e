"""Whose turn it is to use the models: searches first, indexing in between."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from core.errors import Stopping

PATIENCE_SECONDS = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class _Ticket:
    """A waiting call; ``overdue`` is the time from which a background call goes next."""

    overdue: float | None


class InferenceScheduler:
    """Lets one model call at a time through, so that calls do not slow each other down.

    A plain lock is taken again at once by a thread that works in a loop: searches starve beside
    an indexing. Here foreground calls go in the order they came. Background calls go, in their
    order too, while nobody is ``searching``; one that has waited ``patience`` seconds goes next,
    so that indexing never stands still for ever.

    Example: indexing holds the scheduler for one batch; a search and the next batch wait. The
    search goes first, and the batch waits for all further calls of that search, at most 3 seconds.
    """

    def __init__(self, patience: float = PATIENCE_SECONDS) -> None:
        self._patience = patience
        self._condition = threading.Condition()
        self._waiting: list[_Ticket] = []
        self._searches = 0
        self._taken = False
        self._beside = 0
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many calls wait for their turn now."""
        return len(self._waiting)

    @contextmanager
    def searching(self) -> Iterator[None]:
        """Keep background calls out between the calls of one search too."""
        with self._condition:
            self._searches += 1
        try:
            yield
        finally:
            with self._condition:
                self._searches -= 1
                self._condition.notify_all()

    @contextmanager
    def turn(self, *, background: bool = False) -> Iterator[None]:
        """Wait for a turn and hold it for one model call; a holder must not ask again.

        Raises:
            Stopping: the scheduler is closed, or it was while this call waited.
        """
        self._enter(_Ticket(time.monotonic() + self._patience if background else None))
        try:
            yield
        finally:
            with self._condition:
                self._taken = False
                self._condition.notify_all()

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Do native work that needs no turn, for example load a model; ``close`` waits for it.

        Raises:
            Stopping: the scheduler is closed.
        """
        with self._condition:
            self._check_open()
            self._beside += 1
        try:
            yield
        finally:
            with self._condition:
                self._beside -= 1
                self._condition.notify_all()

    def close(self, timeout: float) -> bool:
        """Let nobody in any more, and wait for who is inside; whether all have left in time.

        For the end of the process. A thread that is inside torch or OpenVINO when the interpreter
        goes cannot be ended there: the C++ runtime aborts the whole process.
        """
        with self._condition:
            self._closed = True
            self._condition.notify_all()
            return self._condition.wait_for(lambda: not (self._taken or self._beside), timeout)

    def _check_open(self) -> None:
        if self._closed:
            raise Stopping("Second Look is being stopped.", "Ask again when it runs again.")

    def _enter(self, ticket: _Ticket) -> None:
        with self._condition:
            self._waiting.append(ticket)
            try:
                self._check_open()
                while self._taken or self._next() is not ticket:
                    self._condition.wait(self._alarm(ticket))
                    self._check_open()
                self._taken = True
            finally:  # an interrupt while waiting must not leave its ticket in the way
                self._waiting.remove(ticket)
                self._condition.notify_all()

    def _next(self) -> _Ticket | None:
        """The call that goes next: an overdue one, else a search's, else indexing when quiet."""
        background = next((t for t in self._waiting if t.overdue is not None), None)
        foreground = next((t for t in self._waiting if t.overdue is None), None)
        if background and background.overdue and background.overdue <= time.monotonic():
            return background
        return foreground or (background if not self._searches else None)

    def _alarm(self, ticket: _Ticket) -> float | None:
        """Seconds after which a waiting call looks again by itself; else it is notified."""
        if self._taken or ticket.overdue is None:
            return None
        return max(0.0, ticket.overdue - time.monotonic())
