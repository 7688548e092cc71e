"""How many bytes may be given: by one session, and by all together while they wait."""

from __future__ import annotations

import threading
from collections import Counter

from core.errors import InputError
from core.settings import Limits

_MB = 1024 * 1024


class Allowance:
    """Counts what each session has given since the start; safe to use from several threads."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._given: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, session: str, size: int, waiting: int) -> None:
        """Count ``size`` more bytes of a session, or count nothing and say why.

        Args:
            session: names the session; an empty name has no limit of its own.
            size: bytes of the files that it gives now.
            waiting: bytes of all files that wait or are read now, of whichever session.

        Raises:
            InputError: the session, or all together, would have given too much.

        """
        with self._lock:
            given = self._given[session] + size
            if session and given > self._limits.session_mb * _MB:
                raise InputError(
                    f"This session would have added {given / _MB:.1f} MB, above the limit of "
                    f"{self._limits.session_mb} MB.",
                    "Open a new session, or raise SECOND_LOOK_MAX_SESSION_MB.",
                )
            if waiting + size > self._limits.library_mb * _MB:
                raise InputError(
                    f"With these files {(waiting + size) / _MB:.1f} MB would wait to be read, "
                    f"above the limit of {self._limits.library_mb} MB.",
                    "Wait until some are indexed, or raise SECOND_LOOK_MAX_LIBRARY_MB.",
                )
            self._given[session] = given
