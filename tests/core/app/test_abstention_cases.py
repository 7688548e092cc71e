"""Which judged questions have an answer, and that a fitted threshold decides about silence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.answer.abstention import silence_rules
from core.answer.extractive import is_answerable
from core.app.abstention_cases import silence_cases
from core.evaluate.abstaining import has_answer
from core.learn.abstention_fit import SilenceCase
from core.learn.material import Judged
from core.search.fitted import models_key
from core.search_settings import SecondStageSettings
from tests.fakes import FakeCrossEncoder, FakeEncoder
from tests.floored import FLOOR, compared, with_floor

MODEL = FakeCrossEncoder()


def graded(comparison, *grades):
    """Grades for the passages by rank; those below the list were judged too."""
    ids = [*(item.chunk.id for item in comparison.reranked), "third", "fourth"]
    return dict(zip(ids, grades, strict=False))


@pytest.mark.parametrize(
    ("grades", "known"),
    [((0, 0, 2), True), ((0, 3), True), ((0, 0, 0), False), ((0, 0), None), ((1, 0, 0), None)],
)
def test_what_people_judged_says_whether_there_is_an_answer(grades, known):
    """A 2 or 3 is an answer; three zeros are none; less, or only "on topic", leaves it open."""
    comparison = compared("seven eight")
    first = [comparison.reranked[0].chunk.id]
    assert has_answer(first, graded(comparison, *grades)) is known


def test_without_the_first_passage_judged_it_is_open():
    """It may be the answer."""
    comparison = compared("seven eight")
    judged = graded(comparison, 0, 0, 0, 0)
    first = comparison.reranked[0].chunk.id
    assert has_answer([first], judged) is False
    del judged[first]
    assert has_answer([first], judged) is None
    assert has_answer([], judged) is None


def test_a_case_is_the_best_logit_and_what_happens_today():
    """Open questions are left out."""
    comparison = compared("seven eight")
    best = max(item.logit for item in comparison.reranked)
    low = with_floor(comparison, replace(FLOOR, logit=best - 1, cosine=-1.0))
    high = with_floor(comparison, replace(FLOOR, logit=best + 1, cosine=-1.0))
    material = [
        Judged(low, graded(low, 3), known_item=False),
        Judged(high, graded(high, 0, 0, 0), known_item=False),
        Judged(low, graded(low, 1), known_item=False),
    ]
    assert silence_cases(material, MODEL) == [
        SilenceCase(best, answerable=True, speaks=True, text=low.query),
        SilenceCase(best, answerable=False, speaks=False, text=high.query),
    ]


def test_a_fitted_threshold_counts_before_the_floor_and_for_its_model_only():
    """The same comparison is silent or not by the threshold; another model's is ignored."""
    plain = with_floor(compared("seven eight"), replace(FLOOR, cosine=-1.0))
    best = max(item.logit for item in plain.reranked)
    own = models_key(FakeEncoder().info, MODEL.info)

    def speaks(limit, models):
        second = SecondStageSettings(silent_below=limit, silent_for=models)
        asked = replace(plain, settings=replace(plain.settings, second=second))
        return is_answerable(asked.reranked, MODEL, silence_rules(asked))

    assert speaks(best - 0.1, own)
    assert not speaks(best + 0.1, own)
    assert silence_rules(plain).noise_floor == FLOOR.logit
    for unknown in ("another", ""):
        assert speaks(best + 0.1, unknown) == (best > FLOOR.logit)
