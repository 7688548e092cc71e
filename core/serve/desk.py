"""How many texts may wait at the same time, and how long the others should stay away."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core.errors import Overloaded

LONGEST_WAIT = 60


class Desk:
    """Counts the texts that wait or are read. Used in the event loop alone, so without a lock.

    Args:
        most: texts at the same time; a single request of more is taken when nobody waits.
        clock: in seconds.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self.waiting = 0
        self._clock = clock
        self._pace = 0.0
        self._since = 0.0

    @contextmanager
    def place(self, texts: int) -> Iterator[None]:
        """Wait and be read.

        Raises:
            Overloaded: more would wait than is bearable.
        """
        if self.waiting and self.waiting + texts > self.most:
            raise Overloaded(
                f"{self.waiting} texts wait already, and {self.most} may.",
                "Ask again later.",
                self.retry_after(),
            )
        if not self.waiting:
            self._since = self._clock()
        self.waiting += texts
        try:
            yield
        finally:
            self.waiting -= texts
            self._done(texts)

    def retry_after(self) -> int:
        """Seconds until half of what waits is read, at the pace so far: 1 to 60."""
        return max(1, min(LONGEST_WAIT, math.ceil(self._pace * self.waiting / 2)))

    def _done(self, texts: int) -> None:
        """Seconds for a text, smoothed: what ended last counts a fifth."""
        now = self._clock()
        pace = (now - self._since) / max(1, texts)
        self._pace = pace if self._pace == 0.0 else 0.8 * self._pace + 0.2 * pace
        self._since = now
