"""Every list of a question with its scores, and where each score lies on the scale of its list."""

from __future__ import annotations

from collections.abc import Sequence

from core.schema import Candidate, Comparison, Stage
from core.text.counting import signed
from pages.ui.flow.shapes import FlowAxis

SCORE_KINDS = {"bm25": "BM25", "dense": "cosine", "fused": "fused"}
Scored = tuple[str, int, float | None]
"""Chunk id, rank from 1, score or None."""


def _hits(candidates: Sequence[Candidate], stage: Stage) -> list[Scored]:
    found = [
        (hit.rank, c.chunk.id, hit.score)
        for c in candidates
        for hit in c.hits
        if hit.stage == stage
    ]
    return [(id_, rank, score) for rank, id_, score in sorted(found)]


def stage_lists(comparison: Comparison) -> list[tuple[str, list[Scored]]]:
    """Every list of a comparison by its stage, in the order of the pipeline, best first."""
    ordered = sorted(comparison.candidates, key=lambda c: c.rank)
    stages: list[Stage] = [s for s in ("bm25", "dense") if _hits(ordered, s)]
    first = [(c.chunk.id, c.rank, c.score) for c in ordered]
    name = "fused" if len(stages) > 1 else (stages or ["dense"])[0]
    parts = [(stage, _hits(ordered, stage)) for stage in stages] if len(stages) > 1 else []
    after = sorted(comparison.reranked, key=lambda item: item.rank)
    last = [(item.chunk.id, item.rank, item.logit) for item in after]
    return [*parts, (name, first), ("rerank", last)]


def score_text(stage: str, score: float | None) -> str:
    """A score as it is read; a cross-encoder's has its sign."""
    if score is None:
        return "not read"
    return signed(score) if stage == "rerank" else f"{score:.3f}"


def score_ends(rows: Sequence[Scored]) -> tuple[float, float]:
    """The lowest and the highest score of a list."""
    scores = [score for _, _, score in rows if score is not None]
    return (min(scores), max(scores)) if scores else (0.0, 0.0)


def part_between(score: float | None, low: float, high: float) -> float | None:
    """Where a score lies between two others, 0 to 1."""
    if score is None:
        return None
    return min(1.0, max(0.0, (score - low) / (high - low))) if high > low else 0.5


def score_axis(stage: str, rows: Sequence[Scored], floor: float | None) -> FlowAxis:
    """The scale of a list, with the band that off-topic questions reach."""
    low, high = score_ends(rows)
    noisy = floor is not None and floor > low
    return {
        "kind": SCORE_KINDS.get(stage, "logit"),
        "low": score_text(stage, low),
        "high": score_text(stage, high),
        "noise": part_between(floor, low, high) if noisy else None,
        "noise_text": f"up to {score_text(stage, floor)}" if noisy else "",
    }
