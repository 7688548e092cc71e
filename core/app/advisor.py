"""Finds out by itself, when nobody searches, how each collection is searched best."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

from core.app.corpora import Corpora
from core.errors import SecondLookError, Stopping
from core.evaluate.advising import (
    ALGORITHM_VERSION,
    FEWEST_MADE,
    Advice,
    AdviceBook,
    ask_made_questions,
    conditions,
    made_dataset,
)
from core.evaluate.dataset_client import DatasetClient
from core.evaluate.judging.judgments import Judgments
from core.evaluate.questions.self_made import MOST_CHUNKS
from core.evaluate.rankings import Rankings
from core.home.storage import Storage
from core.home.worker import BackgroundWorker
from core.models.loading import Models
from core.models.scheduler import QUIET_SECONDS
from core.schema import Chunk, FloatVector, SearchSettings
from core.search.cache import ScoreCache
from core.search.first_stage import Corpus
from core.store.opening import open_store

log = logging.getLogger(__name__)
_PAUSE_SECONDS = 3.0
_CACHE_MB = 4


class Advisor:
    """The advice of every collection of a home folder: measured once, kept, and shown by others."""

    def __init__(
        self, storage: Storage, corpora: Corpora, models: Models, judgments: Judgments
    ) -> None:
        self._storage, self._corpora, self._models = storage, corpora, models
        self._judgments = judgments
        self._book = AdviceBook(judgments.database)
        self._worker = BackgroundWorker("advice")
        self._gave_up: set[tuple[str, str]] = set()

    def advice(self, collection_id: str) -> Advice | None:
        """What holds for a collection now; None until it is measured, and while models load."""
        advice = self._book.of(collection_id)
        if advice is None or self._models.status.state != "ready":
            return None
        under = conditions(*(model.info for model in self._models.plain()))
        documents = self._corpora.library.documents(collection_id)
        fits = advice.fits([document.revision for document in documents], under)
        return advice if fits else None

    def dismiss(self, collection_id: str) -> None:
        """Show it no more, until there is other advice."""
        advice = self._book.of(collection_id)
        if advice is not None:
            self._book.keep(collection_id, replace(advice, dismissed=True))

    def forget(self, collection_id: str) -> None:
        """Remove what a measurement had kept to go on with."""
        Rankings(self._judgments.database).drop(f"advice/{collection_id}")

    def measure(self, collection_id: str, report: Callable[[int, int], None]) -> Advice:
        """Find out now, and keep it.

        Args:
            collection_id: what is asked about.
            report: told (done, total) passages, then searches, before each of them.

        Raises:
            NotFound: the collection was deleted.
            SecondLookError: a search failed, or ``report`` ended it.
        """
        corpus = self._corpus(collection_id)
        read = self._read(corpus)
        name = f"advice/{collection_id}/{corpus.version}/{ALGORITHM_VERSION}"
        dataset = made_dataset(name, [chunk for chunk, _ in read.values()])
        whole = {id_: v for id_, (c, v) in read.items() if dataset.corpus[id_].text == c.passage}
        models = self._models.wait_in_background(), self._models.cross_encoder_in_background()
        with closing(open_store()) as store, closing(ScoreCache(limit_mb=_CACHE_MB)) as scores:
            client = DatasetClient(dataset, *models, store, self._judgments, {}, scores, whole)
            enough = len(dataset.queries) >= FEWEST_MADE
            compared = ask_made_questions(client, report) if enough else ()
        self._corpora.library.collection(collection_id)  # it may be gone meanwhile
        now, under = datetime.now(UTC), conditions(*(model.info for model in models))
        advice = Advice(now, corpus.revisions, under, len(dataset.queries), compared)
        self._book.keep(collection_id, advice)
        self.forget(collection_id)
        return advice

    def watch(self, first: Callable[[], object], working: Callable[[], bool]) -> None:
        """Measure what is missing, once ``first`` has ended, whenever nobody searches.

        It waits while anything is ``working``, between two searches too.
        """
        self._worker.put(first)
        self._worker.every(_PAUSE_SECONDS, lambda: self._look(working))

    def close(self) -> None:
        """Stop before the next search; it goes on at the next start."""
        self._worker.close()

    def _look(self, working: Callable[[], bool]) -> None:
        if self._models.status.state != "ready":
            return
        for collection in self._storage.library.collections():
            try:
                corpus = self._corpus(collection.id)
                key = collection.id, corpus.version
                if not corpus.revisions or key in self._gave_up or self.advice(collection.id):
                    continue
                self._models.scheduler.wait_until_idle(QUIET_SECONDS, working)
                self._gave_up.add(key)  # unless it is kept, nobody tries it again
                self.measure(collection.id, lambda *_: self._polite(working))
            except Stopping:
                raise  # the next start goes on
            except SecondLookError as exc:
                log.warning("which search is best could not be found out: %s", exc)

    def _polite(self, working: Callable[[], bool]) -> None:
        while not self._worker.closed:
            if not working() and self._models.scheduler.nobody_searches():
                return
            self._worker.sleep(1.0)
        raise Stopping("Second Look is shutting down.")

    def _corpus(self, collection_id: str) -> Corpus:
        return self._corpora.corpus(collection_id, SearchSettings())

    def _read(self, corpus: Corpus) -> dict[str, tuple[Chunk, FloatVector]]:
        """Chunks and vectors by id, of whole documents in any order, until they are enough."""
        revisions, read = list(corpus.revisions), dict[str, tuple[Chunk, FloatVector]]()
        random.Random(0).shuffle(revisions)
        for revision in revisions:
            if len(read) < MOST_CHUNKS:
                found = self._storage.store.read(corpus.store_name, revision)
                read |= {chunk.id: (chunk, vector) for chunk, vector in zip(*found, strict=True)}
        return read
