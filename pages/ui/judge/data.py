"""Judgments as the pages need them: who judges, what is judged, and what it says so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.app.engine import Engine
from core.evaluate.compare import BothLists, measure_both
from core.evaluate.judging.grading import ChunksOf, Graded, grade
from core.evaluate.rankings import key_of, ranking_of
from core.schema import Chunk, Collection, Comparison
from pages.ui import resources, state

DEPTH = 10


@dataclass(frozen=True)
class Live:
    """Where judging stands: the measure for this question, and over all judged ones.

    ``mine`` is chunk id -> the judge's own grade. ``uncertain`` judgments of this question fit no
    chunk of today.
    """

    this: BothLists
    all: BothLists
    mine: dict[str, int]
    uncertain: int


def judge_name() -> str:
    """The name under which this session judges."""
    name = str(st.session_state.get(state.JUDGE, "")).strip()
    return name or "me"


def chunks_of(engine: Engine, collection_id: str) -> ChunksOf:
    """The chunks of a collection's documents, read once for each corpus version."""
    version = engine.library.corpus_version(collection_id)
    document_ids = {document.id for document in engine.library.documents(collection_id)}

    def read(document_id: str) -> Sequence[Chunk]:
        if document_id not in document_ids:
            return ()
        return resources.chunks(engine, collection_id, document_id, version)

    return read


def all_chunks(engine: Engine, collection_id: str) -> list[Chunk]:
    """Every chunk of a collection, read once for each corpus version."""
    read = chunks_of(engine, collection_id)
    return [
        chunk for document in engine.library.documents(collection_id) for chunk in read(document.id)
    ]


def graded(engine: Engine, collection_id: str, query: str | None = None) -> Graded:
    """What people said, of one question if given, on the chunks of today."""
    judgments = engine.judgments.of(collection_id, query)
    return grade(judgments, chunks_of(engine, collection_id))


def known_questions(engine: Engine, collection: Collection) -> list[str]:
    """Every question of the sets, then those that were judged elsewhere; each once."""
    sets = engine.question_sets.of(collection.id)
    of_sets = (question.text for question_set in sets for question in question_set.questions)
    return list(dict.fromkeys((*of_sets, *engine.judgments.queries(collection.id))))


def give_grade(
    engine: Engine, collection: Collection, comparison: Comparison, chunk: Chunk, grade_: int
) -> None:
    """Keep the session's grade for a passage, and both lists, to be measured later."""
    engine.judgments.give(collection.id, comparison.query, chunk, grade_, judge_name())
    key = key_of(collection.id, comparison)
    if comparison.query not in engine.rankings.all(key, comparison.query):
        engine.rankings.put(key, ranking_of(comparison))


def live(engine: Engine, collection: Collection, comparison: Comparison) -> Live:
    """Measure the two lists of this question, and of all judged ones with the same settings."""
    grades = graded(engine, collection.id)
    key = key_of(collection.id, comparison)
    rankings = engine.rankings.all(key)
    rankings[comparison.query] = ranking_of(comparison)
    qrels = grades.qrels
    first = {query: ranking.first for query, ranking in rankings.items()}
    final = {query: ranking.final for query, ranking in rankings.items()}
    this = {query: grades for query, grades in qrels.items() if query == comparison.query}
    uncertain = [item for item in grades.uncertain if item.judgment.query == comparison.query]
    return Live(
        this=measure_both(this, first, final, DEPTH),
        all=measure_both(qrels, first, final, DEPTH),
        mine=grades.by(judge_name(), comparison.query),
        uncertain=len(uncertain),
    )
