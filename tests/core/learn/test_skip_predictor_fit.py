"""A fitted skip predictor: counted on halves that were left out, refused when it loses."""

import pytest

from core.errors import InputError
from core.learn.skip_predictor_fit import FEWEST_QUESTIONS, fit_skip_predictor, loss
from core.search.skip_predictor import SkipTrial
from core.serialize import from_json, to_json


def trial(number, *, clear, changed, gain=None):
    """A question whose first stage was clear (a wide margin, all words agree) or not."""
    margin, overlap = (3.0 + number % 3, 1.0) if clear else (0.3 + 0.1 * (number % 3), 0.1)
    return SkipTrial(f"q{number}", 1.0, 10.0, 1.0, gain, margin, overlap, changed)


def trials(clear=20, unclear=20, **clear_ones):
    """Clear questions, which do not change unless told, among unclear ones, which always do."""
    kinds = [True] * clear + [False] * unclear
    of_clear = {"changed": False, "gain": 0} | clear_ones
    return [
        trial(i, clear=kind, **(of_clear if kind else {"changed": True, "gain": 1}))
        for i, kind in enumerate(kinds)
    ]


def test_where_clear_questions_never_change_half_of_all_are_skipped():
    """20 of 40 are clear: each half skips its own ten, which lose nothing."""
    fit = fit_skip_predictor(trials())
    assert (fit.questions, fit.lost, fit.accepted) == (40, 0.0, True)
    assert 10 <= fit.skipped <= 20
    assert fit.model.probability(4.0, 1.0) < fit.model.threshold
    assert fit.model.probability(0.3, 0.1) > fit.model.threshold
    assert f"{fit.skipped} of 40 questions skipped, +0.0 points of recall@3" in fit.verdict


def test_a_skip_predictor_that_would_lose_answers_is_refused():
    """Clear questions that reranking would have saved: no threshold is safe."""
    mixed = trials(gain=1)
    fit = fit_skip_predictor(mixed)
    assert (fit.accepted, fit.skipped) == (False, 0)
    assert fit.verdict.startswith("Refused, because it would skip nothing")


def test_without_judgments_another_first_passage_counts_as_lost():
    """Nobody said which is right, so a change is taken as one that mattered."""
    assert loss(trial(0, clear=True, changed=True)) == 1
    assert loss(trial(0, clear=True, changed=False)) == 0
    assert loss(trial(0, clear=True, changed=True, gain=-1)) == -1
    unjudged = [trial(i, clear=i % 2 == 0, changed=i % 2 == 1) for i in range(40)]
    assert "unjudged" in fit_skip_predictor(unjudged).verdict


def test_too_few_questions_or_only_one_kind_cannot_teach():
    """Both are said, with what to do."""
    with pytest.raises(InputError, match="19 questions"):
        fit_skip_predictor(trials(10, FEWEST_QUESTIONS - 11))
    with pytest.raises(InputError, match="never puts another"):
        fit_skip_predictor(trials(40, 0))
    with pytest.raises(InputError, match="always puts another"):
        fit_skip_predictor(trials(0, 40))


def test_a_fit_survives_json_and_goes_into_the_settings():
    """It is kept in the home folder."""
    fit = fit_skip_predictor(trials())
    assert from_json(type(fit), to_json(fit)) == fit
    model = fit.model
    assert fit.numbers == (model.intercept, model.margin, model.agreement, model.threshold)
