"""Two models doing the same work in turn, so that whatever else runs here meets both alike.

A machine is seldom quiet at a first start: documents are indexed, other programs run. So the work
is cut into slices; each is done by one model and then by the other, several times over, and the
least time of each counts. Load that comes and goes falls on both, and a slice that was disturbed
once has other rounds.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.models.scheduler import InferenceScheduler

ROUNDS = 3
SAME = 0.05
"""A difference of less than 5 % in speed decides nothing."""
_TWO_SIDED = 1.96
_LEAST_SECONDS = 1e-9

Slice = TypeVar("Slice")
Seconds = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lead:
    """How many times as fast one model is as another, with a 95% interval over the slices."""

    ratio: float
    low: float
    high: float

    @property
    def settled(self) -> bool:
        """Whether the interval says which one is faster, or that it does not matter."""
        equal = self.low >= 1 / (1 + SAME) and self.high <= 1 + SAME
        return self.low > 1 or self.high < 1 or equal


def race(
    runners: Sequence[Callable[[Slice], object]],
    slices: Sequence[Slice],
    scheduler: InferenceScheduler,
    rounds: int = ROUNDS,
) -> list[Seconds]:
    """Let all runners do each slice in turn; seconds[rounds, slices] of each.

    Every call has a background turn of its own: a question waits for one slice at most.
    """
    taken = [np.zeros((rounds, len(slices))) for _ in runners]
    for at in np.ndindex(rounds, len(slices)):
        for seconds, run in zip(taken, runners, strict=True):
            with scheduler.turn(background=True):
                begun = time.perf_counter()
                run(slices[at[1]])
                seconds[at] = max(time.perf_counter() - begun, _LEAST_SECONDS)
    return taken


def least(seconds: Seconds) -> float:
    """Seconds that all slices take when nothing disturbs: the least of each slice, added up."""
    return float(seconds.min(axis=0).sum())


def spread(seconds: Seconds) -> float:
    """How much longer the same work took in another round; 0.1 is a tenth.

    The second least of each slice against the least: 0 on a machine that does nothing else.

    >>> round(spread(np.array([[1.0, 2.0], [1.5, 2.0], [9.0, 9.0]])), 3)  # 3.5 / 3
    0.167
    """
    if len(seconds) < 2 or not seconds.size:
        return 0.0
    ordered = np.sort(seconds, axis=0)
    return float(ordered[1].sum() / ordered[0].sum() - 1)


def lead(one: Seconds, other: Seconds) -> Lead:
    """How many times as fast ``one`` is as ``other``, of which the same slices were timed in turn.

    The mean of the slices' log ratios, and its interval; of one slice nothing is known.

    >>> found = lead(np.array([[1.0, 1.0]]), np.array([[2.0, 2.0]]))
    >>> (round(found.ratio, 6), found.settled)
    (2.0, True)
    """
    logs = np.log(other.min(axis=0) / one.min(axis=0))
    middle = float(logs.mean())
    error = float(logs.std(ddof=1)) / math.sqrt(len(logs)) if len(logs) > 1 else math.inf
    low, high = middle - _TWO_SIDED * error, middle + _TWO_SIDED * error
    return Lead(math.exp(middle), math.exp(low), math.exp(high))
