"""One command, one table: ``python -m benchmarks``. Ratios are of figures of the same run."""

from __future__ import annotations

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.demonstration import QUESTION, SENTENCES
from core.index.store import QdrantStore, open_store
from core.rank.cross_encoder import load_cross_encoder
from core.rank.encoder import load_encoder
from core.rank.models import cross_encoder_spec, encoder_spec
from core.schema import Chunk, chunk_id

RUNS = 5
WORDS = " ".join(SENTENCES).split()
Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured: medians in milliseconds of the plain way and of ours."""

    name: str
    plain_ms: float
    ours_ms: float

    @property
    def line(self) -> str:
        """A line of the table."""
        ratio = self.plain_ms / self.ours_ms
        return f"| {self.name} | {self.plain_ms:.0f} | {self.ours_ms:.0f} | x{ratio:.2f} |"


def passage(words: int, seed: int) -> str:
    """A made passage of that many words."""
    return " ".join(np.random.default_rng(seed).choice(WORDS, words))


def pair(name: str, plain: Work, ours: Work, runs: int = RUNS) -> Row:
    """Both ways in turn, after a warm-up each; the medians."""
    plain()
    ours()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for work, into in zip((plain, ours), times, strict=True):
            begun = time.perf_counter()
            work()
            into.append(1000 * (time.perf_counter() - begun))
    return Row(name, *map(statistics.median, times))


def model_rows() -> list[Row]:
    """Our adapters against the plain library with its defaults, same weights, same threads."""
    encoder, cross_encoder = load_encoder(), load_cross_encoder()
    from sentence_transformers import CrossEncoder, SentenceTransformer  # noqa: PLC0415 - heavy

    plain_ce = CrossEncoder(cross_encoder_spec().source, device="cpu", local_files_only=True)
    plain_ce.model.float()
    plain_bi = SentenceTransformer(encoder_spec().source, device="cpu", local_files_only=True)
    even = [passage(190, i) for i in range(50)]
    mixed = [passage(length, length) for length in range(20, 320, 6)]

    short = [passage(length, length) for length in range(20, 170, 3)]

    def predict(texts: Sequence[str]) -> object:
        pairs = [(QUESTION, text) for text in texts]
        return plain_ce.predict(pairs, show_progress_bar=False)

    return [
        pair(
            "rerank 50 passages of 190 words",
            lambda: predict(even),
            lambda: cross_encoder.score(QUESTION, even),
        ),
        pair(
            "rerank 50 passages of 20 to 314 words",
            lambda: predict(mixed),
            lambda: cross_encoder.score(QUESTION, mixed),
        ),
        pair(
            "encode 50 passages of 20 to 167 words",  # the plain one cuts at 256 tokens
            lambda: plain_bi.encode(short, show_progress_bar=False),
            lambda: encoder.encode(short),
        ),
    ]


def made_chunks(count: int) -> list[Chunk]:
    """Chunks of about 1,000 characters."""
    text = passage(180, 0)
    return [
        Chunk(chunk_id("d", "f", i), "d", "made.pdf", i, 1, 1, 0, len(text), text, 180)
        for i in range(count)
    ]


def store_row(count: int = 200) -> Row:
    """Writing chunks: the embedded store as it comes, and with one sync for each document."""
    vectors = np.random.default_rng(0).normal(size=(count, 384)).astype(np.float32)
    chunks = made_chunks(count)
    with tempfile.TemporaryDirectory() as plain_folder, tempfile.TemporaryDirectory() as folder:
        stores = [open_store(path=Path(plain_folder)), open_store(path=Path(folder))]
        for store in stores:
            store.create("c", 384)
        _as_it_comes(stores[0])

        def write(store: QdrantStore) -> None:
            store.upsert("c", "r", chunks, vectors)
            store.flush("c")

        row = pair(f"write {count} chunks", lambda: write(stores[0]), lambda: write(stores[1]), 3)
        for store in stores:
            store.close()
    return row


def _as_it_comes(store: QdrantStore) -> None:
    """Undo what our adapter sets, to measure what it is worth."""
    database = store._database("c")
    if database is not None:
        database.execute("PRAGMA synchronous=FULL")
        database.execute("PRAGMA journal_mode=DELETE")
    store._database = lambda _: None  # type: ignore[method-assign]


def main() -> None:
    """Measure and print a table in Markdown."""
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, ", end="")
    print(f"load {os.getloadavg()[0]:.1f}, {time.strftime('%Y-%m-%d')}, medians of {RUNS} runs\n")
    print("| what | plain library, ms | Second Look, ms | ratio |\n|---|---|---|---|")
    for row in [*model_rows(), store_row()]:
        print(row.line, flush=True)


if __name__ == "__main__":
    main()
