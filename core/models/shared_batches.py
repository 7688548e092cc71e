"""Batches that several calls share: whoever has the turn computes the next, for whomever it is."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np

from core.errors import ModelError
from core.models.tokens import Tokens
from core.schema import FloatMatrix, FloatVector

TOKEN_BUDGET = 4096
"""What is scored in one turn: enough to keep several cores busy, little enough to wait for."""


class Computing(Protocol):
    """A model that computes a row or a number for each of its inputs."""

    def run(self, pairs: Sequence[Tokens], /) -> FloatMatrix | FloatVector:
        """float32[len(pairs)], or float32[len(pairs), width], whatever the calls they are of."""
        ...


@runtime_checkable
class Batched(Computing, Protocol):
    """A cross-encoder that can score any pairs together, whatever their questions."""

    def prepare(self, query: str, passages: Sequence[str]) -> list[Tokens]:
        """Each pair's tokens, in the order given."""
        ...


@runtime_checkable
class BatchedEncoder(Computing, Protocol):
    """An encoder that can read any texts together, questions and passages."""

    def prepare_texts(self, texts: Sequence[str], *, as_query: bool = False) -> list[Tokens]:
        """Each text's tokens, in the order given."""
        ...


@dataclass(eq=False, slots=True)
class WaitingInputs:
    """The inputs of one call; ``waiting`` are positions not yet begun, longest first.

    ``outputs`` are what was computed of each, ``missing`` how many are not.
    """

    pairs: Sequence[Tokens]
    waiting: list[int]
    outputs: list[Any]
    missing: int
    error: ModelError | None = None

    @property
    def done(self) -> bool:
        """Whether every output is there, or none will come."""
        return self.missing == 0 or self.error is not None

    def result(self) -> FloatMatrix | FloatVector:
        """The outputs in the order of the inputs.

        Raises:
            ModelError: the model failed on a batch of this call.
        """
        if self.error is not None:
            raise self.error
        return np.array(self.outputs, dtype=np.float32)


@dataclass(eq=False, slots=True)
class SharedBatches:
    """What waits to be scored. Whoever has the turn runs the next batch, for whomever it is.

    The oldest question is served first; where the turn has room, pairs of later ones ride along.
    So nobody waits longer than in a plain queue, and no core is idle while somebody waits.

    Example: budget 100, the oldest question has one pair of 30 tokens left, the next one pairs of
    80 and 60, the third one of 20: the turn is 30, 20. The 80 has no room, and what is behind it
    waits with it.
    """

    budget: int = TOKEN_BUDGET
    _questions: list[WaitingInputs] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, pairs: Sequence[Tokens]) -> WaitingInputs:
        """Let pairs wait; the question tells when they are scored."""
        order = sorted(range(len(pairs)), key=lambda position: -len(pairs[position]))
        question = WaitingInputs(pairs, order, [None] * len(pairs), len(pairs))
        with self._lock:
            self._questions.append(question)
        return question

    def remove(self, question: WaitingInputs) -> None:
        """Forget a question, finished or given up."""
        with self._lock:
            if question in self._questions:
                self._questions.remove(question)

    def step(self, model: Computing) -> None:
        """Score the next batch, if anything waits; an error goes to all whose pairs it held.

        The caller holds the turn of the scheduler.
        """
        batch = self._next()
        if not batch:
            return
        error = ModelError("A batch was cancelled before it finished.", "Ask again.")
        outputs = None
        try:
            outputs = model.run([question.pairs[position] for question, position in batch])
        except ModelError as exc:
            error = exc
        finally:  # whatever happened, nobody may wait for these pairs for ever
            if outputs is None:
                for question, _ in batch:
                    question.error = error
        if outputs is None:
            return
        for (question, position), output in zip(batch, outputs, strict=True):
            question.outputs[position] = output
            question.missing -= 1

    def _next(self) -> list[tuple[WaitingInputs, int]]:
        """What waits: the oldest question and its longest pairs first, as the budget allows."""
        with self._lock:
            batch: list[tuple[WaitingInputs, int]] = []
            room = self.budget
            for question in self._questions:
                while question.waiting and (
                    len(question.pairs[question.waiting[0]]) <= room or not batch
                ):
                    room -= len(question.pairs[question.waiting[0]])
                    batch.append((question, question.waiting.pop(0)))
            return batch
