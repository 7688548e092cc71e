"""The few figures of a search that monitoring needs: small, so that thousands are read at once.

They are written down with their search, in the history's database.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from core.home.database import Database
from core.schema import Answer, Comparison, Stage, Timings
from core.serialize import from_json

FACTS_SCHEMA = """
CREATE TABLE IF NOT EXISTS search_facts (
    entry_id TEXT PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS answer_facts (
    entry_id TEXT NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    stage TEXT NOT NULL, mode TEXT NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (entry_id, stage, mode));
"""

SkipWord = Literal["not asked", "let through", "would skip", "skipped"]


@dataclass(frozen=True, slots=True)
class SearchFacts:
    """One search; ``deltas`` are the rank deltas of the top n.

    ``computed_at`` is when the comparison was made: a page that shows a kept one again writes a
    second entry with the same time, and its milliseconds are not measured twice.
    ``top_logit`` is that of the passage that came first, None when no cross-encoder read it.
    ``reranker`` names the model and its runtime.
    """

    asked_at: datetime
    computed_at: datetime | None
    collection_id: str
    collection: str
    query: str
    corpus_version: str
    timings: Timings
    cache_hits: int
    skip: SkipWord
    deltas: tuple[int, ...]
    top_logit: float | None
    reranker: str


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """One answer: its citations, how many of them are valid, its sentences, how many are cited."""

    stage: Stage
    mode: Literal["quotes", "llm"]
    abstained: bool
    citations: int
    verified: int
    sentences: int
    supported: int


@dataclass(frozen=True, slots=True)
class Facts:
    """A search with its answers and its thumbs, ``liked`` of answers and citations alike."""

    search: SearchFacts
    answers: tuple[AnswerFacts, ...] = ()
    liked: tuple[bool, ...] = ()


def search_facts(asked_at: datetime, collection_id: str, comparison: Comparison) -> SearchFacts:
    """The figures of a comparison."""
    first = comparison.reranked[0] if comparison.reranked else None
    return SearchFacts(
        asked_at=asked_at,
        computed_at=comparison.asked_at,
        collection_id=collection_id,
        collection=comparison.collection,
        query=comparison.query,
        corpus_version=comparison.corpus_version,
        timings=comparison.timings,
        cache_hits=comparison.cache_hits,
        skip=_skip(comparison),
        deltas=tuple(item.rank_delta for item in comparison.reranked[: comparison.settings.top_n]),
        top_logit=first.logit if first else None,
        reranker=_reranker(comparison),
    )


def stage_times(timings: Timings) -> dict[str, float]:
    """Milliseconds by stage, in the order in which they happen; the last is the ``total``."""
    named = asdict(timings).items()
    return {name.removesuffix("_ms"): value for name, value in named if name.endswith("_ms")}


def answer_facts(stage: Stage, answer: Answer) -> AnswerFacts:
    """The figures of an answer."""
    return AnswerFacts(
        stage=stage,
        mode=answer.mode,
        abstained=answer.abstained,
        citations=len(answer.citations),
        verified=sum(citation.verified for citation in answer.citations),
        sentences=len(answer.sentences),
        supported=sum(sentence.supported for sentence in answer.sentences),
    )


def read_facts(database: Database, limit: int) -> list[Facts]:
    """The facts of the latest searches, oldest first.

    Raises:
        StoreError: the file cannot be read.
    """
    answers, liked = defaultdict[str, list[AnswerFacts]](list), defaultdict[str, list[bool]](list)
    for id_, record in database.rows("SELECT entry_id, record FROM answer_facts"):
        answers[id_].append(from_json(AnswerFacts, record))
    thumbs = "SELECT entry_id, liked FROM feedback WHERE liked IS NOT NULL"
    for id_, value in database.rows(thumbs):
        liked[id_].append(bool(value))
    rows = database.rows(
        "SELECT id, record FROM entries JOIN search_facts ON entry_id = id"
        " ORDER BY asked_at DESC, entries.rowid DESC LIMIT ?",
        (limit,),
    )
    return [
        Facts(from_json(SearchFacts, record), tuple(answers[id_]), tuple(liked[id_]))
        for id_, record in reversed(rows)
    ]


def _skip(comparison: Comparison) -> SkipWord:
    if comparison.skip is None:
        return "not asked"
    if not comparison.skip.advised:
        return "let through"
    return "skipped" if comparison.settings.second.skip_predictor else "would skip"


def _reranker(comparison: Comparison) -> str:
    if not comparison.settings.second.enabled:
        return "none"
    readers = [model for model in comparison.models if model.kind == "cross_encoder"]
    return f"{readers[-1].name} ({readers[-1].runtime})" if readers else "none"
