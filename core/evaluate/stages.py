"""The stages that are measured: a first stage that finds candidates, and reranking."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.evaluate.datasets import Passage
from core.evaluate.runs import Scores, ranked
from core.ports import CrossEncoder
from core.schema import ModelInfo

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
