"""Long work behind the searches: in turns, told how far it is, stopped on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from core.errors import Stopping
from core.models.scheduler import InferenceScheduler


@dataclass(frozen=True, slots=True)
class Work:
    """Whose turn it is, whether somebody wants it to stop, and who hears how far it is (0..1)."""

    scheduler: InferenceScheduler = field(default_factory=InferenceScheduler)
    stopped: Callable[[], bool] = lambda: False
    tell: Callable[[float], None] = lambda share: None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A background turn.

        Raises:
            Stopping: it was stopped, or the program ends.
        """
        self.check()
        with self.scheduler.turn(background=True):
            yield

    def check(self) -> None:
        """Go on, or not.

        Raises:
            Stopping: it was stopped.
        """
        if self.stopped():
            raise Stopping("The int8 recipe was stopped; nothing of it is kept.", "Make it again.")
