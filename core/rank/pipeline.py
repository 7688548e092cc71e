"""A question becomes candidates, candidates become a reranked list: one Comparison."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise

from core.errors import InputError
from core.ports import CrossEncoder, Encoder, StoredHit, VectorStore
from core.rank.comparison import rerank
from core.schema import (
    Candidate,
    Comparison,
    Hit,
    Quote,
    Reranked,
    SearchSettings,
    Timings,
)
from core.sentences import sentence_spans

QUERY_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class Stages:
    """What a search runs on: both models, the store, and what of it may be found."""

    encoder: Encoder
    cross_encoder: CrossEncoder
    store: VectorStore


@dataclass(frozen=True, slots=True)
class Corpus:
    """The committed part of a collection: its store name, its revisions and their version."""

    collection: str
    store_name: str
    revisions: tuple[str, ...]
    version: str


def clean_query(query: str) -> str:
    """The question with its white space folded.

    Raises:
        InputError: it is empty or far too long.
    """
    text = " ".join(query.split())
    if not text:
        raise InputError("The question is empty.", "Type a question.")
    if len(text) > QUERY_CHARACTERS:
        raise InputError(
            f"The question has {len(text)} characters, more than {QUERY_CHARACTERS}.",
            "Ask a shorter question.",
        )
    return text


def to_candidates(found: Sequence[StoredHit]) -> tuple[Candidate, ...]:
    """First-stage hits in their final order: by falling score, ties by chunk id."""
    ordered = sorted(found, key=lambda hit: (-hit["score"], hit["chunk"].id))
    return tuple(
        Candidate(
            chunk=hit["chunk"],
            score=hit["score"],
            rank=rank,
            hits=(Hit(hit["chunk"].id, hit["score"], rank, "dense"),),
        )
        for rank, hit in enumerate(ordered, start=1)
    )


def with_quotes(
    query: str, reranked: Sequence[Reranked], cross_encoder: CrossEncoder, chosen: set[str]
) -> tuple[Reranked, ...]:
    """Give the chosen passages their best sentence: the one with the highest logit alone.

    Args:
        chosen: chunk ids; the other passages stay as they are.
    """
    sentences = [
        (i, span)
        for i, item in enumerate(reranked)
        if item.chunk.id in chosen
        for span in sentence_spans(item.chunk.text)
    ]
    texts = [reranked[i].chunk.text[span.start : span.end] for i, span in sentences]
    logits = cross_encoder.score(query, texts)
    best: dict[int, Quote] = {}
    for (i, span), logit in zip(sentences, logits, strict=True):
        if i not in best or float(logit) > best[i].logit:
            best[i] = Quote(span, float(logit))
    return tuple(
        replace(item, quote=best[i]) if i in best else item for i, item in enumerate(reranked)
    )


def quoted_ids(
    candidates: Sequence[Candidate], reranked: Sequence[Reranked], depth: int
) -> set[str]:
    """Chunk ids of the first ``depth`` passages of either list."""
    first = [candidate.chunk.id for candidate in candidates[:depth]]
    return {*first, *(item.chunk.id for item in reranked[:depth])}


def compare(
    query: str, settings: SearchSettings, stages: Stages, corpus: Corpus, quote_depth: int = 10
) -> Comparison:
    """Ask a question: encode, search, rerank, and find the best sentences.

    Args:
        quote_depth: passages of each list that get their best sentence marked; at least top n.

    Raises:
        InputError: the question is empty or too long.
        StoreError: the store failed.
    """
    query = clean_query(query)
    clock = [time.perf_counter()]
    vector = stages.encoder.encode([query])[0]
    clock.append(time.perf_counter())
    found = stages.store.search(corpus.store_name, vector, settings.top_k, corpus.revisions)
    candidates = to_candidates(found)
    clock.append(time.perf_counter())
    reranked = _second_stage(query, candidates, stages.cross_encoder)
    clock.append(time.perf_counter())
    chosen = quoted_ids(candidates, reranked, max(quote_depth, settings.top_n))
    reranked = with_quotes(query, reranked, stages.cross_encoder, chosen)
    clock.append(time.perf_counter())
    return Comparison(
        query=query,
        collection=corpus.collection,
        settings=settings,
        corpus_version=corpus.version,
        candidates=candidates,
        reranked=reranked,
        timings=_timings(clock, len(candidates)),
        models=(stages.encoder.info, stages.cross_encoder.info),
        asked_at=datetime.now(UTC),
    )


def _second_stage(
    query: str, candidates: tuple[Candidate, ...], cross_encoder: CrossEncoder
) -> tuple[Reranked, ...]:
    passages = [candidate.chunk.passage for candidate in candidates]
    logits = cross_encoder.score(query, passages)
    return rerank(
        candidates,
        logits,
        cross_encoder.relevance(logits),
        cross_encoder.truncated(query, passages),
    )


def _timings(clock: Sequence[float], pairs: int) -> Timings:
    encode, search, rerank_, quotes = (1000 * (after - before) for before, after in pairwise(clock))
    return Timings(encode, search, rerank_, quotes, 1000 * (clock[-1] - clock[0]), pairs)
