"""Work that nobody waits for: done later, one piece after the other, behind the pages."""

from __future__ import annotations

from core.errors import SecondLookError
from core.home.worker import BackgroundWorker, Work

MOST_WAITING = 200


class Recorder(BackgroundWorker):
    """Does small pieces of work in order. Handing one over never waits and never fails.

    ``trouble`` says why the last piece failed, or why one was left out; it is empty again after
    one that succeeds and proves it.
    """

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        super().__init__("recorder", most_waiting)
        self.trouble = ""

    def put(self, work: Work, *, proves: bool = True) -> bool:
        """Hand work over, to be done later.

        Args:
            work: raises a ``SecondLookError`` when it fails.
            proves: whether its success shows that all is well again.

        Returns:
            Whether it was taken; it is not when too much waits, or after ``close``.
        """

        def watched() -> None:
            try:
                work()
            except SecondLookError as exc:
                self.trouble = str(exc)
                raise
            if proves:
                self.trouble = ""

        taken = super().put(watched)
        if not taken and not self.closed:
            self.trouble = "Searches come in faster than they can be recorded."
        return taken
