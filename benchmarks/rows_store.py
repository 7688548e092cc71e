"""Writing to the embedded store."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
from qdrant_client import QdrantClient, models

from benchmarks.rows import Row, pair, sample_words
from core.schema import Chunk, chunk_id
from core.store.opening import open_store


def made_chunks(count: int) -> list[Chunk]:
    """Chunks of about 1,000 characters."""
    text = " ".join(sample_words()[:180])
    return [
        Chunk(chunk_id("d", "f", i), "d", "made.pdf", i, 1, 1, 0, len(text), text, 180)
        for i in range(count)
    ]


def rows(count: int = 200) -> Iterator[Row]:
    """Writing chunks: qdrant-client's local mode as it comes, and our embedded store."""
    vectors = np.random.default_rng(0).normal(size=(count, 384)).astype(np.float32)
    chunks = made_chunks(count)
    with tempfile.TemporaryDirectory() as plain_folder, tempfile.TemporaryDirectory() as folder:
        plain, store = QdrantClient(path=plain_folder), open_store(path=Path(folder))
        size = models.VectorParams(size=384, distance=models.Distance.DOT)
        plain.create_collection("c", vectors_config=size)
        store.create("c", 384)
        points = [
            models.PointStruct(id=c.id, vector=v.tolist(), payload=asdict(c))
            for c, v in zip(chunks, vectors, strict=True)
        ]

        def write() -> None:
            store.upsert("c", "r", chunks, vectors)
            store.flush("c")

        row = pair(f"write {count} chunks", lambda: plain.upsert("c", points), write, 3)
        plain.close()
        store.close()
    yield row
