"""A row of the table, and how it is measured."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.models.openvino.tokens import PairTokenizer
from core.models.runtime_selection.material import sample_texts
from tests.shared import SHARED

RUNS = 5
SQUAD = SHARED / "data" / "squad-dev"
Work = Callable[[], object]
HEAD = "| what | plain library, ms | Second Look, ms | ratio | and |\n|---|---|---|---|---|"


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured: medians in milliseconds of the plain way and of ours, and a remark."""

    name: str
    plain_ms: float
    ours_ms: float
    remark: str = ""

    @property
    def line(self) -> str:
        """A line of the table."""
        ratio = self.plain_ms / self.ours_ms
        return (
            f"| {self.name} | {self.plain_ms:.0f} | {self.ours_ms:.0f} | x{ratio:.2f} "
            f"| {self.remark} |"
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """What has no plain way to be compared with, in milliseconds unless another unit is named."""

    name: str
    ours: float
    remark: str = ""
    unit: str = ""

    @property
    def line(self) -> str:
        """A line of the table."""
        digits = 0 if self.ours >= 10 else 1
        return (
            f"| {self.name} | | {self.ours:.{digits}f} {self.unit}".rstrip()
            + f" | | {self.remark} |"
        )


def medians(works: Sequence[Work], runs: int = RUNS) -> list[float]:
    """Milliseconds of each work, in turn, after a warm-up each; the medians.

    In turn, so that another program on the machine slows all of them, and the ratios stay.
    """
    for work in works:
        work()
    times: list[list[float]] = [[] for _ in works]
    for _ in range(runs):
        for work, into in zip(works, times, strict=True):
            begun = time.perf_counter()
            work()
            into.append(1000 * (time.perf_counter() - begun))
    return [statistics.median(taken) for taken in times]


def pair(name: str, plain: Work, ours: Work, runs: int = RUNS) -> Row:
    """One row of two works."""
    taken, own = medians([plain, ours], runs)
    return Row(name, taken, own)


def sample_words() -> list[str]:
    """All words of the sample documents, in order."""
    return " ".join(sample_texts()[1]).split()


def text_of(tokens: int, question: str, tokenizer: PairTokenizer, start: int = 0) -> str:
    """Words of the samples that make, with the question, an input of that many tokens or one less.

    Args:
        start: position of the first word.
    """
    words = sample_words()[start : start + tokens]
    low, high = 1, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        fits = len(tokenizer(question, [" ".join(words[:middle])])[0]) <= tokens
        low, high = (middle, high) if fits else (low, middle - 1)
    return " ".join(words[:low])
