"""Measures runtimes later than at the start: when nobody searches and something has changed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from core.errors import SecondLookError
from core.models.loading import Models
from core.models.runtime_selection.measuring import Measuring

QUIET_SECONDS = 30.0
"""So long nobody has searched before a measurement begins."""
PAUSE_SECONDS = 5.0
AGAIN_SECONDS = 600.0
"""So often it is looked at where nothing has changed: what disturbed a measurement may be over."""
FAILURES = 3
_LOG = logging.getLogger(__name__)


class RuntimeWatch:
    """Looks every few seconds, in a thread, whether runtimes are to be measured, and does it.

    For another cross-encoder than at the start, for documents that have come since, and for times
    that were not clear. After ``FAILURES`` measurements that left a model due it is left alone.
    """

    def __init__(
        self,
        models: Models,
        measuring: Callable[[], Measuring],
        busy: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._models = models
        self._measuring = measuring
        self._busy = busy
        self._clock = clock
        self._stop = threading.Event()
        self._seen: tuple[object, ...] = ()
        self._next = 0.0
        self._failed: dict[str, int] = {}
        self._thread = threading.Thread(target=self._run, name="watch-runtimes", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self, timeout: float = 10.0) -> None:
        """Look no more; who measures ends when the scheduler of the models is closed."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(timeout)

    def look(self) -> bool:
        """Measure if it is time to and anything is due; whether it did.

        Raises:
            SecondLookError: nothing can be known now, for example while documents are repaired.
        """
        models, measuring = self._models, self._measuring()
        if models.status.state != "ready" or models.measuring.locked() or self._busy():
            return False
        if models.scheduler.quiet_seconds < QUIET_SECONDS:
            return False
        name = measuring.cross_encoder.spec.name
        if self._failed.get(name, 0) >= FAILURES or not self._changed(measuring):
            return False
        if not measuring.due(models):
            return False
        measuring(models)
        if measuring.due(models):
            self._failed[name] = self._failed.get(name, 0) + 1
        return True

    def _changed(self, measuring: Measuring) -> bool:
        """Whether it is worth looking closer, which reads the weights of both models."""
        models, own = self._models, measuring.own
        on = models.plain_encoder().info, models.plain_cross_encoder().info
        seen = (*on, measuring.wanted, own and own.count())
        if seen == self._seen and self._clock() < self._next:
            return False
        self._seen, self._next = seen, self._clock() + AGAIN_SECONDS
        return True

    def _run(self) -> None:
        while not self._stop.wait(PAUSE_SECONDS):
            try:
                self.look()
            except SecondLookError as exc:
                _LOG.info("Whether runtimes are to be measured is not known now: %s", exc)
