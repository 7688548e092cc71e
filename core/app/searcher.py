"""A question put to a collection: page -> ``Searcher`` -> ``core.search.pipeline`` -> models."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from core.app.corpora import Corpora
from core.models.loading import Models
from core.models.scheduler import ScheduledCrossEncoder
from core.ports import CrossEncoder, VectorStore
from core.schema import Comparison, SearchSettings
from core.search.cache import ScoreCache
from core.search.floors import Floors, floor_key
from core.search.given import find_given
from core.search.pipeline import FIRST_READ, Stages, compare_in_parts


class Searcher:
    """Asks the collections of a home folder. Safe to use from several threads."""

    def __init__(
        self,
        models: Models,
        corpora: Corpora,
        store: VectorStore,
        scores: ScoreCache,
        floors: Floors,
    ) -> None:
        self._models = models
        self._corpora = corpora
        self._store = store
        self._scores = scores
        self._floors = floors

    def compare(
        self,
        collection_id: str,
        query: str,
        settings: SearchSettings,
        quote_depth: int = 0,
        reranker: CrossEncoder | None = None,
    ) -> Comparison:
        """Ask a collection a question; waits for the models when they still load.

        Args:
            collection_id: what is searched.
            query: the question.
            settings: how it is asked.
            quote_depth: passages of each list that get their best sentence; 0 looks for none.
            reranker: reads the candidates in place of the cross-encoder that is on.

        Raises:
            InputError: the question cannot be asked.
            ModelError: a model could not be loaded.
            NotFound: the collection was deleted.
            StoreDamaged: chunks of these documents were lost and are not back yet.
            StoreError: the store failed, or documents wait to be embedded by this encoder.
        """
        asked = collection_id, query, settings, quote_depth, reranker
        *_, whole = self.in_parts(*asked, first_read=settings.top_k)
        return whole

    def in_parts(
        self,
        collection_id: str,
        query: str,
        settings: SearchSettings,
        quote_depth: int = 0,
        reranker: CrossEncoder | None = None,
        first_read: int = FIRST_READ,
    ) -> Generator[Comparison, None, None]:
        """``compare`` as it grows (see ``compare_in_parts``); indexing waits until it is closed."""
        scheduler = self._models.scheduler
        encoder, cross_encoder = self._models.wait()
        if reranker is not None:
            cross_encoder = ScheduledCrossEncoder(reranker, scheduler)
        corpus = self._corpora.embedded_by(encoder, collection_id, settings)
        key = floor_key(corpus.version, encoder.info, cross_encoder.info)
        floor = self._floors.get(key)
        stages = Stages(encoder, cross_encoder, self._store, self._scores, floor)
        if settings.first.kind == "given":
            files = self._corpora.given(collection_id, settings.document_ids)
            stages = replace(
                stages, first_stage=lambda q, s: find_given(q, s, files, self._store, corpus)
            )
        with scheduler.searching():
            yield from compare_in_parts(query, settings, stages, corpus, quote_depth, first_read)
