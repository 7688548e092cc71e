"""Kept rankings: found again under the same state, and under no other."""

from dataclasses import replace

import pytest
from hypothesis import given

from core.evaluate.judging.judgments import Judgments
from core.evaluate.rankings import (
    RankingKey,
    Rankings,
    key_of,
    on_chunks_of,
    ranking_of,
    settings_name,
    version_name,
)
from core.schema import ModelInfo, SearchSettings
from core.search_settings import FirstStageSettings, SecondStageSettings
from tests.strategies import first_and_second_stage, make_candidates, make_comparison

MODEL = ModelInfo("made", "encoder", "0" * 64, 256)
KEY = RankingKey("c", "s", "v")


def comparison(candidates, logits, settings=None):
    """A comparison of made candidates with these logits."""
    times = (1.0, 2.0, 30.0, 5.0, 38.0)
    made = make_comparison(candidates, logits, settings or SearchSettings(30, 1), times)
    return replace(made, query="Who?", corpus_version="v1", models=(MODEL,))


@given(first_and_second_stage())
def test_both_orders_survive_the_file(stages):
    """First and final order, places and times come back as they were."""
    made = comparison(*stages)
    ranking = ranking_of(made)
    assert ranking.first == [candidate.chunk.id for candidate in made.candidates]
    assert ranking.final == [item.chunk.id for item in made.reranked]
    assert sorted(ranking.first) == sorted(ranking.final)
    kept = Judgments(None)
    rankings = Rankings(kept.database)
    rankings.put(KEY, ranking)
    assert rankings.all(KEY) == {"Who?": ranking}
    for other in (
        replace(KEY, collection="d"),
        replace(KEY, settings="t"),
        replace(KEY, version="w"),
    ):
        assert rankings.all(other) == {}
    kept.close()


@given(first_and_second_stage(), first_and_second_stage())
def test_an_order_in_the_chunks_of_another_list_is_still_an_order(stages, others):
    """The same chunks keep their names; cut differently, none is named twice."""
    mine, other = ranking_of(comparison(*stages)), ranking_of(comparison(*others))
    assert on_chunks_of(mine, mine) == mine.final
    moved = tuple(replace(f, chunk_id=f"other {f.chunk_id}") for f in other.found)
    renamed = on_chunks_of(mine, replace(other, found=moved))
    assert len(set(renamed)) == len(mine.final)
    common = min(len(mine.found), len(other.found))
    assert sum(id_.startswith("other ") for id_ in renamed) == common


def test_without_a_second_stage_the_first_order_is_final():
    """Whatever the reranked list says, and its time is none."""
    off = SearchSettings(30, 1, second=SecondStageSettings(enabled=False))
    ranking = ranking_of(comparison(make_candidates([0.9, 0.5]), [1.0, 2.0], off))
    assert ranking.final == ranking.first
    assert (ranking.rerank_ms, ranking.total_ms) == (0.0, 3.0)


def test_a_first_measurement_of_time_is_kept():
    """A second one with remembered scores does not make the model look fast."""
    slow = ranking_of(comparison(make_candidates([0.9, 0.5]), [1.0, 2.0]))
    fast = replace(slow, rerank_ms=0.1, cached=True)
    kept = Judgments(None)
    rankings = Rankings(kept.database)
    rankings.put(KEY, slow)
    rankings.put(KEY, fast)
    assert rankings.all(KEY)["Who?"].rerank_ms == 30.0
    assert not rankings.all(KEY)["Who?"].cached
    kept.close()


@pytest.mark.parametrize(
    "other",
    [
        SearchSettings(20, 1),
        SearchSettings(30, 1, ("d",)),
        SearchSettings(30, 1, first=FirstStageSettings(kind="bm25")),
        SearchSettings(30, 1, second=SecondStageSettings(blend=0.5)),
    ],
)
def test_every_setting_that_decides_has_another_name(other):
    """And the top n, which decides nothing without a skip predictor, has not."""
    base = SearchSettings(30, 1)
    assert settings_name(other) != settings_name(base)
    assert settings_name(replace(base, top_n=5)) == settings_name(base)
    skipping = replace(base, second=SecondStageSettings(skip_predictor=True))
    assert settings_name(replace(skipping, top_n=5)) != settings_name(skipping)


def test_the_version_names_documents_and_models():
    """Each of them changes it, the order of the models does not."""
    other = replace(MODEL, sha256="1" * 64)
    assert version_name("v1", (MODEL, other)) == version_name("v1", (other, MODEL))
    assert len({version_name(c, (m,)) for c in ("v1", "v2") for m in (MODEL, other)}) == 4
    made = comparison(make_candidates([0.9]), [1.0])
    assert key_of("c", made).version == version_name("v1", (MODEL,))
