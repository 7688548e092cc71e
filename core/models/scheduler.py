"""Whose turn it is to use the models: searches first, indexing in between, batch by batch.

``ScheduledEncoder`` and ``ScheduledCrossEncoder`` wrap an adapter and are one themselves. The
adapters keep their own locks; the scheduler decides who comes to them first.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from core.errors import Stopping
from core.models.shared_batches import Batched, BatchedEncoder, Computing, SharedBatches
from core.models.tokens import Tokens
from core.ports import CrossEncoder, Encoder
from core.schema import FloatMatrix, FloatVector

INDEXING_PATIENCE_SECONDS = 3.0
QUIET_SECONDS = 30.0
"""After the last search; until then indexing takes short turns."""
WORKING_SECONDS = 1.0
"""How often who waits for a quiet moment asks whether jobs still wait."""


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

    def __init__(self, patience: float = INDEXING_PATIENCE_SECONDS) -> None:
        self._patience = patience
        self._condition = threading.Condition()
        self._waiting: list[_Ticket] = []
        self._searches = 0
        self._taken = False
        self._beside = 0
        self._closed = False
        self._used_at = time.monotonic()
        self._searched_at = -QUIET_SECONDS

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
                self._searched_at = time.monotonic()
                self._left()

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
                self._left()

    def wait_until_idle(self, seconds: float, working: Callable[[], bool]) -> None:
        """Come back when nobody, indexing included, has used a model for so long.

        Args:
            seconds: how long.
            working: whether jobs wait or run that use a model now and then.

        Raises:
            Stopping: the scheduler was closed meanwhile.
        """
        with self._condition:
            while True:
                self._check_open()
                left = self._used_at + seconds - time.monotonic()
                if self._taken or self._searches or self._waiting:
                    self._condition.wait()
                elif working():
                    self._condition.wait(WORKING_SECONDS)
                elif left > 0:
                    self._condition.wait(left)
                else:
                    return

    def nobody_searches(self) -> bool:
        """Whether no search has used a model for a while, so that long turns disturb nobody."""
        with self._condition:
            return not self._searches and time.monotonic() - self._searched_at >= QUIET_SECONDS

    def _left(self) -> None:
        self._used_at = time.monotonic()
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
            raise Stopping("Second Look is shutting down.", "Ask again after it has restarted.")

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


SEARCH_BATCH = 16
INDEX_BATCH, LONE_INDEX_BATCH = 8, 64
"""Chunks in a turn while somebody searches, and while nobody does: a tenth faster."""


def _together(
    shared: SharedBatches,
    scheduler: InferenceScheduler,
    model: Computing,
    inputs: Sequence[Tokens],
    background: bool,
) -> FloatMatrix | FloatVector:
    """What a model gives for these inputs, in batches with those of others that wait."""
    call = shared.add(inputs)
    try:
        while not call.done:
            with scheduler.turn(background=background):
                if not call.done:
                    shared.step(model)
        return call.result()
    finally:
        shared.remove(call)


class ScheduledEncoder:
    """An ``Encoder`` that waits for its turn; ``background`` says that nobody waits for it."""

    def __init__(
        self,
        encoder: Encoder,
        scheduler: InferenceScheduler,
        *,
        background: bool = False,
        shared: SharedBatches | None = None,
    ) -> None:
        self.info = encoder.info
        self._encoder = encoder
        self._scheduler = scheduler
        self._background = background
        self._shared = shared or SharedBatches()

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._encoder.dimension

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        """Unit vectors, float32[len(texts), dimension]; one turn a batch.

        Batches are of similar length, longest first: short texts are not padded to long ones.
        Calls that people wait for share batches, where the model can do that.
        """
        if not self._background and texts and isinstance(self._encoder, BatchedEncoder):
            return self._read_together(self._encoder, texts)
        size = SEARCH_BATCH
        if self._background:
            size = LONE_INDEX_BATCH if self._scheduler.nobody_searches() else INDEX_BATCH
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for batch in _slices([len(text) for text in texts], size):
            with self._scheduler.turn(background=self._background):
                vectors[batch] = self._encoder.encode([texts[i] for i in batch])
        return vectors

    def encode_query(self, query: str) -> FloatVector:
        """Unit vector of a question, float32[dimension]; one turn."""
        if isinstance(self._encoder, BatchedEncoder):
            vector: FloatVector = self._read_together(self._encoder, [query], as_query=True)[0]
            return vector
        with self._scheduler.turn(background=self._background):
            return self._encoder.encode_query(query)

    def _read_together(
        self, encoder: BatchedEncoder, texts: Sequence[str], *, as_query: bool = False
    ) -> FloatMatrix:
        with self._scheduler.beside():
            inputs = encoder.prepare_texts(texts, as_query=as_query)
        return _together(self._shared, self._scheduler, encoder, inputs, self._background)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Character span of every token; it runs no model and waits for nobody."""
        return self._encoder.token_spans(text)


class ScheduledCrossEncoder:
    """A ``CrossEncoder`` that waits for its turn; ``background`` says that nobody waits for it."""

    def __init__(
        self,
        cross_encoder: CrossEncoder,
        scheduler: InferenceScheduler,
        *,
        background: bool = False,
    ) -> None:
        self.info = cross_encoder.info
        self.cross_encoder = cross_encoder
        self._scheduler = scheduler
        self._background = background
        self._shared = SharedBatches()

    def score(self, query: str, passages: Sequence[str]) -> FloatVector:
        """Raw logits, float32[len(passages)], in the order given; one turn a batch.

        Batches are of similar length, longest first: short passages are not padded to long ones.
        Questions that wait at the same time share batches, where the model can do that.
        """
        if isinstance(self.cross_encoder, Batched):
            return self._score_shared(self.cross_encoder, query, passages)
        logits = np.zeros(len(passages), dtype=np.float32)
        for batch in _slices([len(text) for text in passages], SEARCH_BATCH):
            with self._scheduler.turn(background=self._background):
                logits[batch] = self.cross_encoder.score(query, [passages[i] for i in batch])
        return logits

    def _score_shared(self, model: Batched, query: str, passages: Sequence[str]) -> FloatVector:
        with self._scheduler.beside():
            pairs = model.prepare(query, passages)
        return _together(self._shared, self._scheduler, model, pairs, self._background)

    def truncated(self, query: str, passages: Sequence[str]) -> list[bool]:
        """For each passage, whether its end does not fit the model's window."""
        with self._scheduler.turn(background=self._background):
            return self.cross_encoder.truncated(query, passages)


def _slices(lengths: Sequence[int], size: int) -> Iterator[list[int]]:
    """Positions, longest first, ``size`` at a time."""
    by_length = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    for start in range(0, len(by_length), size):
        yield by_length[start : start + size]
