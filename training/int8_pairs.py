"""Question-passage pairs that an int8 recipe is fitted to.

A person's own and then the samples'; for the bundled model those of its training data.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

from core.app.engine import Engine
from core.app.own_passages import questions_about
from core.errors import InputError
from core.ingest.jobs.queue import require_encoder
from core.models.runtime_selection.material import ranking_tasks, sample_texts
from core.models.runtime_selection.measuring import ENOUGH
from core.ports import Encoder
from core.schema import Chunk, SearchSettings
from training.lines import read_lines
from training.sources import PASSAGES

Pair = tuple[str, str]
TOKENS = 41_000
"""About as many as the bundled recipe is fitted to."""
ASKED, MADE = 60, 200
MOST_CHUNKS = 3_000
NEAR = 10
NEAREST, BEHIND = 0, 4
"""Places in a search's list: the best passage, and one that is only like it."""
TRAINING_LINES = {
    "medquad": 40,
    "rule-made-policies": 20,
    "handbook-headings": 20,
    "squad-sentences": 20,
    "squad-groups": 60,
}
"""How many questions of each source the bundled recipe is fitted to."""


def calibration_pairs(engine: Engine, collection_id: str) -> Iterator[Pair]:
    """Pairs of a collection's own passages, and when those are used up, of the samples'.

    Each question comes with the passage that a search finds first, one that it finds fifth, and one
    that it does not find.

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
    return {task.query for task in own.material(encoder).tasks}


def some_chunks(engine: Engine, collection_id: str) -> list[Chunk]:
    """All chunks of documents at random, until there are ``MOST_CHUNKS``."""
    documents = engine.library.documents(collection_id)
    Random(0).shuffle(documents)
    chunks: list[Chunk] = []
    for document in documents:
        chunks += engine.corpora.chunks(collection_id, document.id)
        if len(chunks) >= MOST_CHUNKS:
            break
    return chunks[:MOST_CHUNKS]


def sample_pairs(encoder: Encoder) -> Iterator[Pair]:
    """Pairs of the samples' texts, without the questions that the agreement check asks.

    Raises:
        NotFound: the samples folder is not complete.
    """
    questions, passages = sample_texts(most=len(sample_texts(most=1)[1]) * 100)
    checked = set(sample_texts()[0])
    tasks = ranking_tasks([q for q in questions if q not in checked], passages, encoder)
    for place in range(NEAR):
        for task in tasks:
            yield task.query, task.passages[place]
            if place < len(task.far):
                yield task.query, task.far[-1 - place]


def training_pairs(folder: Path) -> list[Pair]:
    """Questions of the training data, each with its right passage and with one wrong one.

    Raises:
        InputError: a file is not there, has too few lines, or cannot be read.
    """
    random, pairs = Random(0), list[Pair]()
    texts = [line["text"] for line in read_lines(folder, PASSAGES)]
    for name, count in TRAINING_LINES.items():
        lines = list(read_lines(folder, name))
        if len(lines) < count:
            raise InputError(f"{folder} has fewer than {count} lines of {name}.", "Make it again.")
        for line in random.sample(lines, count):
            both = (line["positive"], line["negatives"][0])
            pairs += [(line["query"], texts[p] if isinstance(p, int) else p) for p in both]
    return pairs
