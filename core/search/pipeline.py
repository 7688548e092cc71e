"""A question becomes candidates, candidates become a reranked list: one Comparison."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from core.errors import InputError
from core.ports import CrossEncoder, Encoder, VectorStore
from core.schema import Comparison, Note, SearchSettings, Timings
from core.search.cache import CachedCrossEncoder, ScoreCache
from core.search.calibration import NoiseFloor, anchored
from core.search.comparison import settled
from core.search.first_stage import Corpus, FirstStageResult, find
from core.search.fitted import models_key, without_foreign_fits
from core.search.given import without_cosine
from core.search.quotes import with_quotes
from core.search.reading import Deadline, PairReader
from core.search.second_stage import second_in_parts
from core.search.unseen import only_stop_words, unseen
from core.text.counting import counted

QUERY_CHARACTERS = 2000
FIRST_READ = 20
"""So many candidates are read, and shown, before the rest."""


@dataclass(frozen=True, slots=True)
class Stages:
    """What a search runs on: both models, the store, the scores that are kept, and the time.

    ``floor`` is the noise floor of these documents under these models, once it is measured.
    ``first_stage`` finds the candidates in place of encoder and store.
    """

    encoder: Encoder
    cross_encoder: CrossEncoder
    store: VectorStore
    scores: ScoreCache | None = None
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


class _Stopwatch:
    """The clock of the stages; it stands still while somebody looks at a part."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._away = 0.0

    def __call__(self) -> float:
        return self._clock() - self._away

    def show(self, part: Comparison) -> Iterator[Comparison]:
        """Yield a part; what passes until the next one is asked for does not count."""
        shown = self()
        yield part
        self._away += self() - shown


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
    *_, whole = compare_in_parts(query, settings, stages, corpus, quote_depth, settings.top_k)
    return whole


def compare_in_parts(
    query: str,
    settings: SearchSettings,
    stages: Stages,
    corpus: Corpus,
    quote_depth: int = 0,
    first_read: int = FIRST_READ,
) -> Iterator[Comparison]:
    """``compare`` as it grows; the last part is what ``compare`` returns, to the last bit.

    First come the candidates alone; then those that were read first, in their old order; then the
    final order, in which the passages of the answer have their best sentence; then all of it. So
    the order changes once, with the first part that is ``settled``. A step that brings nothing new
    has no part.

    Args:
        first_read: candidates that are read before the rest, where no time limit is set.
    """
    clock = _Stopwatch(stages.clock)
    begun = clock()
    part = _first_part(query, settings, stages, corpus)
    found = clock()
    deadline = Deadline.after(part.settings.second.budget_ms, clock)
    part = replace(part, timings=replace(part.timings, total_ms=1000 * (found - begun)))
    yield from clock.show(part)
    cross_encoder = CachedCrossEncoder(stages.cross_encoder, stages.scores)
    windows = part.settings.second.windows
    reader = PairReader(part.query, cross_encoder, deadline, part.calibration, windows)
    for second in second_in_parts(part.candidates, reader, part.settings.second, first_read):
        read = clock()
        rerank, total = 1000 * (read - found), 1000 * (read - begun)
        part = replace(
            part,
            reranked=second.reranked,
            timings=replace(part.timings, rerank_ms=rerank, total_ms=total, pairs=second.pairs),
            cache_hits=second.hits,
            skip=second.skip,
            notes=(*part.notes, *second.notes),
        )
        if not settled(part):
            yield from clock.show(part)
    notes = (*part.notes, *unseen(part, stages.encoder.token_spans))
    part = replace(part, notes=notes)
    for chosen in _to_quote(part, quote_depth):
        reranked, unquoted = with_quotes(part.reranked, chosen, reader)
        quoted = clock()
        quotes, total = 1000 * (quoted - read), 1000 * (quoted - begun)
        part = replace(
            part,
            reranked=reranked,
            timings=replace(part.timings, quotes_ms=quotes, total_ms=total),
            notes=(*notes, *unquoted),
        )
        yield from clock.show(part)


def _first_part(query: str, settings: SearchSettings, stages: Stages, corpus: Corpus) -> Comparison:
    """The candidates, and what is known of the search before anything is read."""
    query = clean_query(query)
    on = models_key(stages.encoder.info, stages.cross_encoder.info)
    fitting, aside = without_foreign_fits(settings.second, on)
    settings = replace(settings, second=fitting)
    if stages.first_stage is not None:
        first = stages.first_stage(query, settings)
    else:
        first = find(query, settings, stages.encoder, stages.store, corpus)
    collapsed = sum(len(candidate.duplicates) for candidate in first.candidates)
    said = f"{collapsed} near-duplicates are collapsed into the passage they repeat."
    floor, own = stages.floor, stages.cross_encoder.info.calibration
    made = Comparison(
        query=query,
        collection=corpus.collection,
        settings=settings,
        corpus_version=corpus.version,
        candidates=first.candidates,
        reranked=(),
        timings=Timings(first.encode_ms, first.search_ms, 0.0, 0.0, 0.0, 0),
        models=(stages.encoder.info, stages.cross_encoder.info),
        asked_at=datetime.now(UTC),
        notes=(*aside, Note("collapsed", said)) if collapsed else aside,
        noise_floor=floor.logit if floor else None,
        cosine_floor=floor.cosine if floor else None,
        calibration=anchored(own, floor.logit) if floor else own,
    )
    return replace(made, notes=(*made.notes, *only_stop_words(made), *without_cosine(settings)))


def _to_quote(comparison: Comparison, depth: int) -> list[set[str]]:
    """Chunk ids of the passages that get their best sentence: those of the answer, then all."""
    first = {candidate.chunk.id for candidate in comparison.candidates[:depth]}
    final = [item.chunk.id for item in comparison.reranked[:depth]]
    answer, every = set(final[: comparison.settings.top_n]), first.union(final)
    return [every] if answer == every else [answer, every]
