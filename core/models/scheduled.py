"""Both models behind the scheduler: batch by batch, so that other people's calls go in between.

Each wraps an adapter and is one itself. The adapters keep their own locks; the scheduler decides
who comes to them first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from core.models.scheduler import InferenceScheduler
from core.models.shared_batches import Batched, SharedBatches
from core.ports import CrossEncoder, Encoder
from core.schema import FloatMatrix, FloatVector, ModelInfo

SEARCH_BATCH = 16
INDEX_BATCH = 8


class ScheduledEncoder:
    """An ``Encoder`` that waits for its turn; ``background`` says that nobody waits for it."""

    def __init__(
        self, encoder: Encoder, scheduler: InferenceScheduler, *, background: bool = False
    ) -> None:
        self._encoder = encoder
        self._scheduler = scheduler
        self._background = background

    @property
    def info(self) -> ModelInfo:
        """Which model this is."""
        return self._encoder.info

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._encoder.dimension

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        """Unit vectors, float32[len(texts), dimension]; one turn a batch.

        Batches are of similar length, longest first: short texts are not padded to long ones.
        """
        size = INDEX_BATCH if self._background else SEARCH_BATCH
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for batch in _slices([len(text) for text in texts], size):
            with self._scheduler.turn(background=self._background):
                vectors[batch] = self._encoder.encode([texts[i] for i in batch])
        return vectors

    def encode_query(self, query: str) -> FloatVector:
        """Unit vector of a question, float32[dimension]; one turn."""
        with self._scheduler.turn(background=self._background):
            return self._encoder.encode_query(query)

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
        self.cross_encoder = cross_encoder
        self._scheduler = scheduler
        self._background = background
        self._shared = SharedBatches()

    @property
    def info(self) -> ModelInfo:
        """Which model this is."""
        return self.cross_encoder.info

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
        job = self._shared.add(pairs)
        try:
            while not job.done:
                with self._scheduler.turn(background=self._background):
                    if not job.done:
                        self._shared.step(model)
            return job.result()
        finally:
            self._shared.remove(job)

    def truncated(self, query: str, passages: Sequence[str]) -> list[bool]:
        """For each passage, whether its end does not fit the model's window."""
        with self._scheduler.turn(background=self._background):
            return self.cross_encoder.truncated(query, passages)


def _slices(lengths: Sequence[int], size: int) -> Iterator[list[int]]:
    """Positions, longest first, ``size`` at a time."""
    by_length = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    for start in range(0, len(by_length), size):
        yield by_length[start : start + size]
