"""A question becomes candidates, candidates become a reranked list: one Comparison."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise

from core.errors import InputError
from core.ports import CrossEncoder, Encoder, VectorStore
from core.schema import Candidate, Comparison, Note, Reranked, SearchSettings, Timings
from core.search.cache import CachedCrossEncoder, NoScores, PairScores
from core.search.calibration import NoiseFloor, calibration_with
from core.search.first_stage import Corpus, FirstStageResult, find
from core.search.fitted import models_key, without_foreign_fits
from core.search.quotes import with_quotes
from core.search.reading import Deadline, PairReader
from core.search.second_stage import second_stage
from core.text.counting import counted

QUERY_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class Stages:
    """What a search runs on: both models, the store, the scores that are kept, and the time.

    ``floor`` is the noise floor of these documents under these models, once it is measured.
    ``first_stage`` finds the candidates in place of encoder and store.
    """

    encoder: Encoder
    cross_encoder: CrossEncoder
    store: VectorStore
    scores: PairScores = NoScores()  # noqa: RUF009 - it has no state
    floor: NoiseFloor | None = None
    clock: Callable[[], float] = time.perf_counter
    first_stage: Callable[[str, SearchSettings], FirstStageResult] | None = None


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
            f"The question has {counted(len(text), 'character')}, more than {QUERY_CHARACTERS:,}.",
            "Ask a shorter question.",
        )
    return text


def quoted_ids(
    candidates: Sequence[Candidate], reranked: Sequence[Reranked], depth: int
) -> set[str]:
    """Chunk ids of the first ``depth`` passages of either list."""
    first = [candidate.chunk.id for candidate in candidates[:depth]]
    return {*first, *(item.chunk.id for item in reranked[:depth])}


def compare(
    query: str, settings: SearchSettings, stages: Stages, corpus: Corpus, quote_depth: int = 0
) -> Comparison:
    """Ask a question: encode, search, rerank, and find the best sentences.

    What was fitted with other models is not used: the comparison's settings are without it.

    Args:
        quote_depth: passages of each list that get their best sentence; 0 looks for none.

    Raises:
        InputError: the question is empty or too long.
        StoreError: the store failed.
    """
    query = clean_query(query)
    on = models_key(stages.encoder.info, stages.cross_encoder.info)
    fitting, aside = without_foreign_fits(settings.second, on)
    settings = replace(settings, second=fitting)
    clock = [stages.clock()]
    if stages.first_stage is not None:
        first = stages.first_stage(query, settings)
    else:
        first = find(query, settings, stages.encoder, stages.store, corpus)
    candidates = first.candidates
    clock.append(stages.clock())
    cross_encoder = CachedCrossEncoder(stages.cross_encoder, stages.scores)
    deadline = Deadline.after(settings.second.budget_ms, stages.clock)
    calibration = calibration_with(cross_encoder.info.calibration, stages.floor)
    reader = PairReader(query, cross_encoder, deadline, calibration, settings.second.windows)
    second = second_stage(candidates, reader, settings.second)
    clock.append(stages.clock())
    chosen = quoted_ids(candidates, second.reranked, quote_depth)
    reranked, unquoted = with_quotes(second.reranked, chosen, reader)
    clock.append(stages.clock())
    return Comparison(
        query=query,
        collection=corpus.collection,
        settings=settings,
        corpus_version=corpus.version,
        candidates=candidates,
        reranked=reranked,
        timings=_timings(first, clock, second.pairs),
        models=(stages.encoder.info, stages.cross_encoder.info),
        cache_hits=second.hits,
        asked_at=datetime.now(UTC),
        skip=second.skip,
        notes=(*aside, *_notes(first), *second.notes, *unquoted),
        noise_floor=stages.floor.logit if stages.floor else None,
        cosine_floor=stages.floor.cosine if stages.floor else None,
        calibration=calibration,
    )


def _notes(first: FirstStageResult) -> tuple[Note, ...]:
    if not first.collapsed:
        return ()
    said = f"{first.collapsed} near-duplicates are collapsed into the passage they repeat."
    return (Note("collapsed", said),)


def _timings(first: FirstStageResult, clock: Sequence[float], pairs: int) -> Timings:
    """The first stage timed itself; the rest is read off the clock, begun before it."""
    rerank, quotes = (1000 * (after - before) for before, after in pairwise(clock[1:]))
    total = 1000 * (clock[-1] - clock[0])
    return Timings(first.encode_ms, first.search_ms, rerank, quotes, total, pairs)
