"""The first stage of another engine: the list that it gave for a question, as candidates."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import InputError
from core.ingest.texts.results import EngineLists, ListedPassage
from core.ports import VectorStore
from core.schema import Candidate, Chunk, Hit, Note, SearchSettings
from core.search.first_stage import Corpus, FirstStageResult, with_bm25


@dataclass(frozen=True, slots=True)
class GivenLists:
    """The lists of one file; ``chunks`` are its passages by their number, from 1."""

    name: str
    lists: EngineLists
    chunks: Mapping[int, Chunk] = field(repr=False)

    def candidates(self, rows: Sequence[ListedPassage]) -> tuple[Candidate, ...]:
        """The rows in their order. Without a score the rank counts, as its negative."""
        listed = [(self.chunks[number], score) for number, score in rows if number in self.chunks]
        scored = [
            (chunk, -float(rank) if score is None else score)
            for rank, (chunk, score) in enumerate(listed, start=1)
        ]
        return tuple(
            Candidate(chunk, score, rank, (Hit(chunk.id, score, rank, "given"),))
            for rank, (chunk, score) in enumerate(scored, start=1)
        )


def find_given(
    query: str,
    settings: SearchSettings,
    files: Sequence[GivenLists],
    store: VectorStore,
    corpus: Corpus,
) -> FirstStageResult:
    """The first ``top_k`` of the list that the first of these files has for the question.

    Raises:
        InputError: none has one.
        StoreError: the store failed.
    """
    begun = time.perf_counter()
    for file in files:
        if rows := file.lists.rows(query):
            found = file.candidates(rows[: settings.top_k])
            kept = with_bm25(query, found, store, corpus)
            return FirstStageResult(kept, 0.0, 1000 * (time.perf_counter() - begun))
    raise InputError(
        "No file of this collection has a list of another engine for this question.",
        "Ask a question that a file has a list for, or choose another first stage in Settings.",
    )


def without_cosine(settings: SearchSettings) -> tuple[Note, ...]:
    """Says that the other engine's score is no cosine, so that what counts cosines goes without."""
    second = settings.second
    if settings.first.kind != "given" or not second.enabled:
        return ()
    if second.fits.weights:
        said = "learned weights count everything but the cosine"
    elif 0.0 < second.blend < 1.0:
        said = "cross-encoder is blended with BM25 alone"
    else:
        return ()
    return (Note("no cosine", f"The other engine's score is no cosine, so the {said}."),)
