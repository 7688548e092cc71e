"""The first stage of 100,000 chunks: what writing, opening and searching take.

    python -m benchmarks.capacity FOLDER

Vectors and words are made: 384 numbers, and 110 words drawn by Zipf's law from 40,000, in
documents of 500 chunks. Everything runs in a process of its own, so that the memory is this
work's alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.measuring import ROOT, Cost, spent
from core.models.opening import ModelOpener
from core.models.registry import spec_of
from core.models.runtime_selection.material import sample_texts
from core.ports import VectorStore
from core.schema import Chunk, FloatMatrix, FloatVector, ModelInfo, SearchSettings, chunk_id
from core.search.first_stage import Corpus, find
from core.search_settings import Filters, FirstStageSettings
from core.settings import load_settings
from core.store.opening import open_store

CHUNKS, DOCUMENT, DIMENSION, VOCABULARY = 100_000, 500, 384, 40_000
RATES = (2_000, 20_000, 100_000)
QUESTIONS = 40
ENCODED = 64
KINDS = {
    "dense, top 50": (FirstStageSettings("dense"), Filters()),
    "BM25, top 50": (FirstStageSettings("bm25"), Filters()),
    "hybrid, 100 of each fused": (FirstStageSettings("hybrid"), Filters()),
    "hybrid, near-duplicates collapsed": (
        FirstStageSettings("hybrid", collapse_duplicates=True),
        Filters(),
    ),
    "hybrid, pages 2 to 9 of a heading": (
        FirstStageSettings("hybrid"),
        Filters(first_page=2, last_page=9, heading="section 1"),
    ),
}
HEAD = f"| {CHUNKS:,} chunks | processor | clock |\n|---|---|---|"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a large store; with nothing to be compared with."""

    name: str
    processor: str
    clock: str

    @property
    def line(self) -> str:
        """A line of the table."""
        return f"| {self.name} | {self.processor} | {self.clock} |"


class MadeEncoder:
    """Random unit vectors at no cost: what is measured is the search."""

    dimension = DIMENSION
    info = ModelInfo("made", "encoder", "0" * 64, 256)

    def __init__(self) -> None:
        self._random = np.random.default_rng(1)

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        """One vector a text."""
        drawn = self._random.normal(size=(len(texts), DIMENSION)).astype(np.float32)
        unit: FloatMatrix = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        return unit

    def encode_query(self, query: str) -> FloatVector:
        """One vector."""
        vector: FloatVector = self.encode([query])[0]
        return vector

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Not asked."""
        raise NotImplementedError


def figures() -> list[Figure]:
    """What a process of its own measured."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.capacity", folder]
        run = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return [Figure(*row) for row in json.loads(run.stdout)]


def measured(folder: Path, chunks: int = CHUNKS) -> Iterator[Figure]:
    """Write that many chunks, open them again, and ask."""
    written = _written(folder, chunks)
    for n, cost in written.items():
        rates = (f"{1 / seconds:.0f} 1/s" for seconds in (cost.processor, cost.clock))
        yield Figure(f"chunks written a second, at {n:,}", *rates)
    size = sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())
    yield Figure("on the disk", "", f"{size / 1e6:.0f} MB")
    stores = list[VectorStore]()
    opened = spent(lambda: stores.append(open_store(folder)))
    yield Figure("open", *_milliseconds([opened]))
    corpus = Corpus("c", "c", tuple(f"r{i}" for i in range(chunks // DOCUMENT)), "")
    for name, (first, where) in KINDS.items():
        settings = SearchSettings(50, 5, first=first, filters=where)
        yield Figure(f"{name}: p50, p95", *_milliseconds(_searches(settings, stores[0], corpus)))
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    memory = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    yield Figure("memory of the process", "", f"{memory:.0f} MB")
    stores[0].close()
    encoded = _encoded(folder)
    for n, cost in written.items():
        times = 1 + cost.processor / encoded.processor, 1 + cost.clock / encoded.clock
        yield Figure(
            f"encoded and written, of encoded alone, at {n:,}", *(f"x{t:.3f}" for t in times)
        )


def _written(folder: Path, chunks: int) -> dict[int, Cost]:
    """What a chunk takes to write and flush in a document, when so many are there."""
    store, encoder, texts = open_store(folder), MadeEncoder(), _texts(chunks)
    store.create("c", DIMENSION)
    costs, at = list[Cost](), dict[int, Cost]()
    for number in range(chunks // DOCUMENT):
        batch = [_chunk(number, i, next(texts)) for i in range(DOCUMENT)]
        vectors = encoder.encode([""] * DOCUMENT)

        def write(
            revision: str = f"r{number}",
            batch: list[Chunk] = batch,
            vectors: FloatMatrix = vectors,
        ) -> None:
            store.upsert("c", revision, batch, vectors)
            store.flush("c")

        costs.append(spent(write))
        if len(costs) * DOCUMENT in RATES:
            at[len(costs) * DOCUMENT] = _each(costs[-4:], DOCUMENT)
    store.close()
    return at


def _encoded(home: Path) -> Cost:
    """What a passage of the samples takes to encode, on what a fresh home starts with."""
    encoder = ModelOpener(home, load_settings({}).threads, "auto").encoder(spec_of("encoder"))
    texts = sample_texts()[1][:ENCODED]
    return _each([spent(partial(encoder.encode, texts)) for _ in range(3)][1:], ENCODED)


def _each(costs: Sequence[Cost], chunks: int) -> Cost:
    """The mean of a chunk, where each of the costs is of so many."""
    n = len(costs) * chunks
    return Cost(sum(cost.processor for cost in costs) / n, sum(cost.clock for cost in costs) / n)


def _searches(settings: SearchSettings, store: VectorStore, corpus: Corpus) -> list[Cost]:
    encoder, words = MadeEncoder(), _texts(QUESTIONS + 3, length=8, seed=2)
    return [spent(partial(find, q, settings, encoder, store, corpus)) for q in words][3:]


def _milliseconds(costs: Sequence[Cost]) -> tuple[str, str]:
    """Processor time and the clock's; the 50th and the 95th percentile of several."""
    shares = [50, 95] if len(costs) > 1 else [50]
    processor = np.percentile([1000 * cost.processor for cost in costs], shares)
    clock = np.percentile([1000 * cost.clock for cost in costs], shares)
    return ", ".join(f"{v:.1f}" for v in processor), ", ".join(f"{v:.1f}" for v in clock)


def _texts(count: int, length: int = 110, seed: int = 0) -> Iterator[str]:
    random = np.random.default_rng(seed)
    odds = 1 / np.arange(1, VOCABULARY + 1)
    odds /= odds.sum()
    for start in range(0, count, DOCUMENT):
        rows = min(DOCUMENT, count - start)
        for drawn in random.choice(VOCABULARY, (rows, length), p=odds):
            yield " ".join(f"w{word}x" for word in drawn)


def _chunk(document: int, i: int, text: str) -> Chunk:
    name = f"d{document}"
    return Chunk(
        id=chunk_id(name, "made", i),
        document_id=name,
        document_name=f"{name}.pdf",
        ordinal=i,
        first_page=i // 3 + 1,
        last_page=i // 3 + 1,
        start=0,
        end=len(text),
        text=text,
        tokens=180,
        heading=f"Section {i % 50}",
    )


if __name__ == "__main__":
    print(json.dumps([(f.name, f.processor, f.clock) for f in measured(Path(sys.argv[1]))]))
