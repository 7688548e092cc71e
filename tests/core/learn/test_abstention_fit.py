"""A threshold for silence: where it lies, what it is worth on unseen questions, and refusals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.learn.abstention_fit import SilenceCase, fit_silence, tally, threshold_of


def cases(answered, unanswered, speaks=True):
    """Questions by the logits of both kinds; today quotes speak on all of them, or on none."""
    return [
        *(SilenceCase(logit, True, speaks) for logit in answered),
        *(SilenceCase(logit, False, speaks) for logit in unanswered),
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
    """Five of each, far apart: every left-out one is decided right; today none of the silent."""
    fit = fit_silence(cases([2, 3, 4, 5, 6], [-2, -3, -4, -5, -6]), "model")
    assert (fit.threshold, fit.models, fit.accepted) == (0.0, "model", True)
    assert (fit.held_out.balanced, fit.today.balanced) == (1.0, 0.5)
    assert "speaks on 5 of 5 questions with an answer and is silent on 5 of 5" in fit.verdict
    assert fit.verdict.endswith("Today: 5 and 0.")


def test_what_does_not_help_unseen_questions_is_refused():
    """Logits that say nothing: the best cut of the seen ones is chance on the left-out one."""
    mixed = cases([1, 3, 5, 7, 9], [2, 4, 6, 8, 10])
    fit = fit_silence(mixed, "model")
    assert not fit.accepted
    assert fit.verdict.startswith("Refused")


def test_noise_stays_silent_and_does_not_move_the_threshold():
    """A question that only repeats itself has a high logit and no answer."""
    plain = cases([2, 3, 4, 5, 6], [-2, -3, -4, -5, -6])
    noisy = [*plain, SilenceCase(9.0, False, False, noise=True)]
    fit = fit_silence(noisy, "model")
    assert fit.threshold == 0.0
    assert (fit.held_out.silent, fit.held_out.unanswerable) == (6, 6)


@pytest.mark.parametrize(("answered", "unanswered"), [(range(9), range(4)), (range(4), range(9))])
def test_too_few_of_a_kind_are_an_error_with_advice(answered, unanswered):
    """Four cannot be left out one by one and still teach."""
    with pytest.raises(InputError, match="cannot teach when to keep silent") as caught:
        fit_silence(cases(answered, unanswered), "model")
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
        return tally(known, [case.logit > limit for case in known]).balanced

    inside = [x / 50 for x in range(-450, 451)]
    low, high = min(answered + unanswered), max(answered + unanswered)
    best = max((worth(x) for x in inside if low < x < high), default=0.0)
    assert worth(threshold_of(known)) >= best - 1e-9
