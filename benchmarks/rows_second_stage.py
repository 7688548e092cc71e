"""The second stage's choices: kept scores, a cascade, and what the skip predictor itself costs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.rows import Figure, Row, medians, sample_words
from core.models.registry import spec_of
from core.models.runtime import ModelLocation, open_cross_encoder
from core.schema import Candidate, Chunk, Hit
from core.search.cache import CachedCrossEncoder, NoScores, ScoreCache
from core.search.reading import Deadline, PairReader
from core.search.second_stage import second_stage
from core.search.skip_predictor import decide
from core.search_settings import SecondStageSettings

QUESTION = "Can I approve my own travel expenses?"
SIZES = range(40, 240, 2)
CASCADE = 30


def made_candidates() -> tuple[Candidate, ...]:
    """A hundred passages of the samples' words, 40 to 238 words long."""
    words = sample_words()
    texts = [" ".join(words[31 * i : 31 * i + size]) for i, size in enumerate(SIZES)]
    return tuple(
        Candidate(
            Chunk(str(i), "d", "made", i, 1, 1, 0, len(text), text, 0),
            1.0 - i / 100,
            i + 1,
            (Hit(str(i), 1.0 - i / 100, i + 1, "dense"),),
        )
        for i, text in enumerate(texts)
    )


def rows() -> Iterator[Row | Figure]:
    """``plain`` here is the full pass of the same runtime."""
    candidates = made_candidates()
    with tempfile.TemporaryDirectory() as home:
        model = open_cross_encoder(
            ModelLocation(spec_of("cross_encoder"), Path(home), 2), "openvino-f32"
        )
        scores = ScoreCache(Path(home) / "scores.sqlite")
        kept, fresh = CachedCrossEncoder(model, scores), CachedCrossEncoder(model, NoScores())

        def ask(cross_encoder: CachedCrossEncoder, cascade: int = 0) -> object:
            calibration = cross_encoder.info.calibration
            reader = PairReader(QUESTION, cross_encoder, Deadline.after(0), calibration)
            return second_stage(candidates, reader, SecondStageSettings(cascade=cascade))

        full, cached, cascade, decision = medians(
            [
                lambda: ask(fresh),
                lambda: ask(kept),
                lambda: ask(fresh, CASCADE),
                lambda: decide(QUESTION, candidates),
            ],
            runs=3,
        )
        yield Row("100 passages asked again: kept scores", full, cached, "no model call")
        yield Row(
            f"100 passages, cascade of {CASCADE}", full, cascade, "what it loses: decision 52"
        )
        yield Figure("the skip predictor's decision, 100 passages", decision)
        scores.close()
