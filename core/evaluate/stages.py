"""The stages that are measured: a first stage that finds candidates, and reranking."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.evaluate.datasets import Passage
from core.evaluate.runs import Scores, ranked
from core.ports import CrossEncoder, Encoder
from core.schema import FloatMatrix, ModelInfo

DEPTH = 1000
"""How many documents a first stage lists for a query, as is usual at TREC."""
BATCH = 256
"""Passages that are encoded between two reports of progress."""

Advance = Callable[[int], None]
"""Called with the number of steps that were just done."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What was found for one query, and the milliseconds of each stage, in their order."""

    scores: Scores
    timings: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class FirstStage:
    """A named way to find candidates: ``search`` gives up to ``DEPTH`` documents of the corpus."""

    name: str
    search: Callable[[str], Ranking]
    models: tuple[ModelInfo, ...] = ()


def dense_stage(
    corpus: Mapping[str, Passage], encoder: Encoder, advance: Advance = lambda _: None
) -> FirstStage:
    """Exact cosine search over all passages; equal scores are ordered by id.

    Args:
        corpus: the passages; they are encoded here, once.
        encoder: for passages and queries.
        advance: told how many passages were just encoded.

    """
    ids = sorted(corpus)
    vectors = _encoded([corpus[name].passage for name in ids], encoder, advance)

    def search(query: str) -> Ranking:
        start = time.perf_counter()
        vector = encoder.encode([query])[0]
        middle = time.perf_counter()
        cosines = vectors @ vector
        best = np.argsort(-cosines, kind="stable")[:DEPTH]
        scores = {ids[i]: float(cosines[i]) for i in best}
        end = time.perf_counter()
        return Ranking(scores, {"encode": 1000 * (middle - start), "search": 1000 * (end - middle)})

    return FirstStage("dense", search, (encoder.info,))


def rerank(
    query: str,
    first: Ranking,
    corpus: Mapping[str, Passage],
    cross_encoder: CrossEncoder,
    top_k: int,
) -> Ranking:
    """The first ``top_k`` by falling logit, the others below them in first-stage order.

    Scores of the reranked are their raw logits; the others get the lowest logit minus 1, 2, ...
    """
    order = ranked(first.scores)
    head, tail = order[:top_k], order[top_k:]
    start = time.perf_counter()
    logits = cross_encoder.score(query, [corpus[name].passage for name in head])
    milliseconds = 1000 * (time.perf_counter() - start)
    scores = {name: float(logit) for name, logit in zip(head, logits, strict=True)}
    lowest = min(scores.values(), default=0.0)
    scores |= {name: lowest - place for place, name in enumerate(tail, start=1)}
    return Ranking(scores, {**first.timings, "rerank": milliseconds})


def _encoded(texts: Sequence[str], encoder: Encoder, advance: Advance) -> FloatMatrix:
    parts = [np.zeros((0, encoder.dimension), dtype=np.float32)]
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        parts.append(encoder.encode(batch))
        advance(len(batch))
    return np.concatenate(parts)
