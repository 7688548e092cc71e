"""Reading pairs within a time: what does not fit is left unread, and never silently."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.schema import UNCALIBRATED, Calibration, FloatVector
from core.search.cache import CachedCrossEncoder
from core.search.windows import score_windows

SLICE_PAIRS = 8
"""Pairs that are read between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment after which nothing new is begun; ``ends`` is in the clock's seconds."""

    ends: float
    clock: Callable[[], float]

    @classmethod
    def after(cls, budget_ms: int, clock: Callable[[], float] = time.perf_counter) -> Deadline:
        """So many milliseconds from now; 0 is never."""
        return cls(clock() + budget_ms / 1000 if budget_ms else math.inf, clock)

    @property
    def never(self) -> bool:
        """Whether there is all the time."""
        return math.isinf(self.ends)

    def half(self) -> Deadline:
        """Half of what is left."""
        now = self.clock()
        return replace(self, ends=now + (self.ends - now) / 2)

    def allows(self, seconds: float) -> bool:
        """Whether work of that length would end before."""
        now = self.clock()
        return now < self.ends and now + seconds <= self.ends


@dataclass(frozen=True, slots=True)
class PairReader:
    """A question, who reads it with a passage, until when, and how its logits are shown.

    ``windows``: a text that the model cannot see whole is read in parts, and the best part counts.
    """

    query: str
    cross_encoder: CachedCrossEncoder
    deadline: Deadline
    calibration: Calibration = UNCALIBRATED
    windows: bool = False

    def score(self, texts: Sequence[str]) -> FloatVector:
        """The logit of each text, float32[len(texts)]."""
        if self.windows:
            return score_windows(self.cross_encoder, self.query, texts)
        return self.cross_encoder.score(self.query, texts)

    def known(self, texts: Sequence[str]) -> list[bool]:
        """Whether the logit of each text costs nothing; parts of a text are looked up later."""
        if self.windows:
            return [False] * len(texts)
        return self.cross_encoder.known(self.query, texts)


def read_in_time(reader: PairReader, texts: Sequence[str]) -> FloatVector:
    """Logits of as many texts, in their order, as the time allows: NaN for those not read.

    What was read before costs nothing and is always there. The others are read in slices; one is
    begun only when, at the pace of the slices before it, it ends in time.

    Returns:
        float32[len(texts)].
    """
    deadline = reader.deadline
    if deadline.never:
        return reader.score(texts)
    logits = np.full(len(texts), np.nan, dtype=np.float32)
    kept = reader.known(texts)
    free = [i for i, is_kept in enumerate(kept) if is_kept]
    logits[free] = reader.score([texts[i] for i in free])
    rest = [i for i, is_kept in enumerate(kept) if not is_kept]
    begun = deadline.clock()
    for start in range(0, len(rest), SLICE_PAIRS):
        part = rest[start : start + SLICE_PAIRS]
        pace = (deadline.clock() - begun) / start if start else 0.0
        if not deadline.allows(pace * len(part)):
            break
        logits[part] = reader.score([texts[i] for i in part])
    return logits
