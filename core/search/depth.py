"""What another number of candidates would have given: read off one pass at the deepest.

Scores are pointwise (a passage's logit does not depend on the others), so the result at depth d is
the reranked list without the candidates below rank d; no model runs again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.errors import InputError
from core.schema import Candidate, Comparison, FloatVector
from core.search.ordering import by_logit
from core.text.overlap import overlap_at

Quality = Callable[[Sequence[str]], float]
"""How good a ranking of chunk ids is, 0 to 1; for example its nDCG@10."""


@dataclass(frozen=True, slots=True)
class DepthPoint:
    """The result with so many candidates that the full model reads.

    ``agreement`` is the share of the deepest result's top n that is in this one's, 0 to 1.
    ``quality`` is None where nothing is judged. ``milliseconds`` is an estimate: the pass at the
    deepest, by the share of its candidates.
    """

    depth: int
    agreement: float
    quality: float | None
    milliseconds: float


def reranked_at(candidates: Sequence[Candidate], logits: FloatVector, depth: int) -> list[str]:
    """Chunk ids in the cross-encoder's order when only the first ``depth`` candidates are read."""
    head = candidates[:depth]
    return [head[i].chunk.id for i in by_logit(head, logits[:depth])]


def depth_curve(
    candidates: Sequence[Candidate],
    logits: FloatVector,
    depths: Sequence[int],
    top_n: int = 5,
    quality: Quality | None = None,
    milliseconds: float = 0.0,
) -> tuple[DepthPoint, ...]:
    """The result at each depth, shallowest first.

    Args:
        candidates: the first stage's list, n of them, in its order.
        logits: float32[n], all read by the full model.
        depths: from 1; those above n, which would all be the same, become n.
        top_n: how many of the best count for the agreement.
        quality: judges a ranking of chunk ids, if somebody judged them.
        milliseconds: what reading all n took.

    Raises:
        InputError: a depth or the top n is below 1.
    """
    if top_n < 1 or any(depth < 1 for depth in depths):
        raise InputError("A depth and a top n must be at least 1.", "Choose 1 or more.")
    n = len(candidates)
    deepest = reranked_at(candidates, logits, n)
    points = []
    for depth in sorted({min(depth, n) for depth in depths} - {0}):
        order = reranked_at(candidates, logits, depth)
        points.append(
            DepthPoint(
                depth=depth,
                agreement=overlap_at(top_n, deepest, order),
                quality=quality(order) if quality else None,
                milliseconds=milliseconds * depth / n,
            )
        )
    return tuple(points)


def fully_read(comparison: Comparison) -> tuple[tuple[Candidate, ...], list[float]]:
    """The candidates of a comparison in their order, and the logit of each.

    Raises:
        InputError: some were not read by the full model, so they have no place in a curve.
    """
    logits = {item.chunk.id: item.logit for item in comparison.reranked if item.scored == "full"}
    every = [logits.get(candidate.chunk.id) for candidate in comparison.candidates]
    read = [logit for logit in every if logit is not None]
    if len(read) < len(every):
        raise InputError(
            f"{len(every) - len(read)} of {len(every)} passages were not read by the full model.",
            "Ask again without a budget, cascade or skip predictor.",
        )
    return comparison.candidates, read


def knee(points: Sequence[DepthPoint]) -> DepthPoint | None:
    """From where on more candidates bring little: the point farthest above the chord.

    Both axes are scaled to 0..1, and the chord goes from the first point to the last (Satopää,
    Albrecht, Irwin, Raghavan 2011, "Finding a Kneedle in a haystack", without its smoothing). The
    quality is looked at where it is judged, else the agreement; of equal distances the shallowest.

    Returns:
        None for fewer than three points, or a curve that never rises above its chord.

    >>> curve = [DepthPoint(d, a, None, 0.0) for d, a in ((10, 0.0), (20, 0.8), (30, 1.0))]
    >>> knee(curve).depth  # 0.8 where the chord has 0.5
    20
    """
    if len(points) < 3:
        return None
    heights = [p.agreement if p.quality is None else p.quality for p in points]
    width, height = points[-1].depth - points[0].depth, heights[-1] - heights[0]
    if height <= 0.0:
        return None
    above = [
        (value - heights[0]) / height - (point.depth - points[0].depth) / width
        for point, value in zip(points, heights, strict=True)
    ]
    best = max(range(len(points)), key=lambda i: (above[i], -i))
    return points[best] if above[best] > 1e-9 else None
