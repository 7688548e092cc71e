"""Judgments as the pages need them: who judges, what is judged, and what it says so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.app.engine import Engine
from core.evaluate.judging.grading import ChunksOf, Graded, grade
from core.evaluate.judging.judgments import folded, judgment_of
from core.evaluate.lists import BothLists, measure_both
from core.evaluate.rankings import Ranking, RankingKey, Rankings, key_of, ranking_of
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
    known = {document.id for document in engine.documents(collection_id)}

    def read(document_id: str) -> Sequence[Chunk]:
        if document_id not in known:
            return ()
        return resources.chunks(engine, collection_id, document_id, version)

    return read


def graded(engine: Engine, collection_id: str, query: str | None = None) -> Graded:
    """What people said, of one question if given, on the chunks of today."""
    judgments = engine.judgments.of(collection_id, query)
    return grade(judgments, chunks_of(engine, collection_id))


def own_grades(found: Graded, query: str, judge: str) -> dict[str, int]:
    """Chunk id -> the grade that this judge gave."""
    grades = found.grades.get(folded(query), {})
    return {id_: by_judge[judge] for id_, by_judge in grades.items() if judge in by_judge}


def remember(engine: Engine, collection_id: str, comparison: Comparison) -> RankingKey:
    """Keep both lists of a question, so that judgments on it can be measured later."""
    key = key_of(collection_id, comparison)
    rankings = Rankings(engine.judgments.database)
    if comparison.query not in rankings.all(key, comparison.query):
        rankings.put(key, ranking_of(comparison))
    return key


def give_grade(
    engine: Engine,
    collection: Collection,
    comparison: Comparison,
    chunk: Chunk,
    grade_: int,
    note: str = "",
) -> None:
    """Keep the session's grade for a passage of a comparison."""
    judgment = judgment_of(collection.id, comparison.query, chunk, grade_, judge_name(), note)
    engine.judgments.add(judgment)
    remember(engine, collection.id, comparison)


def live(engine: Engine, collection: Collection, comparison: Comparison) -> Live:
    """Measure the two lists of this question, and of all judged ones with the same settings."""
    found = graded(engine, collection.id)
    key = key_of(collection.id, comparison)
    rankings: dict[str, Ranking] = Rankings(engine.judgments.database).all(key)
    rankings[comparison.query] = ranking_of(comparison)
    qrels = found.qrels
    first = {query: ranking.first for query, ranking in rankings.items()}
    final = {query: ranking.final for query, ranking in rankings.items()}
    one = {query: grades for query, grades in qrels.items() if query == comparison.query}
    uncertain = [item for item in found.uncertain if item.judgment.query == comparison.query]
    return Live(
        this=measure_both(one, first, final, DEPTH),
        all=measure_both(qrels, first, final, DEPTH),
        mine=own_grades(found, comparison.query, judge_name()),
        uncertain=len(uncertain),
    )
