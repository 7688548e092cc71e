"""Questions of several people at the same time: batches of their own, and shared ones."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rows import Row, medians, sample_words
from core.models.registry import spec_of
from core.models.runtime import ModelLocation, open_cross_encoder
from core.models.scheduler import InferenceScheduler, ScheduledCrossEncoder
from core.ports import CrossEncoder

SESSIONS = 8
CANDIDATES = {"50 candidates": range(20, 170, 3), "5 candidates": range(20, 170, 30)}


def rows() -> Iterator[Row]:
    """Eight sessions that ask at once; ``plain`` here is the same engine without sharing."""
    words = sample_words()
    with tempfile.TemporaryDirectory() as home:
        model = open_cross_encoder(
            ModelLocation(spec_of("cross_encoder"), Path(home), 2), "openvino-f32"
        )
        for name, sizes in CANDIDATES.items():
            asked = [
                [" ".join(words[97 * session + 13 * size :][:size]) for size in sizes]
                for session in range(SESSIONS)
            ]
            scheduler = InferenceScheduler()
            shared = ScheduledCrossEncoder(model, scheduler)
            alone = [ScheduledCrossEncoder(model, scheduler) for _ in range(SESSIONS)]
            plain, ours = medians(
                [_Asking(alone, asked), _Asking([shared] * SESSIONS, asked)], runs=3
            )
            what = f"{SESSIONS} sessions, {name} each: shared batches"
            yield Row(what, plain, ours, "against not shared")


@dataclass(frozen=True, slots=True)
class _Asking:
    models: list[ScheduledCrossEncoder]
    asked: list[list[str]]

    def __call__(self) -> None:
        """All sessions at once, each with a question of its own."""
        with ThreadPoolExecutor(SESSIONS) as pool:
            list(pool.map(_ask, self.models, self.asked, range(SESSIONS)))


def _ask(model: CrossEncoder, texts: list[str], session: int) -> None:
    model.score(f"What does rule {session} say about travel?", texts)
