"""A person's own passages, with questions about them, for checking what computes the models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.app.corpora import Corpora
from core.errors import InputError
from core.evaluate.questions.self_made import draw_chunks, in_turns, make_questions
from core.home.storage import Storage
from core.models.runtime_selection.material import (
    CANDIDATES,
    FAR,
    QUESTIONS,
    Material,
    RankingTask,
)
from core.ports import Encoder
from core.schema import Chunk, SearchSettings
from core.search.first_stage import Corpus
from core.text.sentences import sentence_spans

MOST_DOCUMENTS = 12
"""So many documents of a collection are read, evenly chosen: reading all would take memory."""
PASSAGES = 60
"""So many passages of a collection are encoded; the farthest of them are off the topic."""


@dataclass(frozen=True, slots=True)
class StoredPassages:
    """The ``OwnPassages`` of all collections of a home folder."""

    storage: Storage
    corpora: Corpora

    def count(self) -> int:
        """How many passages can be found now, in all collections together."""
        library = self.storage.library
        documents = [d for c in library.collections() for d in library.documents(c.id)]
        return sum(document.chunks for document in documents if document.counted)

    def material(self, encoder: Encoder) -> Material:
        """Questions, the collections taking turns, each with what a search finds for it.

        Nothing is computed by the cross-encoder. Between documents that are read nothing is kept.

        Raises:
            SecondLookError: the store or the encoder failed.
        """
        tasks, texts = list[list[RankingTask]](), list[str]()
        for collection in self.storage.library.collections():
            corpus = self.corpora.corpus(collection.id, SearchSettings())
            chunks = self._some(corpus)
            if chunks:
                passages = [chunk.passage for chunk in draw_chunks(chunks, PASSAGES, seed=0)]
                texts += passages
                tasks.append(self._tasks(corpus, chunks, passages, encoder))
        return Material(tuple(in_turns(tasks))[:QUESTIONS], tuple(texts), self.count())

    def _some(self, corpus: Corpus) -> list[Chunk]:
        """The chunks of a few documents, evenly chosen."""
        step = max(1, len(corpus.revisions) // MOST_DOCUMENTS)
        read = corpus.revisions[::step][:MOST_DOCUMENTS]
        return [
            c for revision in read for c in self.storage.store.scroll(corpus.store_name, revision)
        ]

    def _tasks(
        self, corpus: Corpus, chunks: list[Chunk], passages: list[str], encoder: Encoder
    ) -> list[RankingTask]:
        vectors = encoder.encode(passages)
        tasks = []
        for question in questions_about(chunks):
            query_vector = encoder.encode_query(question)
            hits = self.storage.store.search(
                corpus.store_name, query_vector, CANDIDATES, corpus.revisions
            )
            near = tuple(dict.fromkeys(hit["chunk"].passage for hit in hits))
            farthest = np.argsort(vectors @ query_vector, kind="stable")
            far = [passages[at] for at in farthest if passages[at] not in near][:FAR]
            tasks.append(RankingTask(question, near, tuple(far)))
        return tasks


def questions_about(chunks: Sequence[Chunk], most: int = QUESTIONS) -> list[str]:
    """Questions made from passages; where no rule fits, first sentences, as a person pastes them.

    The rules know English sentences only.
    """
    try:
        return [question.text for question in make_questions(chunks, most)]
    except InputError:
        drawn = draw_chunks(chunks, most, seed=0)
        spans = [(chunk.text, sentence_spans(chunk.text)) for chunk in drawn]
        return [text[first[0].start : first[0].end][:300] for text, first in spans if first]
