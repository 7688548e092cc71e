"""The figures by which a faster runtime is accepted or refused."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.stats import kendalltau

from core.models.runtime_selection.agreement import (
    noise_floor,
    pooled_tau,
    ranking_agreement,
    vector_agreement,
)

logits = st.lists(st.integers(-1000, 1000), min_size=2, max_size=30, unique=True).map(
    lambda values: np.array(values, dtype=np.float32) / 100
)


def array(*values):
    """Logits as the adapters give them."""
    return np.array(values, dtype=np.float32)


@given(logits)
def test_the_same_numbers_agree_fully_and_the_opposite_not_at_all(values):
    """Overlap and tau are 1 with oneself; tau is -1 with the list turned around."""
    floor = float("-inf")
    assert [f.value for f in ranking_agreement([values], [values], floor)] == [1.0, 1.0]
    assert pooled_tau([values], [-values], floor) == -1.0


@given(logits, st.randoms(use_true_random=False))
def test_tau_of_one_question_is_kendalls(values, random):
    """An independent implementation gives the same for one question without ties."""
    other = values.copy()
    random.shuffle(other)
    expected = kendalltau(values, other).statistic
    assert pooled_tau([values], [other], float("-inf")) == pytest.approx(expected)


def test_below_the_floor_the_order_is_free():
    """2 before 1 in both; -6 and -5 have changed places and do not count."""
    assert pooled_tau([array(2, 1, -6, -5)], [array(2, 1, -5, -6)], floor=-4) == 1.0


def test_the_floor_is_the_95th_percentile():
    """Of 0, 1, ... 100 it is 95; with nothing off topic there is no floor."""
    assert noise_floor(np.arange(101, dtype=np.float32)) == pytest.approx(95)
    assert noise_floor(np.zeros(0, np.float32)) == float("-inf")


def test_what_drifts_is_refused():
    """Eleven passages, the last put first: 9 of 10 stay in the top ten, below 0.95."""
    reference = np.arange(11, 0, -1).astype(np.float32)
    drifted = reference.copy()
    drifted[10] = 12
    overlap, tau = ranking_agreement([reference], [drifted], floor=0)
    assert overlap.value == 9 / 10
    assert not overlap.passed
    assert tau.value == pytest.approx((45 - 10) / 55)


def test_vectors_are_judged_by_the_worst():
    """Cosines 1 and 0.6: the least is 0.6."""
    found = vector_agreement(np.array([[1, 0], [1, 0]]), np.array([[1, 0], [0.6, 0.8]]))
    assert found[0].value == pytest.approx(0.6)
    assert not found[0].passed
