"""An abstention threshold: where it lies, what it is worth on unseen questions, and refusals."""

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from core.answer.abstention import abstains, abstention_rules
from core.errors import InputError
from core.evaluate.claims import has_answer, tally
from core.learn.abstention_fit import AbstentionCase, abstention_cases, fit_abstention, threshold_of
from core.learn.material import Judged
from core.search.fitted import models_key
from core.search_settings import Fits, Fitted, SecondStageSettings
from tests.fakes import FakeCrossEncoder, FakeEncoder
from tests.floored import FLOOR, compared, with_floor

MODEL = FakeCrossEncoder()


def cases(answered, unanswered, abstains=False):
    """Questions by the logits of both kinds; today quotes answer all of them, or on none."""
    return [
        *(AbstentionCase(logit, True, abstains) for logit in answered),
        *(AbstentionCase(logit, False, abstains) for logit in unanswered),
    ]


def test_the_threshold_lies_in_the_middle_of_the_widest_gap_of_the_best():
    """Between -1 and 2 nothing is wrong; with one question on the wrong side, two gaps tie."""
    assert threshold_of(cases([2.0, 3.0], [-1.0, -2.0])) == 0.5
    # wrong is one of three answered: (0 + 2) / 2 splits as well as any, and is widest
    assert threshold_of(cases([2.0, 3.0, -3.0], [-1.0, -2.0, 0.0])) == 1.0


def test_a_rare_kind_counts_as_much_as_a_frequent_one():
    """One unanswered question between many answered ones moves the threshold all the same."""
    many = [1.0 + i / 100 for i in range(50)]
    assert threshold_of(cases([0.0, *many], [0.5])) == 0.75  # loses 1 of 51, not 1 of 1


def test_what_helps_unseen_questions_is_accepted_with_its_figures():
    """Five of each, far apart: every left-out one is decided right; today they never abstain."""
    fit = fit_abstention(cases([2, 3, 4, 5, 6], [-2, -3, -4, -5, -6]), "model")
    assert (fit.threshold, fit.models, fit.accepted) == (0.0, "model", True)
    assert (fit.held_out.balanced, fit.today.balanced) == (1.0, 0.5)
    assert "quotes answer 5 of 5 answerable questions and abstain on 5 of 5" in fit.verdict
    assert fit.verdict.endswith("Without the fit: 5 and 0.")


def test_what_does_not_help_unseen_questions_is_refused():
    """Logits that say nothing: the best cut of the seen ones is chance on the left-out one."""
    mixed = cases([1, 3, 5, 7, 9], [2, 4, 6, 8, 10])
    fit = fit_abstention(mixed, "model")
    assert not fit.accepted
    assert fit.verdict.startswith("Refused")


def test_noise_is_abstained_from_and_does_not_move_the_threshold():
    """A question that only repeats itself has a high logit and no answer."""
    plain = cases([2, 3, 4, 5, 6], [-2, -3, -4, -5, -6])
    noisy = [*plain, AbstentionCase(9.0, False, True, noise=True)]
    fit = fit_abstention(noisy, "model")
    assert fit.threshold == 0.0
    assert (fit.held_out.abstained, fit.held_out.unanswerable) == (6, 6)


@pytest.mark.parametrize(("answered", "unanswered"), [(range(9), range(4)), (range(4), range(9))])
def test_too_few_of_a_kind_are_an_error_with_advice(answered, unanswered):
    """Four cannot be left out one by one and still teach."""
    with pytest.raises(InputError, match="too few to fit a threshold") as caught:
        fit_abstention(cases(answered, unanswered), "model")
    assert "5 of each" in caught.value.advice


LOGITS = st.lists(st.floats(-9, 9).map(lambda x: round(x, 2)), min_size=1, max_size=8)


@given(LOGITS, LOGITS)
def test_no_other_threshold_decides_better(answered, unanswered):
    """Brute force over a fine grid finds nothing above it."""
    known = cases(answered, unanswered)
    if len({case.logit for case in known}) < 2:
        with pytest.raises(InputError):
            threshold_of(known)
        return

    def worth(limit):
        return tally((case.answerable, case.logit <= limit) for case in known).balanced

    inside = [x / 50 for x in range(-450, 451)]
    low, high = min(answered + unanswered), max(answered + unanswered)
    best = max((worth(x) for x in inside if low < x < high), default=0.0)
    assert worth(threshold_of(known)) >= best - 1e-9


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
    assert abstention_cases(material, MODEL) == [
        AbstentionCase(best, answerable=True, abstains=False, text=low.query),
        AbstentionCase(best, answerable=False, abstains=True, text=high.query),
    ]


def test_a_fitted_threshold_counts_before_the_floor_and_for_its_model_only():
    """The same comparison abstains or not by the threshold; another model's is ignored."""
    plain = with_floor(compared("seven eight"), replace(FLOOR, cosine=-1.0))
    best = max(item.logit for item in plain.reranked)
    own = models_key(FakeEncoder().info, MODEL.info)

    def abstains_at(limit, models):
        second = SecondStageSettings(fits=Fits(abstention=Fitted((limit,), models)))
        asked = replace(plain, settings=replace(plain.settings, second=second))
        return abstains(asked, MODEL)

    assert not abstains_at(best - 0.1, own)
    assert abstains_at(best + 0.1, own)
    assert abstention_rules(plain).noise_floor == FLOOR.logit
    for unknown in ("another", ""):
        assert abstains_at(best + 0.1, unknown) == (best <= FLOOR.logit)
