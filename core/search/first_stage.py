"""A question becomes candidates: by meaning (dense), by words (BM25), or by both (hybrid)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.ports import Encoder, StoredHit, VectorStore
from core.schema import Candidate, Hit, SearchSettings, Stage
from core.search.duplicates import collapse
from core.search.fusion import by_score, reciprocal_ranks, weighted_scores
from core.search_settings import FirstStageSettings

ALGORITHM_VERSION = 3
"""Raised whenever the same settings give other candidates: kept rankings are of one version."""
FUSED_DEPTH = 100
"""At least so many of each retriever are fused, so that the order at the top does not change with
a small top k. On squad-dev 50, 100, 200 and 1000 differ by less than 0.002 nDCG@10."""

Search = Callable[[int], list[StoredHit]]


@dataclass(frozen=True, slots=True)
class Corpus:
    """The committed part of a collection: its store name, its revisions and their version."""

    collection: str
    store_name: str
    revisions: tuple[str, ...]
    version: str


@dataclass(frozen=True, slots=True)
class FirstStageResult:
    """Candidates best first, and the milliseconds."""

    candidates: tuple[Candidate, ...]
    encode_ms: float
    search_ms: float


def find(
    query: str, settings: SearchSettings, encoder: Encoder, store: VectorStore, corpus: Corpus
) -> FirstStageResult:
    """The ``top_k`` candidates of a question; collapsed near-duplicates are replaced from below.

    Each has its BM25 score, whoever found it: the final order may count it.

    Raises:
        StoreError: the store failed.
    """
    begun = time.perf_counter()
    weights = _weights(settings.first)
    vector = encoder.encode_query(query) if "dense" in weights else None
    encoded = time.perf_counter()
    where, revisions, name = settings.filters, corpus.revisions, corpus.store_name
    searches: dict[Stage, Search] = {}
    if vector is not None:
        searches["dense"] = lambda limit: store.search(name, vector, limit, revisions, where)
    if "bm25" in weights:
        searches["bm25"] = lambda limit: store.search_words(name, query, limit, revisions, where)
    return FirstStageResult(
        candidates=with_bm25(query, _candidates(searches, weights, settings), store, corpus),
        encode_ms=1000 * (encoded - begun),
        search_ms=1000 * (time.perf_counter() - encoded),
    )


def with_bm25(
    query: str, candidates: tuple[Candidate, ...], store: VectorStore, corpus: Corpus
) -> tuple[Candidate, ...]:
    """The same candidates, each with its BM25 score.

    Raises:
        StoreError: the store failed.
    """
    bm25 = {hit.chunk_id: hit.score for c in candidates for hit in c.hits if hit.stage == "bm25"}
    rest = [c.chunk.id for c in candidates if c.chunk.id not in bm25]
    if rest:
        name, revisions = corpus.store_name, corpus.revisions
        with_words = store.search_words(name, query, len(rest), revisions, among=rest)
        bm25 |= {hit["chunk"].id: hit["score"] for hit in with_words}
    # An index that was opened again adds the words up in another order: the last bits differ.
    return tuple(replace(c, bm25=round(bm25.get(c.chunk.id, 0.0), 4)) for c in candidates)


def _weights(first: FirstStageSettings) -> dict[Stage, float]:
    """Who is asked, and his weight; nobody is asked whose weight is 0."""
    if first.kind == "dense":
        return {"dense": 1.0}
    if first.kind == "bm25":
        return {"bm25": 1.0}
    if first.fusion == "rrf":
        return {"dense": 0.5, "bm25": 0.5}
    both: dict[Stage, float] = {"dense": first.dense_weight, "bm25": 1.0 - first.dense_weight}
    return {stage: weight for stage, weight in both.items() if weight > 0}


def _candidates(
    searches: Mapping[Stage, Search], weights: Mapping[Stage, float], settings: SearchSettings
) -> tuple[Candidate, ...]:
    """Search deeper until enough are left, or nobody has more."""
    depth = settings.top_k if len(searches) == 1 else max(settings.top_k, FUSED_DEPTH)
    while True:
        found = [(stage, weights[stage], search(depth)) for stage, search in searches.items()]
        every = rank_candidates(found, settings.first)
        kept = collapse(every) if settings.first.collapse_duplicates else every
        if len(kept) >= settings.top_k or all(len(hits) < depth for *_, hits in found):
            top = kept[: settings.top_k]
            return tuple(replace(item, rank=rank) for rank, item in enumerate(top, start=1))
        depth *= 2


def rank_candidates(
    searches: Sequence[tuple[Stage, float, Sequence[StoredHit]]], first: FirstStageSettings
) -> list[Candidate]:
    """All that was found as candidates in their final order, each with its hits.

    Args:
        searches: stage, weight and hits of each retriever; one alone keeps its own scores.
        first: how several are fused.
    """
    rankings = [(_hits(stage, hits), weight) for stage, weight, hits in searches]
    chunks = {hit["chunk"].id: hit["chunk"] for _, _, hits in searches for hit in hits}
    if len(rankings) == 1:
        scores = {hit.chunk_id: hit.score for hit in rankings[0][0]}
    elif first.fusion == "rrf":
        scores = reciprocal_ranks(ranking for ranking, _ in rankings)
    else:
        scores = weighted_scores(rankings)
    by_chunk = [{hit.chunk_id: hit for hit in ranking} for ranking, _ in rankings]
    return [
        Candidate(
            chunk=chunks[name],
            score=scores[name],
            rank=rank,
            hits=tuple(hits[name] for hits in by_chunk if name in hits),
        )
        for rank, name in enumerate(by_score(scores), start=1)
    ]


def _hits(stage: Stage, stored: Sequence[StoredHit]) -> list[Hit]:
    ordered = sorted(stored, key=lambda hit: (-hit["score"], hit["chunk"].id))
    return [
        Hit(hit["chunk"].id, hit["score"], rank, stage) for rank, hit in enumerate(ordered, start=1)
    ]
