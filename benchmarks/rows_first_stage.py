"""The first stage at 100,000 chunks: milliseconds, memory and start of the embedded engine.

``python -m benchmarks.rows_first_stage`` prints the table; ``rows`` gives it to others. Vectors and
words are made: 384 numbers, and 110 words drawn by Zipf's law from 40,000, in documents of 500
chunks. Everything runs in a process of its own, so that the memory is this work's alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.rows import Figure
from core.ports import VectorStore
from core.schema import Chunk, FloatMatrix, FloatVector, ModelInfo, SearchSettings, chunk_id
from core.search.first_stage import Corpus, find
from core.search_settings import Filters, FirstStageSettings
from core.store.opening import open_store

CHUNKS, DOCUMENT, DIMENSION, VOCABULARY = 100_000, 500, 384, 40_000
QUESTIONS = 40
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
    """The same for the table."""
    return [
        Figure(f"{CHUNKS:,} chunks: {name}", value, "", "" if unit == "ms" else unit)
        for name, value, unit in rows()
    ]


def rows(chunks: int = CHUNKS) -> list[tuple[str, float, str]]:
    """What was measured: name, figure, unit."""
    with tempfile.TemporaryDirectory() as folder:
        found: list[tuple[str, float, str]] = []
        for step in ("write", "search"):
            run = subprocess.run(
                [sys.executable, "-m", "benchmarks.rows_first_stage", step, folder, str(chunks)],
                check=True,
                capture_output=True,
                text=True,
            )
            found += [tuple(row) for row in json.loads(run.stdout)]
        return found


def _write(folder: Path, chunks: int) -> list[tuple[str, float, str]]:
    store, encoder, texts = open_store(folder), MadeEncoder(), _texts(chunks)
    store.create("c", DIMENSION)
    seconds = 0.0
    for number in range(chunks // DOCUMENT):
        batch = [_chunk(number, i, next(texts)) for i in range(DOCUMENT)]
        vectors = encoder.encode([""] * DOCUMENT)
        begun = time.perf_counter()
        store.upsert("c", f"r{number}", batch, vectors)
        store.flush("c")
        seconds += time.perf_counter() - begun
    store.close()
    size = sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())
    return [
        ("chunks written and flushed a second, documents of 500", chunks / seconds, "1/s"),
        ("on the disk", size / 1e6, "MB"),
    ]


def _search(folder: Path, chunks: int) -> list[tuple[str, float, str]]:
    begun = time.perf_counter()
    store = open_store(folder)
    found = [("open", 1000 * (time.perf_counter() - begun), "ms")]
    corpus = Corpus("c", "c", tuple(f"r{i}" for i in range(chunks // DOCUMENT)), "")
    for name, (first, where) in KINDS.items():
        settings = SearchSettings(50, 5, first=first, filters=where)
        walls, works = zip(*_times(settings, store, corpus), strict=True)
        for what, times in (("", walls), (", processor time", works)):
            p50, p95 = (float(value) for value in np.percentile(times, [50, 95]))
            found += [(f"{name}{what}, p50", p50, "ms"), (f"{name}{what}, p95", p95, "ms")]
    begun = time.perf_counter()
    store.counts("c")
    found.append(("count of every document", 1000 * (time.perf_counter() - begun), "ms"))
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    found.append(("memory of the process", pages * os.sysconf("SC_PAGE_SIZE") / 1e6, "MB"))
    store.close()
    return found


def _times(
    settings: SearchSettings, store: VectorStore, corpus: Corpus
) -> list[tuple[float, float]]:
    """Milliseconds by the clock and of the processors; only the latter bear a busy machine."""
    encoder, words = MadeEncoder(), _texts(QUESTIONS + 3, length=8, seed=2)
    times = []
    for question in words:
        begun = (time.perf_counter(), time.process_time())
        find(question, settings, encoder, store, corpus)
        ended = (time.perf_counter(), time.process_time())
        times.append((1000 * (ended[0] - begun[0]), 1000 * (ended[1] - begun[1])))
    return times[3:]


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


def main() -> None:
    """Print the table, or run one step in this process and print its rows as JSON."""
    if len(sys.argv) > 1:
        steps: dict[str, Callable[[Path, int], list[tuple[str, float, str]]]] = {
            "write": _write,
            "search": _search,
        }
        print(json.dumps(steps[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))))
        return
    print("| the first stage at 100,000 chunks | |\n|---|---|")
    for name, figure, unit in rows():
        print(f"| {name} | {figure:,.0f} {unit} |")


if __name__ == "__main__":
    main()
