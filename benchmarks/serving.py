"""What an engine saves against itself: shared batches, kept scores, a cascade, its own store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from qdrant_client import QdrantClient, models

from benchmarks.measuring import Race, timed
from core.models.opening import ModelOpener
from core.models.registry import spec_of
from core.models.runtime_selection.material import sample_texts
from core.models.scheduler import InferenceScheduler, ScheduledCrossEncoder
from core.ports import CrossEncoder
from core.samples import sample_questions
from core.schema import Candidate, Chunk, Hit, chunk_id
from core.search.cache import CachedCrossEncoder, ScoreCache
from core.search.reading import Deadline, PairReader
from core.search.second_stage import second_in_parts
from core.search_settings import SecondStageSettings
from core.settings import load_settings
from core.store.opening import open_store

SESSIONS, CASCADE, CHUNKS = 8, 30, 200
QUESTION = sample_questions()[0].text


def races(_: Path | None) -> Iterator[tuple[str, Race]]:
    """Each race and its name; none is against plain code."""
    with TemporaryDirectory() as folder:
        opener = ModelOpener(Path(folder), load_settings({}).threads, "auto")
        model = opener.cross_encoder(spec_of("cross_encoder"))
        for candidates in (50, 5):
            name = f"{SESSIONS} sessions, {candidates} candidates each: shared batches"
            yield name, _sharing(model, candidates, name)
        scores = ScoreCache(Path(folder) / "scores.sqlite")
        yield from _second_stage(model, scores)
        scores.close()
        yield from _writing(Path(folder))


def _sharing(model: CrossEncoder, candidates: int, name: str) -> Race:
    passages, scheduler = sample_texts()[1], InferenceScheduler()
    asked = [passages[7 * session :][:candidates] for session in range(SESSIONS)]
    shared = ScheduledCrossEncoder(model, scheduler)
    alone = [ScheduledCrossEncoder(model, scheduler) for _ in range(SESSIONS)]
    return Race(
        timed(name, _Asking([shared] * SESSIONS, asked)),
        {"not shared": timed(name, _Asking(alone, asked))},
        turns=3,
    )


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


def _second_stage(model: CrossEncoder, scores: ScoreCache) -> Iterator[tuple[str, Race]]:
    candidates = _candidates(sample_texts()[1][:100])
    kept, fresh = CachedCrossEncoder(model, scores), CachedCrossEncoder(model, None)

    def read(cross_encoder: CachedCrossEncoder, cascade: int = 0) -> object:
        calibration = cross_encoder.info.calibration
        reader = PairReader(QUESTION, cross_encoder, Deadline.after(0), calibration)
        settings = SecondStageSettings(cascade=cascade)
        return list(second_in_parts(candidates, reader, settings, len(candidates)))

    for name, ours, remark in (
        ("100 passages asked again: kept scores", partial(read, kept), "no model call"),
        (
            f"100 passages, cascade of {CASCADE}",
            partial(read, fresh, CASCADE),
            "what it loses: decision 52",
        ),
    ):
        full = timed(name, partial(read, fresh))
        yield name, Race(timed(name, ours), {"full pass": full}, {}, {name: remark}, turns=3)


def _candidates(texts: Sequence[str]) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            Chunk(str(i), "d", "made", i, 1, 1, 0, len(text), text, 0),
            1.0 - i / 100,
            i + 1,
            (Hit(str(i), 1.0 - i / 100, i + 1, "dense"),),
        )
        for i, text in enumerate(texts)
    )


def _writing(folder: Path) -> Iterator[tuple[str, Race]]:
    """Chunks of about 1,000 characters; ours are on the disk when it ends."""
    text = sample_texts()[1][0]
    chunks = [
        Chunk(chunk_id("d", "f", i), "d", "made.pdf", i, 1, 1, 0, len(text), text, 180)
        for i in range(CHUNKS)
    ]
    vectors = np.random.default_rng(0).normal(size=(CHUNKS, 384)).astype(np.float32)
    local, store = QdrantClient(path=str(folder / "local")), open_store(path=folder / "ours")
    local.create_collection("c", models.VectorParams(size=384, distance=models.Distance.DOT))
    store.create("c", 384)
    points = [
        models.PointStruct(id=chunk.id, vector=vector.tolist(), payload=asdict(chunk))
        for chunk, vector in zip(chunks, vectors, strict=True)
    ]

    def write() -> None:
        store.upsert("c", "r", chunks, vectors)
        store.flush("c")

    name = f"write {CHUNKS} chunks"
    theirs = {"qdrant-client's local mode": timed(name, lambda: local.upsert("c", points))}
    yield name, Race(timed(name, write), theirs, turns=3)
    local.close()
    store.close()
