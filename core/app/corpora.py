"""What of a collection can be searched now, and why something of it cannot."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import StoreDamaged
from core.home.library import Library
from core.home.storage import Storage, incomplete, store_name
from core.ingest.jobs.queue import Jobs, require_encoder
from core.ingest.texts.results import SUFFIXES, read_lists
from core.ports import Encoder
from core.schema import Chunk, Document, SearchSettings
from core.search.first_stage import Corpus
from core.search.given import GivenLists
from core.settings import Limits
from core.text.counting import counted

_MOST_LISTS = 8
"""Files whose lists are kept read."""


class Corpora:
    """The searchable part of every collection; remembers which had lost passages at the start."""

    def __init__(self, storage: Storage, jobs: Jobs, limits: Limits) -> None:
        self._storage = storage
        self._limits = limits
        self._lists: dict[tuple[str, str], GivenLists] = {}
        self._jobs = jobs
        collections = storage.library.collections()
        self.damaged = {c.id for c in collections if incomplete(storage, c.id)}

    @property
    def library(self) -> Library:
        """The commit records."""
        return self._storage.library

    def corpus(self, collection_id: str, settings: SearchSettings) -> Corpus:
        """The committed documents that these settings let through.

        Raises:
            NotFound: the collection was deleted.
            StoreDamaged: chunks of these documents were lost and are not back yet.
        """
        library = self.library
        collection = library.collection(collection_id)
        documents = [d for d in library.documents(collection_id) if _passes(d, settings)]
        revisions = tuple(document.revision for document in documents)
        corpus = Corpus(
            collection=collection.name,
            store_name=store_name(collection_id, *revisions[:1]),
            revisions=revisions,
            version=library.corpus_version(collection_id),
        )
        self._refuse_losses(collection_id, corpus)
        return corpus

    def embedded_by(self, encoder: Encoder, collection_id: str, settings: SearchSettings) -> Corpus:
        """The same, once all of it was embedded by this encoder.

        Raises:
            NotFound: the collection was deleted.
            StoreDamaged: chunks of these documents were lost and are not back yet.
            StoreError: some were embedded by another encoder; now they are embedded again.
        """
        corpus = self.corpus(collection_id, settings)
        collection = self.library.collection(collection_id)
        require_encoder(self._jobs, collection, corpus.revisions, encoder)
        return corpus

    def chunks(self, collection_id: str, document_id: str) -> list[Chunk]:
        """The chunks of a document, in reading order.

        Raises:
            NotFound: it was deleted.
        """
        revision = self.library.document(collection_id, document_id).revision
        return self._storage.store.scroll(store_name(collection_id, revision), revision)

    def given(self, collection_id: str, document_ids: Sequence[str] = ()) -> list[GivenLists]:
        """The files with another engine's lists, of these documents or of all; oldest first."""
        files = (
            self._given(collection_id, document)
            for document in self.library.documents(collection_id)
            if (not document_ids or document.id in document_ids)
            and self._storage.files.is_kept_as(document.id, SUFFIXES)
        )
        return [file for file in files if file.lists.lists]

    def _given(self, collection_id: str, document: Document) -> GivenLists:
        key = collection_id, document.revision
        if key not in self._lists:
            while len(self._lists) >= _MOST_LISTS:
                self._lists.pop(next(iter(self._lists)))
            lists = read_lists(self._storage.files.original(document.id), self._limits)
            chunks = {c.first_page: c for c in self.chunks(collection_id, document.id)}
            self._lists[key] = GivenLists(document.name, lists, chunks)
        return self._lists[key]

    def _refuse_losses(self, collection_id: str, corpus: Corpus) -> None:
        """Better no result than one from which passages are missing without a word."""
        if collection_id not in self.damaged:
            return
        lost = incomplete(self._storage, collection_id)
        if not lost:
            self.damaged.discard(collection_id)
        names = [document.name for document in lost if document.revision in corpus.revisions]
        if names:
            raise StoreDamaged(
                f"The index has lost passages of {counted(len(names), 'document')} "
                f"({', '.join(names[:3])}{', …' if len(names) > 3 else ''}).",
                "They are being indexed again from their originals. The Library page shows the "
                "progress, and what to do if one fails. Then ask again.",
            )


def _passes(document: Document, settings: SearchSettings) -> bool:
    added, filters = document.added_at.date(), settings.filters
    return (
        (not settings.document_ids or document.id in settings.document_ids)
        and (filters.added_from is None or filters.added_from <= added)
        and (filters.added_to is None or added <= filters.added_to)
    )
