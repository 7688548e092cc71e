"""Work that nobody waits for: done later, one piece after the other, in a thread of its own."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from core.errors import SecondLookError

Work = Callable[[], None]
Piece = tuple[Work, bool]
MOST_WAITING = 200


class Recorder:
    """Does small pieces of work in order. Handing one over never waits and never fails.

    ``trouble`` says why the last piece failed, or why one was left out; it is empty again after
    one that succeeds and proves it.
    """

    def __init__(self, most: int = MOST_WAITING) -> None:
        """Begin without a thread; the first piece of work starts it."""
        self._queue: queue.Queue[Piece | None] = queue.Queue(most)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False
        self.trouble = ""

    def put(self, work: Work, *, proves: bool = True) -> bool:
        """Hand work over, to be done later.

        Args:
            work: raises a ``SecondLookError`` when it fails.
            proves: whether its success shows that all is well again.

        Returns:
            Whether it was taken; it is not when too much waits, or after ``close``.
        """
        with self._lock:
            if self._closed:
                return False
            try:
                self._queue.put_nowait((work, proves))
            except queue.Full:
                self.trouble = "Searches come faster than they can be written down."
                return False
            if self._thread is None:
                self._begin()
        return True

    def flush(self) -> None:
        """Wait until everything handed over so far is done."""
        self._queue.join()

    def close(self) -> None:
        """Do what waits, then end."""
        self.flush()
        with self._lock:
            self._closed = True
            thread = self._thread
        if thread is not None:
            self._queue.put(None)
            thread.join()

    def _begin(self) -> None:
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        ended = False
        try:
            while (piece := self._queue.get()) is not None:
                self._do(*piece)
            self._queue.task_done()
            ended = True
        finally:
            if not ended:  # a mistake of ours is reported by the thread; the rest goes on
                self._begin()

    def _do(self, work: Work, proves: bool) -> None:
        try:
            work()
            if proves:
                self.trouble = ""
        except SecondLookError as exc:
            self.trouble = str(exc)
        finally:
            self._queue.task_done()
