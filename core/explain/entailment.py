"""Contradictions in other words: the best sentences of the top n, read in pairs by a model.

Rules come first (``core.explain.conflicts``); a model is asked only about what they do not see.
Precision before recall here too: two sentences must share words, and the model must be sure in both
directions, for a contradiction has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from core.explain.conflicts import FEWEST, LONGEST, Conflict, Side, claim_words, find_conflicts
from core.ports import ContradictionReader
from core.schema import Reranked, Span

LEAST = 0.95
"""A model must be so sure, in both directions."""


def _quotes(passages: Sequence[Reranked]) -> list[tuple[Reranked, Span]]:
    quoted = [(item, item.quote.span) for item in passages if item.quote]
    return [(item, span) for item, span in quoted if span.end - span.start <= LONGEST]


def _text(item: Reranked, span: Span) -> str:
    return " ".join(item.chunk.text[span.start : span.end].split())


def askable(passages: Sequence[Reranked]) -> list[tuple[tuple[Reranked, Span], ...]]:
    """Pairs of best sentences that speak of one thing: two telling words or more in common."""
    return [
        (one, two)
        for one, two in combinations(_quotes(passages), 2)
        if _text(*one) != _text(*two)
        and len(claim_words(one[0].chunk, one[1]) & claim_words(two[0].chunk, two[1])) >= FEWEST
    ]


def all_conflicts(
    passages: Sequence[Reranked], reader: ContradictionReader | None = None
) -> tuple[Conflict, ...]:
    """What rules find, then what a reader is sure of; without one, the rules alone.

    Args:
        passages: best first, usually the top n.
        reader: says how sure it is that one text contradicts another.
    """
    found = find_conflicts(passages)
    if reader is None:
        return found
    known = {frozenset((c.first.chunk_id, c.second.chunk_id)) for c in found}
    pairs = [
        (one, two)
        for one, two in askable(passages)
        if frozenset((one[0].chunk.id, two[0].chunk.id)) not in known
    ]
    texts = [(_text(*one), _text(*two)) for one, two in pairs]
    there = reader.contradiction(texts)
    back = reader.contradiction([(two, one) for one, two in texts])
    sure = [
        (pair, min(float(a), float(b)))
        for pair, a, b in zip(pairs, there, back, strict=True)
        if min(a, b) >= LEAST
    ]
    return (*found, *(_conflict(one, two, least) for (one, two), least in sure))


def _conflict(one: tuple[Reranked, Span], two: tuple[Reranked, Span], sure: float) -> Conflict:
    first, second = (Side(item.chunk.id, span, "") for item, span in (one, two))
    return Conflict("meaning", first, second, sure)
