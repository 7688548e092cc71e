"""Rerankers tried on the person's own passages: how fast, how large, and how much they agree."""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.models.scheduled import ScheduledCrossEncoder
from core.models.scheduler import InferenceScheduler
from core.ports import CrossEncoder
from core.schema import Chunk
from core.text.overlap import kendall_tau

TOP = 10


@dataclass(frozen=True, slots=True)
class Opened:
    """A model beside the one that is on, the seconds that opening it took, and what it added.

    ``megabytes`` is by how much the memory of the whole program grew meanwhile: other work at the
    same time counts too, and what the libraries took before does not.
    """

    model: CrossEncoder
    seconds: float
    megabytes: float


def measure_opening(opened: Callable[[], CrossEncoder]) -> Opened:
    """Open a model with an eye on the clock and on the memory.

    Raises:
        SecondLookError: it could not be opened.
    """
    before, begun = memory_megabytes(), time.perf_counter()
    model = opened()
    seconds = time.perf_counter() - begun
    return Opened(model, seconds, max(0.0, memory_megabytes() - before))


@dataclass(frozen=True, slots=True)
class Tried:
    """One reranker on one question.

    ``order`` has the chunk ids, best first, ``logits`` theirs in that order. ``load_seconds`` and
    ``megabytes`` are what opening it took, ``score_seconds`` what reading all passages took.
    """

    name: str
    runtime: str
    load_seconds: float
    megabytes: float
    score_seconds: float
    order: tuple[str, ...]
    logits: tuple[float, ...]

    @property
    def pairs_per_second(self) -> float:
        """Passages read a second."""
        return len(self.order) / self.score_seconds if self.score_seconds > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two orders of the same passages: the share of common ones at the top, and Kendall's tau."""

    top: int
    overlap: float
    tau: float | None


def try_reranker(
    name: str,
    opened: Opened,
    query: str,
    chunks: Sequence[Chunk],
    scheduler: InferenceScheduler,
) -> Tried:
    """Let a reranker read the passages in the scheduler's turns, and time it.

    Ties stand by chunk id, as in every ranking here. One pair is read before the clock starts.

    Raises:
        SecondLookError: it gave no scores.
    """
    model = ScheduledCrossEncoder(opened.model, scheduler)
    model.score(query, [chunk.passage for chunk in chunks[:1]])
    ready = time.perf_counter()
    scores = model.score(query, [chunk.passage for chunk in chunks])
    ended = time.perf_counter()
    best = sorted(range(len(chunks)), key=lambda i: (-float(scores[i]), chunks[i].id))
    return Tried(
        name=name,
        runtime=model.info.runtime,
        load_seconds=opened.seconds,
        megabytes=opened.megabytes,
        score_seconds=ended - ready,
        order=tuple(chunks[i].id for i in best),
        logits=tuple(float(scores[i]) for i in best),
    )


def agreement(one: Sequence[str], other: Sequence[str], top: int = TOP) -> Agreement:
    """How much two orders of the same passages agree.

    >>> agreement(["a", "b", "c"], ["a", "c", "b"], top=2)  # a is common, of 2
    Agreement(top=2, overlap=0.5, tau=0.33333333333333337)
    """
    top = min(top, len(one))
    common = len(set(one[:top]) & set(other[:top]))
    return Agreement(top, common / top if top else 1.0, kendall_tau(one, other))


def memory_megabytes() -> float:
    """Memory that this process holds now; where the system does not say, the most it ever held."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (OSError, ValueError, IndexError):
        unit = 1e6 if sys.platform == "darwin" else 1e3  # bytes there, kilobytes elsewhere
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
