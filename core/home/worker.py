"""Work behind people's backs: the one background worker, and what a process does at its end."""

from __future__ import annotations

import atexit
import logging
import threading
import weakref
from collections import deque
from collections.abc import Callable

from core.errors import SecondLookError, Stopping

Work = Callable[[], object]
_LOG = logging.getLogger(__name__)


class BackgroundWorker:
    """Does pieces of work one after the other, in a daemon thread that lives while there are any.

    An error ends its piece and is logged; the worker outlives it. ``Stopping`` ends the worker,
    like ``close``: what waits is left, and no work is taken any more. Safe to use from any thread;
    only ``wait`` and ``close`` must not be called by the work itself.

    Args:
        name: of the thread, as logs and debuggers show it.
        most_waiting: pieces that may wait at the same time; more are not taken.
    """

    def __init__(self, name: str, most_waiting: int | None = None) -> None:
        self._name = name
        self._most_waiting = most_waiting
        self._waiting: deque[Work] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def busy(self) -> bool:
        """Whether anything waits or runs."""
        return self._thread is not None

    @property
    def closed(self) -> bool:
        """Whether it shall end: long work looks at this between its steps."""
        return self._closed

    def put(self, work: Work) -> bool:
        """Hand work over and return at once; False when it is not taken."""
        with self._changed:
            if self._closed or len(self._waiting) == self._most_waiting:
                return False
            self._waiting.append(work)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
        return True

    def every(self, seconds: float, work: Work) -> bool:
        """Do the same work again and again until the end, with a pause before each time."""

        def repeat() -> None:
            while not self.sleep(seconds):
                self._do(work)

        return self.put(repeat)

    def sleep(self, seconds: float) -> bool:
        """Pause, at most until the worker shall end; whether it shall."""
        with self._changed:
            return self._changed.wait_for(lambda: self._closed, seconds)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing waits or runs; False when that takes longer than ``timeout``."""
        with self._changed:
            return self._changed.wait_for(lambda: self._thread is None, timeout)

    def close(self, timeout: float | None = 10.0, *, finish: bool = False) -> bool:
        """End after the piece that runs now; with ``finish``, after all that wait.

        Returns:
            Whether it ended within ``timeout`` seconds.
        """
        with self._changed:
            self._closed = True
            if not finish:
                self._waiting.clear()
            self._changed.notify_all()
        return self.wait(timeout)

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._waiting:
                    self._thread = None
                    self._changed.notify_all()
                    return
                work = self._waiting.popleft()
            self._do(work)
            del work  # what it holds is free while the next one runs

    def _do(self, work: Work) -> None:
        try:
            work()
        except Stopping:
            with self._changed:
                self._closed = True
                self._waiting.clear()
        except SecondLookError as exc:
            _LOG.warning("%s: %s", self._name, exc)
        except BaseException:  # noqa: BLE001 - outlives any defect, which is logged whole
            _LOG.exception("%s: work failed", self._name)


def before_the_end(close: Callable[[], object]) -> None:
    """Call ``close`` when Python ends, before temporary folders are removed.

    ``atexit.unregister`` takes it back.

    ``atexit`` calls first what came last, and the first finalizer of all registers those of all
    temporary folders: so one is made before. What is registered later may be gone by then, and the
    pools of ``concurrent.futures`` are: they take no work any more.
    """
    weakref.finalize(threading.Event(), int)
    atexit.register(close)
