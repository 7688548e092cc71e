"""Two rankings of the same passages, put side by side."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

from core.schema import Candidate, Comparison, FloatVector, Reranked, Stage
from core.search.ordering import blended_order, learned_order, retriever_scores
from core.text.csv_text import write_csv
from core.text.pages import page_words

Scored = Literal["full", "cheap", "no"]
_GROUPS: tuple[Scored, ...] = ("full", "cheap", "no")
NEAR_ZERO = 0.05
"""Chance reaches this relevance (``AT_FLOOR``): a passage below it is no gain."""


@dataclass(frozen=True, slots=True)
class Readings:
    """What the cross-encoder made of n candidates, in their order.

    ``logits`` and ``relevance`` are float32[n]; where ``scored`` is ``no`` they mean nothing.
    """

    logits: FloatVector
    relevance: FloatVector
    truncated: Sequence[bool]
    scored: Sequence[Scored]


def reorder(
    candidates: Sequence[Candidate],
    readings: Readings,
    blend: float,
    weights: Sequence[float] = (),
) -> tuple[Reranked, ...]:
    """The final order: what the full model read, then the cheap pass, then what nobody read.

    The first part is in blended order (see ``core.search.ordering``), or by learned weights where
    there are any, the second by its logit, the last as the first stage had it. ``model_rank``
    counts the first part by logit alone.
    """
    full, cheap, unread = ([i for i, s in enumerate(readings.scored) if s == k] for k in _GROUPS)
    own = _sorted(candidates, readings, full, 1.0)
    order = [
        *_sorted(candidates, readings, full, blend, weights),
        *_sorted(candidates, readings, cheap, 1.0),
        *sorted(unread, key=lambda i: candidates[i].rank),
    ]
    places = {i: place for place, i in enumerate(own, start=1)}
    return tuple(
        _reranked(candidates[i], readings, i, rank, places.get(i))
        for rank, i in enumerate(order, start=1)
    )


def _sorted(
    candidates: Sequence[Candidate],
    readings: Readings,
    chosen: list[int],
    blend: float,
    weights: Sequence[float] = (),
) -> list[int]:
    part, logits = [candidates[i] for i in chosen], readings.logits[chosen]
    by_weights = learned_order(part, logits, weights) if weights else None
    return [chosen[i] for i in by_weights or blended_order(part, logits, blend)]


def _reranked(
    candidate: Candidate, readings: Readings, i: int, rank: int, model_rank: int | None
) -> Reranked:
    unread = readings.scored[i] == "no"
    return Reranked(
        chunk=candidate.chunk,
        logit=None if unread else float(readings.logits[i]),
        relevance=None if unread else float(readings.relevance[i]),
        rank=rank,
        rank_delta=candidate.rank - rank,
        truncated=bool(readings.truncated[i]),
        scored=readings.scored[i],
        model_rank=model_rank,
    )


def settled(comparison: Comparison) -> bool:
    """Whether every candidate has its final rank; false of a part that is shown before."""
    return len(comparison.reranked) == len(comparison.candidates)


def entered(reranked: Sequence[Reranked], top_n: int) -> list[Reranked]:
    """Passages of the top n that the first stage had below it, best first."""
    return [r for r in reranked if r.rank <= top_n < r.rank + r.rank_delta]


def dropped(reranked: Sequence[Reranked], top_n: int) -> list[Reranked]:
    """Passages of the first stage's top n that are below it now, by their old rank."""
    gone = [r for r in reranked if r.rank + r.rank_delta <= top_n < r.rank]
    return sorted(gone, key=lambda r: r.rank + r.rank_delta)


def what_happened(
    reranked: Sequence[Reranked],
    top_n: int,
    right: Collection[str] = (),
    *,
    withheld: bool = False,
) -> str:
    """One sentence about the change, without praise.

    Args:
        reranked: the final order.
        top_n: how many passages the answer may use.
        right: ids of the chunks that are known to answer the question. Only where there are any is
            a move called better or worse.
        withheld: whether no answer is given: then no passage is a gain.
    """
    if not reranked:
        return "No passage was found."
    if all(item.scored == "no" for item in reranked):
        return "Not reranked: this is the first stage's order."
    if known := _known_move(reranked, right):
        return known
    best = max((item.relevance or 0.0 for item in reranked[:top_n]), default=0.0)
    if withheld or best < NEAR_ZERO:
        return f"Nothing here answers the question well: the best passage scores {best:.2f}."
    rose = reranked[0].rank_delta
    first = (
        f"Another passage is first: rank {1 + rose} → 1" if rose else "The same passage is first"
    )
    return f"{first}{_newcomers(reranked, top_n)}."


def _known_move(reranked: Sequence[Reranked], right: Collection[str]) -> str:
    """Where the best passage that answers was and is; empty when none is known among these."""
    answers = [item for item in reranked if item.chunk.id in right]
    if not answers:
        return ""
    was, now = min(r.rank + r.rank_delta for r in answers), min(r.rank for r in answers)
    if was == now:
        return f"The answer stays at rank {now}."
    word, way = ("Better", "up") if now < was else ("Worse", "down")
    return f"{word}: the answer moved {way} from rank {was} to rank {now}."


def _newcomers(reranked: Sequence[Reranked], top_n: int) -> str:
    """How many of the top n are new; those with a relevance near zero are no gain."""
    n, new = min(top_n, len(reranked)), entered(reranked, top_n)
    if n == 1:
        return ""
    if not new:
        return f", and the top {n} are the same passages"
    gained = sum((item.relevance or 0.0) >= NEAR_ZERO for item in new)
    if not gained:
        return ""
    if gained == n:
        return f", and all of the top {n} are new"
    return f", and {gained} of the top {n} {'is' if gained == 1 else 'are'} new"


def passages_for(comparison: Comparison, stage: Stage) -> tuple[Reranked, ...]:
    """The top n that an answer may use: of the reranked list, or of the first stage's.

    Args:
        comparison: both lists.
        stage: ``rerank`` for the cross-encoder's order, anything else for the first stage's.
    """
    n = comparison.settings.top_n
    if stage == "rerank":
        return comparison.reranked[:n]
    by_id = {item.chunk.id: item for item in comparison.reranked}
    return tuple(by_id[candidate.chunk.id] for candidate in comparison.candidates[:n])


class Row(TypedDict):
    """One passage as a line of a table: both ranks (from 1), every score, the place.

    A score that nobody gave is None: the cosine of a passage that the bi-encoder did not find,
    ``fused`` where one retriever searched alone, the logit of what was not read.
    """

    rank: int
    candidate_rank: int
    rank_delta: int
    cosine: float | None
    bm25: float | None
    fused: float | None
    logit: float | None
    relevance: float | None
    document: str
    first_page: int
    last_page: int
    place: str
    heading: str
    text: str
    chunk_id: str


def rows(comparison: Comparison) -> list[Row]:
    """The comparison as a table, in the cross-encoder's order."""
    candidates = {candidate.chunk.id: candidate for candidate in comparison.candidates}
    hybrid = comparison.settings.first.kind == "hybrid"
    scores = {id_: retriever_scores(candidate) for id_, candidate in candidates.items()}
    return [
        Row(
            rank=item.rank,
            candidate_rank=item.rank + item.rank_delta,
            rank_delta=item.rank_delta,
            cosine=scores[item.chunk.id].get("dense"),
            bm25=scores[item.chunk.id].get("bm25"),
            fused=candidates[item.chunk.id].score if hybrid else None,
            logit=item.logit,
            relevance=item.relevance,
            document=item.chunk.document_name,
            first_page=item.chunk.first_page,
            last_page=item.chunk.last_page,
            place=page_words(item.chunk),
            heading=item.chunk.heading,
            text=item.chunk.text,
            chunk_id=item.chunk.id,
        )
        for item in comparison.reranked
    ]


def to_csv(comparison: Comparison) -> str:
    """The table as CSV, with a header line."""
    return write_csv(list(Row.__annotations__), (row.values() for row in rows(comparison)))
