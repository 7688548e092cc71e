"""Holm, power and the Pareto front, against numbers known from elsewhere."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy import stats  # type: ignore[import-untyped]

from core.evaluate.compare import holm, pareto, questions_needed, wilson

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=12)
POINTS = st.dictionaries(
    st.text(min_size=1, max_size=3), st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1
)


def test_holm_on_a_worked_example():
    """Sorted .01, .02, .03, .05 times 4, 3, 2, 1, and never smaller than the one before."""
    assert holm([0.03, 0.01, 0.05, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])


def test_one_comparison_needs_no_correction():
    """A single p-value stays as it is, and nothing goes above 1."""
    assert holm([0.031]) == [0.031]
    assert holm([0.7, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


@given(P_VALUES)
def test_holm_equals_its_step_down_definition(p_values):
    """Rejecting at level a by adjusted values is the procedure of the paper, for any a."""
    adjusted = holm(p_values)
    m = len(p_values)
    for level in (0.01, 0.05, 0.2):
        rejected = set()
        for step, index in enumerate(sorted(range(m), key=p_values.__getitem__)):
            if p_values[index] * (m - step) > level:
                break
            rejected.add(index)
        assert {i for i, p in enumerate(adjusted) if p <= level} == rejected
    assert all(p <= a <= 1 for p, a in zip(p_values, adjusted, strict=True))


def spread(deviation, n=50):
    """Differences with that standard deviation (n - 1 in the denominator)."""
    values = np.linspace(-1, 1, n)
    return list(values * deviation / values.std(ddof=1))


def test_questions_needed_equals_known_tables():
    """A standardised difference of 0.5 needs 34 pairs, 0.2 needs 199 (G*Power, two-sided)."""
    assert questions_needed(spread(0.04), 0.02) == 34
    assert questions_needed(spread(0.10), 0.02) == 199


@given(st.floats(0.02, 0.3))
def test_that_many_questions_have_the_power(deviation):
    """By the noncentral t distribution: at least 79.5 % with them, below 80.5 % with two fewer."""
    from scipy import stats

    n = questions_needed(spread(deviation), 0.02)

    def power(count):
        limit = stats.t.ppf(0.975, count - 1)
        return 1 - stats.nct.cdf(limit, count - 1, 0.02 / deviation * math.sqrt(count))

    assert power(n) >= 0.795
    if n > 12:
        assert power(n - 2) < 0.805


@pytest.mark.parametrize("differences", [[], [0.1], [0.1, 0.1, 0.1]])
def test_without_spread_there_is_no_number(differences):
    """Nothing is claimed from one question, or from equal differences."""
    assert questions_needed(differences) is None


@given(POINTS)
def test_nobody_beats_the_front_and_the_front_beats_the_rest(points):
    """The definition, point by point; there is always somebody on it."""
    front = pareto(points)
    assert front
    for name, (cost, quality) in points.items():
        beaten = any(
            c <= cost and q >= quality and (c, q) != (cost, quality) for c, q in points.values()
        )
        assert (name in front) == (not beaten)
    assert [points[name][0] for name in front] == sorted(points[name][0] for name in front)


@given(st.integers(0, 60), st.integers(0, 60))
def test_wilsons_interval_is_that_of_his_formula(successes, failures):
    """(p + z^2 / 2n ± z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n), up to 120 trials."""
    trials = successes + failures
    if trials == 0:
        assert wilson(0, 0) == (0.0, 1.0)
        return
    z, share = stats.norm.ppf(0.975), successes / trials
    half = z * math.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    bounds = [share + z**2 / (2 * trials) + sign * half for sign in (-1, 1)]
    expected = [bound / (1 + z**2 / trials) for bound in bounds]
    assert wilson(successes, trials) == pytest.approx(expected, abs=1e-12)
