"""Everything of one home folder, put together: what the pages and the command line call."""

from __future__ import annotations

import atexit
from dataclasses import dataclass

from core.answer.abstention import abstention_rules
from core.answer.extractive import extract_answer
from core.answer.llm import OpenAiCompatible
from core.answer.pipeline import AnswerStream
from core.app.advisor import Advisor
from core.app.corpora import Corpora
from core.app.evaluation_client import LocalEvaluationClient
from core.app.model_choice import with_choice
from core.app.model_manager import ModelManager, open_models
from core.app.opening import open_storage
from core.app.searcher import Searcher
from core.errors import SecondLookError
from core.evaluate.evaluations import Evaluations
from core.evaluate.judging.judgments import Judgments
from core.evaluate.questions.question_sets import QuestionSets
from core.evaluate.rankings import Rankings
from core.explain.highlight import DocumentPages
from core.history.history import HISTORY_FILE, History
from core.history.ledger import Ledger
from core.home.library import FIRST_COLLECTION
from core.home.storage import (
    Storage,
    delete_collection,
    delete_document,
    sweep,
    sweep_collection,
)
from core.home.worker import before_the_end
from core.ingest.jobs.cost import EncodeMeter
from core.ingest.jobs.pipeline import Ingest
from core.ingest.jobs.queue import Jobs
from core.models.loading import Models
from core.ports import LanguageModel
from core.schema import Answer, Chunking, Comparison, Stage
from core.search.cache import CachedCrossEncoder, ScoreCache
from core.search.comparison import passages_for
from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Parts:
    """What an engine is made of; without ``llm`` the settings decide. Tests put fakes in."""

    storage: Storage
    models: Models
    llm: LanguageModel | None = None
    ledger: Ledger | None = None


class Engine:
    """One per process and home folder. All methods may be called from any thread."""

    def __init__(self, settings: Settings, parts: Parts) -> None:
        self.settings = settings
        self.storage = parts.storage
        self.library = parts.storage.library
        self.models = parts.models
        self.llm = parts.llm
        self.meter = EncodeMeter()
        self.ledger = parts.ledger or Ledger(settings.home / "sent.jsonl")
        self.scores = ScoreCache(settings.home / "scores.sqlite", settings.cache_mb)
        self.judgments = Judgments(settings.home / "judgments.sqlite")
        self.question_sets = QuestionSets(self.judgments.database)
        self.rankings = Rankings(self.judgments.database)
        self.history = History(settings.home / HISTORY_FILE, settings.history, self.library)
        sweep(self.storage)
        if not self.library.collections():
            self.library.create_collection(FIRST_COLLECTION, Chunking())
        self.jobs = Jobs(self._ingest, settings.limits)
        self.corpora = Corpora(self.storage, self.jobs, settings.limits)
        for collection in self.library.collections():
            if collection.id in self.corpora.damaged:
                self.jobs.repair(collection.id, collection.name)
        self.model_manager = ModelManager(
            settings, self.models, self.storage, self.corpora, self.ledger.record
        )
        self.pages = DocumentPages(self.storage.files)
        self.searcher = Searcher(
            self.models, self.corpora, self.storage.store, self.scores, self.model_manager.floors
        )
        self.evaluation_client = LocalEvaluationClient(
            self.searcher, self.corpora, self.judgments, self.models, self.model_manager
        )
        self.advisor = Advisor(self.storage, self.corpora, self.models, self.judgments)
        self.evaluations = Evaluations(self.evaluation_client)  # last: one cut short goes on

    def quote_answer(self, comparison: Comparison, stage: Stage) -> Answer:
        """The answer without a language model: the best sentences of that list's top n, cited.

        Raises:
            ModelError: the cross-encoder could not be loaded.
        """
        encoder, cross_encoder = self.models.wait()
        near = encoder if encoder.info.runtime != "remote" else None  # nothing is sent for a quote
        reader = CachedCrossEncoder(cross_encoder, self.scores)
        passages, rules = passages_for(comparison, stage), abstention_rules(comparison)
        with self.models.scheduler.searching():
            return extract_answer(
                comparison.query, passages, reader, rules, self.pages.page_at, near
            )

    def stream_answer(self, comparison: Comparison, stage: Stage) -> AnswerStream:
        """The language model's answer from that list's top n; nothing is sent before ``next``.

        Raises:
            LanguageModelError: none is configured, or its settings cannot be used.
            InputError: there is no passage.
        """
        llm = self.llm or OpenAiCompatible(self.settings.llm, record=self.ledger.record)
        chunks = [item.chunk for item in passages_for(comparison, stage)]
        return AnswerStream(comparison.query, chunks, llm, self.pages.page_at)

    def delete_document(self, collection_id: str, document_id: str) -> None:
        """Remove a document with its chunks and vectors; its file follows."""
        delete_document(self.storage, collection_id, document_id)
        self.jobs.tidy()

    def delete_collection(self, collection_id: str) -> None:
        """Remove a collection with everything in it; the last one is replaced by an empty one."""
        self.jobs.cancel_all(collection_id)
        delete_collection(self.storage, collection_id)
        self.judgments.forget(collection_id)
        self.advisor.forget(collection_id)
        if not self.library.collections():
            self.library.create_collection(FIRST_COLLECTION, Chunking())
        self.jobs.tidy()

    def set_chunking(self, collection_id: str, chunking: Chunking) -> None:
        """Cut this collection differently: at once when it is empty and stays so, else as a job."""
        coming = any(not job.finished for job in self.jobs.snapshot(collection_id))
        if coming or self.library.documents(collection_id):
            name = self.library.collection(collection_id).name
            self.jobs.reindex(collection_id, chunking, name)
        else:
            self.library.recommit(collection_id, [], chunking)
            sweep_collection(self.storage, collection_id)

    def close(self) -> None:
        """Stop what runs, wait a few seconds for it, and release the home folder."""
        atexit.unregister(self.close)
        self.models.close()  # first: whoever computes for a job or an evaluation ends with it
        self.model_manager.close()
        self.advisor.close()
        self.evaluations.close()
        self.jobs.close()
        self.judgments.close()
        self.history.close()
        self.scores.close()
        self.storage.close()

    def _ingest(self) -> Ingest:
        encoder = self.models.wait_in_background()
        return Ingest(self.storage, encoder, self.settings.limits, self.meter)


def open_engine(settings: Settings, models_after: float = 0.0, *, stays: bool = False) -> Engine:
    """Open the home folder of these settings and begin to load the models.

    Args:
        settings: the home folder, or the server, and the models.
        models_after: seconds to wait before loading them, so that a first page can be drawn.
        stays: whether this process stays long enough to measure runtimes, noise floors and which
            search is best; the engine then is closed when it ends. Else models load only when
            somebody needs them.

    Raises:
        StoreLocked: another process uses the folder.
        StoreDamaged: a file of the folder cannot be read.
        StoreUnavailable: the Qdrant server does not answer.
    """
    settings = with_choice(settings)
    measure = stays and settings.measure
    ledger = Ledger(settings.home / "sent.jsonl")
    storage = open_storage(settings)
    try:
        models = open_models(settings, ledger.record, models_after, at_once=stays)
        engine = Engine(settings, Parts(storage, models, ledger=ledger))
    except SecondLookError:
        storage.close()
        raise
    if stays:
        before_the_end(engine.close)
    if measure:
        engine.model_manager.watch(engine.jobs.busy)
        engine.advisor.watch(
            engine.model_manager.wait_until_measured,
            lambda: engine.jobs.busy() or engine.evaluations.busy(),
        )
    return engine
