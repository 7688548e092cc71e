"""Everything of one home folder, put together: what the pages and the command line call."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache, partial

from core.answer.extractive import extract_answer
from core.answer.llm import OpenAiCompatible
from core.answer.pipeline import AnswerStream, stream_answer
from core.errors import NotFound, SecondLookError, StoreDamaged
from core.explain.highlight import render_page
from core.index.library import FIRST_COLLECTION, Library
from core.index.opening import open_shelf
from core.index.shelf import (
    Shelf,
    delete_collection,
    delete_document,
    incomplete,
    store_name,
    sweep,
    sweep_collection,
)
from core.ingest.cost import EncodeMeter
from core.ingest.jobs import Jobs
from core.ingest.packing import load_paged_text
from core.ingest.pipeline import Ingest, refuse_other_encoder
from core.ports import LanguageModel
from core.rank.comparison import passages_for
from core.rank.cross_encoder import load_cross_encoder
from core.rank.encoder import load_encoder
from core.rank.loading import Models
from core.rank.models import cross_encoder_spec, encoder_spec
from core.rank.pipeline import Corpus, Stages, compare
from core.schema import (
    Answer,
    Chunk,
    Chunking,
    Collection,
    Comparison,
    Document,
    PagedText,
    SearchSettings,
    Stage,
)
from core.settings import Settings
from core.trace.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Parts:
    """What an engine is made of; without ``llm`` the settings decide. Tests put fakes in."""

    shelf: Shelf
    models: Models
    llm: LanguageModel | None = None


class Engine:
    """One per process and home folder. All methods may be called from any thread."""

    def __init__(self, settings: Settings, parts: Parts) -> None:
        self.settings = settings
        self.shelf = parts.shelf
        self.models = parts.models
        self.llm = parts.llm
        self.meter = EncodeMeter()
        self.ledger = Ledger(settings.home / "sent.jsonl")
        sweep(self.shelf)
        if not self.library.collections():
            self.library.create_collection(FIRST_COLLECTION, Chunking())
        self._damaged = {c.id for c in self.collections() if incomplete(self.shelf, c.id)}
        self.jobs = Jobs(self._ingest, settings.limits)
        for collection in self.collections():
            if collection.id in self._damaged:
                self.jobs.repair(collection.id, collection.name)
        self._paged_text = lru_cache(maxsize=8)(self._load_paged_text)

    @property
    def library(self) -> Library:
        """The commit records."""
        return self.shelf.library

    def collections(self) -> list[Collection]:
        """All collections, oldest first; at least one."""
        return self.library.collections()

    def documents(self, collection_id: str) -> list[Document]:
        """The documents of a collection, oldest first."""
        return self.library.documents(collection_id)

    def document(self, collection_id: str, document_id: str) -> Document:
        """One document of a collection.

        Raises:
            NotFound: it was deleted.
        """
        for document in self.documents(collection_id):
            if document.id == document_id:
                return document
        raise NotFound("This document is not in the collection any more.", "Ask again.")

    def compare(
        self, collection_id: str, query: str, settings: SearchSettings, quote_depth: int = 10
    ) -> Comparison:
        """Ask a collection a question; waits for the models when they still load.

        Raises:
            InputError: the question cannot be asked.
            ModelError: a model could not be loaded.
            StoreDamaged: chunks of these documents were lost and are not back yet.
            StoreError: the store failed.
        """
        encoder, cross_encoder = self.models.wait()
        corpus = self._corpus(collection_id, settings.document_ids)
        refuse_other_encoder(corpus.revisions, encoder)
        self._refuse_losses(collection_id, corpus)
        stages = Stages(encoder, cross_encoder, self.shelf.store)
        with self.models.gate.searching():
            return compare(query, settings, stages, corpus, quote_depth)

    def quote_answer(self, comparison: Comparison, stage: Stage) -> Answer:
        """The answer without a language model: the best sentences of that list's top n, cited.

        Raises:
            ModelError: the cross-encoder could not be loaded.
        """
        _, cross_encoder = self.models.wait()
        passages = passages_for(comparison, stage)
        with self.models.gate.searching():
            return extract_answer(comparison.query, passages, cross_encoder, page_at=self.page_at)

    def stream_answer(self, comparison: Comparison, stage: Stage) -> AnswerStream:
        """The language model's answer from that list's top n; nothing is sent before ``next``.

        Raises:
            LanguageModelError: none is configured, or its settings cannot be used.
            InputError: there is no passage.
        """
        llm = self.llm or OpenAiCompatible(self.settings.llm, record=self.ledger.record)
        chunks = [item.chunk for item in passages_for(comparison, stage)]
        return stream_answer(comparison.query, chunks, llm, page_at=self.page_at)

    def page_at(self, chunk: Chunk, offset: int) -> int:
        """The page (from 1) on which a character of a chunk's text stands."""
        if chunk.first_page == chunk.last_page:
            return chunk.first_page
        pages = self.paged_text(chunk.document_id).pages
        starts = [page.start for page in pages]
        return pages[max(0, bisect_right(starts, chunk.start + offset) - 1)].number

    def chunks(self, collection_id: str, document_id: str) -> list[Chunk]:
        """The chunks of a document, in reading order."""
        document = self.document(collection_id, document_id)
        return self.shelf.store.scroll(store_name(collection_id), document.revision)

    def paged_text(self, document_id: str) -> PagedText:
        """A document's text with the place of every character."""
        return self._paged_text(document_id)

    def page_picture(self, document_id: str, page: int, width: int = 1200) -> bytes:
        """A page as PNG, ``width`` pixels wide, pages from 1."""
        return render_page(self.shelf.files.original(document_id), page, width)

    def delete_document(self, collection_id: str, document_id: str) -> None:
        """Remove a document with its chunks and vectors; its file follows."""
        delete_document(self.shelf, collection_id, document_id)
        self.jobs.tidy()

    def delete_collection(self, collection_id: str) -> None:
        """Remove a collection with everything in it; the last one is replaced by an empty one."""
        self.jobs.cancel_all(collection_id)
        delete_collection(self.shelf, collection_id)
        if not self.collections():
            self.library.create_collection(FIRST_COLLECTION, Chunking())
        self.jobs.tidy()

    def set_chunking(self, collection_id: str, chunking: Chunking) -> None:
        """Cut this collection differently: at once when it is empty and stays so, else as a job."""
        coming = any(not job.finished for job in self.jobs.snapshot(collection_id))
        if coming or self.documents(collection_id):
            name = self.library.collection(collection_id).name
            self.jobs.reindex(collection_id, chunking, name)
        else:
            self.library.recommit(collection_id, [], chunking)
            sweep_collection(self.shelf, collection_id)

    def close(self) -> None:
        """Finish the running job and release the home folder."""
        self.jobs.close()
        self.shelf.close()

    def _ingest(self) -> Ingest:
        encoder = self.models.wait_in_background()
        return Ingest(self.shelf, encoder, self.settings.limits, self.meter)

    def _corpus(self, collection_id: str, document_ids: tuple[str, ...]) -> Corpus:
        collection = self.library.collection(collection_id)
        documents = self.documents(collection_id)
        chosen = [d for d in documents if not document_ids or d.id in document_ids]
        return Corpus(
            collection=collection.name,
            store_name=store_name(collection_id),
            revisions=tuple(document.revision for document in chosen),
            version=self.library.corpus_version(collection_id),
        )

    def _refuse_losses(self, collection_id: str, corpus: Corpus) -> None:
        """Better no result than one from which passages are missing without a word."""
        if collection_id not in self._damaged:
            return
        lost = incomplete(self.shelf, collection_id)
        if not lost:
            self._damaged.discard(collection_id)
        names = [document.name for document in lost if document.revision in corpus.revisions]
        if names:
            raise StoreDamaged(
                f"The index has lost passages of {len(names)} documents ({', '.join(names[:3])}"
                f"{', …' if len(names) > 3 else ''}).",
                "They are indexed again from their originals: the library shows how far that is, "
                "and what to do if one fails. Then ask again.",
            )

    def _load_paged_text(self, document_id: str) -> PagedText:
        return load_paged_text(self.shelf.files.text(document_id))


def open_engine(settings: Settings, models_after: float = 0.0) -> Engine:
    """Open the home folder of these settings and begin to load the models.

    Args:
        settings: the home folder, or the server, and the models.
        models_after: seconds to wait before loading them, so that a first page can be drawn.

    Raises:
        StoreLocked: another process uses the folder.
        StoreDamaged: a file of the folder cannot be read.
        StoreUnavailable: the Qdrant server does not answer.
    """
    shelf = open_shelf(settings)
    models = Models(
        partial(load_encoder, encoder_spec(settings.encoder), settings.threads),
        partial(load_cross_encoder, cross_encoder_spec(settings.cross_encoder), settings.threads),
    )
    try:
        return Engine(settings, Parts(shelf, models))
    except SecondLookError:
        shelf.close()
        raise
