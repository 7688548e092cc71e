"""Question-passage pairs that an int8 recipe is fitted to: a person's own, then the samples'."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING

from core.app.own_passages import questions_about
from core.ingest.jobs.reembed import require_encoder
from core.models.runtime_selection.measuring import ENOUGH
from core.models.runtime_selection.probe import grouped, sample_texts
from core.ports import Encoder
from core.schema import Chunk, SearchSettings

if TYPE_CHECKING:
    from core.app.engine import Engine

Pair = tuple[str, str]
TOKENS = 41_000
"""About as many as the bundled recipe is fitted to."""
ASKED, MADE = 60, 200
MOST_CHUNKS = 3_000
NEAR = 10
NEAREST, BEHIND = 0, 4
"""Places in a search's list: the best passage, and one that is only like it."""


def calibration_pairs(engine: Engine, collection_id: str) -> Iterator[Pair]:
    """Pairs of a collection's own passages, and when those are used up, of the samples'.

    Each question comes with the passage that a search finds first, one that it finds fifth, and one
    that it does not find. Searches and vectors are computed behind the questions of people.

    Raises:
        SecondLookError: the store or the encoder failed, or the samples are not complete.
    """
    yield from own_pairs(engine, collection_id)
    yield from sample_pairs(engine.models.wait_in_background())


def own_pairs(engine: Engine, collection_id: str) -> Iterator[Pair]:
    """Pairs of what was asked before and of questions made from the documents; see above.

    Without those that the agreement check asks: a recipe is not checked on what it was fitted to.
    """
    chunks = some_chunks(engine, collection_id)
    if not chunks:
        return
    corpus = engine.corpora.corpus(collection_id, SearchSettings())
    encoder, random = engine.models.wait_in_background(), Random(0)
    require_encoder(
        engine.jobs, engine.library.collection(collection_id), corpus.revisions, encoder
    )
    skipped = _checked(engine, encoder)
    asked = engine.history.questions(collection_id)[:ASKED]
    questions = dict.fromkeys([*asked, *questions_about(chunks, MADE)])
    for question in (text for text in questions if text not in skipped):
        vector = encoder.encode_query(question)
        hits = engine.storage.store.search(corpus.store_name, vector, NEAR, corpus.revisions)
        near = [hit["chunk"].passage for hit in hits]
        yield from ((question, near[place]) for place in (NEAREST, BEHIND) if place < len(near))
        far = random.choice(chunks).passage
        if far not in near:
            yield question, far


def _checked(engine: Engine, encoder: Encoder) -> set[str]:
    """The questions of the agreement check, where it asks about a person's own documents."""
    own = engine.model_manager.own_passages
    if own.count() < ENOUGH:
        return set()
    return {group.query for group in own.material(encoder).groups}


def some_chunks(engine: Engine, collection_id: str) -> list[Chunk]:
    """All chunks of documents at random, until there are ``MOST_CHUNKS``."""
    documents = engine.documents(collection_id)
    Random(0).shuffle(documents)
    found: list[Chunk] = []
    for document in documents:
        found += engine.corpora.chunks(collection_id, document.id)
        if len(found) >= MOST_CHUNKS:
            break
    return found[:MOST_CHUNKS]


def sample_pairs(encoder: Encoder) -> Iterator[Pair]:
    """Pairs of the samples' texts, without the questions that the agreement check asks.

    Raises:
        NotFound: the samples folder is not complete.
    """
    questions, passages = sample_texts(most=len(sample_texts(most=1)[1]) * 100)
    checked = set(sample_texts()[0])
    groups = grouped([q for q in questions if q not in checked], passages, encoder)
    for place in range(NEAR):
        for group in groups:
            yield group.query, group.passages[place]
            if place < len(group.far):
                yield group.query, group.far[-1 - place]
