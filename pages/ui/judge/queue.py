"""Which questions wait for a judge, and what their pools hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from core.app.engine import Engine
from core.evaluate.configurations import Configuration, presets, variants
from core.evaluate.judging.grading import Graded
from core.evaluate.judging.judgments import folded
from core.evaluate.judging.pooling import Pooled, Waiting, pool, queue, waiting
from core.evaluate.rankings import (
    Ranking,
    RankingKey,
    Rankings,
    ranking_of,
    settings_name,
    version_name,
)
from core.ports import CrossEncoder
from core.schema import Collection, Comparison
from pages.ui import resources
from pages.ui.evaluate.data import sets_of
from pages.ui.judge.data import judge_name, own_grades

POOL_DEPTH = 5
"""How many of each list are judged: what an answer is made from."""
POOLED = ("Dense", "Dense, reranked")


def pooled_configurations(
    names: Sequence[str], rerankers: Sequence[str] = ()
) -> list[Configuration]:
    """The configurations whose lists are pooled.

    Args:
        names: of presets.
        rerankers: others than the one that is on; each reads what the first reranked one reads.
    """
    chosen = [found for found in presets() if found.name in names]
    base = next((one for one in chosen if one.reranked), presets()[1])
    return [*chosen, *variants(base, rerankers)]


def known_questions(engine: Engine, collection: Collection) -> list[str]:
    """Every question of the sets, then those that were judged elsewhere; each once."""
    own = (q.text for known in sets_of(engine).of(collection.id) for q in known.questions)
    return list(dict.fromkeys((*own, *engine.judgments.queries(collection.id))))


def _other(engine: Engine, configuration: Configuration) -> CrossEncoder | None:
    """What reads the candidates in place of the reranker that is on, if anything does."""
    name = configuration.reranker
    return resources.reranker(engine, name, engine.model_manager.runtime) if name else None


def _key(engine: Engine, collection: Collection, configuration: Configuration) -> RankingKey:
    encoder, on = engine.models.wait()
    cross_encoder = _other(engine, configuration) or on
    version = engine.library.corpus_version(collection.id)
    return RankingKey(
        collection.id,
        settings_name(configuration.settings),
        version_name(version, (encoder.info, cross_encoder.info)),
    )


def found_already(
    engine: Engine, collection: Collection, configurations: Sequence[Configuration]
) -> list[Mapping[str, Ranking]]:
    """For each configuration: question -> ranking, of those that were asked before."""
    with st.spinner("The models are loading …", show_time=True):
        engine.models.wait()
    rankings = Rankings(engine.judgments.database)
    return [rankings.all(_key(engine, collection, c)) for c in configurations]


def ask(
    engine: Engine, collection: Collection, question: str, configurations: Sequence[Configuration]
) -> list[Ranking]:
    """The ranking of each configuration, kept for the evaluation; known ones are not asked."""
    rankings, found = Rankings(engine.judgments.database), []
    for configuration in configurations:
        key = _key(engine, collection, configuration)
        known = rankings.all(key, folded(question)).get(folded(question))
        if known is None:
            known = ranking_of(_asked(engine, collection, question, configuration))
            rankings.put(key, known)
        found.append(known)
    return found


def _asked(
    engine: Engine, collection: Collection, question: str, configuration: Configuration
) -> Comparison:
    settings, other = replace(configuration.settings, top_n=1), _other(engine, configuration)
    return engine.searcher.compare(collection.id, question, settings, 1, other)


def pool_of(question: str, found: Sequence[Ranking]) -> list[str]:
    """The passages to judge, in this judge's order."""
    return pool([ranking.final for ranking in found], POOL_DEPTH, judge_name(), question)


def waiting_questions(
    questions: Sequence[str],
    configurations: Sequence[Configuration],
    found: Sequence[Mapping[str, Ranking]],
    judged: Graded,
) -> list[Waiting]:
    """The queue: where the lists differ most first, then what was not asked yet, finished last.

    Args:
        questions: all that can be judged.
        configurations: whose lists are pooled.
        found: their rankings, question -> ranking, in the same order.
        judged: every grade that is known.
    """
    reranked = [configuration.reranked for configuration in configurations]
    rows, unknown = [], []
    for question in questions:
        lists = [by_query[question].final for by_query in found if question in by_query]
        if len(lists) < len(found):
            unknown.append(Waiting(question, 0, 0.0, POOL_DEPTH, asked=False))
            continue
        pooled = pool(lists, POOL_DEPTH, judge_name(), question)
        done = own_grades(judged, question, judge_name())
        rows.append(waiting(question, Pooled(lists, reranked, pooled), POOL_DEPTH, done))
    ordered = queue(rows)
    open_ = [row for row in ordered if row.left]
    return [*open_, *unknown, *(row for row in ordered if not row.left)]
