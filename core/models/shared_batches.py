"""Pairs of several waiting questions in one batch."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from core.errors import ModelError
from core.models.openvino.tokens import Tokens
from core.schema import FloatVector

TOKEN_BUDGET = 4096
"""What is scored in one turn: enough to keep several cores busy, little enough to wait for."""


@runtime_checkable
class Batched(Protocol):
    """A cross-encoder that can score any pairs together, whatever their questions."""

    def prepare(self, query: str, passages: Sequence[str]) -> list[Tokens]:
        """Each pair's tokens, in the order given."""
        ...

    def run(self, pairs: Sequence[Tokens]) -> FloatVector:
        """Raw logits of one batch, float32[len(pairs)]."""
        ...


@dataclass(eq=False, slots=True)
class Job:
    """One question's pairs; ``waiting`` are positions not yet begun, longest first."""

    pairs: Sequence[Tokens]
    waiting: list[int]
    logits: FloatVector
    missing: int
    error: ModelError | None = None

    @property
    def done(self) -> bool:
        """Whether every logit is there, or none will come."""
        return self.missing == 0 or self.error is not None

    def result(self) -> FloatVector:
        """The logits in the order of the pairs.

        Raises:
            ModelError: the model failed on a batch of this job.
        """
        if self.error is not None:
            raise self.error
        return self.logits


@dataclass(eq=False, slots=True)
class SharedBatches:
    """What waits to be scored. Whoever has the turn runs the next batch, for whomever it is.

    The oldest job is served first; where the turn has room, pairs of later jobs ride along. So
    nobody waits longer than in a plain queue, and no core is idle while somebody waits.

    Example: budget 100, the oldest job has one pair of 30 tokens left, the next job pairs of 80
    and 60, the third one of 20: the turn is 30, 20. The 80 has no room, and what is behind it in
    its job waits with it.
    """

    budget: int = TOKEN_BUDGET
    _jobs: list[Job] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, pairs: Sequence[Tokens]) -> Job:
        """Let pairs wait; the job tells when they are scored."""
        order = sorted(range(len(pairs)), key=lambda position: -len(pairs[position]))
        job = Job(pairs, order, np.zeros(len(pairs), dtype=np.float32), len(pairs))
        with self._lock:
            self._jobs.append(job)
        return job

    def remove(self, job: Job) -> None:
        """Forget a job, finished or given up."""
        with self._lock:
            if job in self._jobs:
                self._jobs.remove(job)

    def step(self, model: Batched) -> None:
        """Score the next batch, if anything waits; an error goes to all whose pairs it held.

        The caller holds the turn of the scheduler.
        """
        batch = self._next()
        if not batch:
            return
        error = ModelError("A batch was given up before its end.", "Ask again.")
        logits = None
        try:
            logits = model.run([job.pairs[position] for job, position in batch])
        except ModelError as exc:
            error = exc
        finally:  # whatever happened, nobody may wait for these pairs for ever
            if logits is None:
                for job, _ in batch:
                    job.error = error
        if logits is None:
            return
        for (job, position), logit in zip(batch, logits, strict=True):
            job.logits[position] = logit
            job.missing -= 1

    def _next(self) -> list[tuple[Job, int]]:
        """What waits, the oldest job first and its longest pairs first, as the budget allows."""
        with self._lock:
            batch: list[tuple[Job, int]] = []
            room = self.budget
            for job in self._jobs:
                while job.waiting and (len(job.pairs[job.waiting[0]]) <= room or not batch):
                    room -= len(job.pairs[job.waiting[0]])
                    batch.append((job, job.waiting.pop(0)))
            return batch
