"""Paired differences: hand examples, an exact oracle, and simulations with a known truth."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from core.errors import InputError
from core.evaluate.compare import Difference, difference_of, interval, sign_flip, verdict
from core.serialize import from_json, to_json

VALUES = st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.63, 1.0]), min_size=1, max_size=8)


def per_query(values):
    """Values of the queries q0, q1, ..."""
    return {f"q{i}": value for i, value in enumerate(values)}


def exact_p(differences):
    """Share of all 2^n sign patterns whose mean is at least as far from 0 as the one seen."""
    seen = abs(sum(differences))
    patterns = list(product([1, -1], repeat=len(differences)))
    sums = [abs(sum(s * d for s, d in zip(p, differences, strict=True))) for p in patterns]
    return sum(total >= seen - 1e-9 for total in sums) / len(patterns)


def a_difference(**changes):
    """A settled gain, with some fields changed."""
    fields = {
        "measure": "nDCG@10",
        "base": "dense",
        "other": "dense reranked",
        "base_mean": 0.5,
        "other_mean": 0.6,
        "mean": 0.1,
        "low": 0.05,
        "high": 0.15,
        "p_value": 0.001,
        "wins": 8,
        "losses": 2,
        "ties": 4,
    }
    return Difference(**{**fields, **changes})


def test_hand_example():
    """Means, wins, losses and ties of three questions."""
    result = difference_of(
        per_query([0.0, 0.5, 1.0]), per_query([1.0, 0.5, 0.75]), "AP", ("a", "b")
    )
    assert (result.wins, result.losses, result.ties, result.questions) == (1, 1, 1, 3)
    assert result.mean == pytest.approx((1.0 + 0.0 - 0.25) / 3)
    assert result.base_mean == pytest.approx((0.0 + 0.5 + 1.0) / 3)
    assert result.other_mean == pytest.approx((1.0 + 0.5 + 0.75) / 3)
    assert (result.measure, result.base, result.other) == ("AP", "a", "b")


def test_rounding_is_no_win():
    """Values that differ in the last bits are a tie."""
    result = difference_of(per_query([0.3]), per_query([0.1 + 0.2]), "AP")
    assert (result.wins, result.losses, result.ties) == (0, 0, 1)


@settings(max_examples=40)
@given(VALUES, st.randoms(use_true_random=False))
def test_laws_of_a_comparison(values, random):
    """Low <= mean <= high, swapping the runs swaps the sign, and the record survives JSON."""
    base, other = per_query(values), per_query(random.sample(values, len(values)))
    there, back = difference_of(base, other, "AP"), difference_of(other, base, "AP")
    assert there.low - 1e-9 <= there.mean <= there.high + 1e-9
    assert back.mean == pytest.approx(-there.mean)
    assert (back.wins, back.losses, back.ties) == (there.losses, there.wins, there.ties)
    assert back.p_value == pytest.approx(there.p_value)
    assert from_json(Difference, to_json(there)) == there


def test_same_seed_same_result():
    """The interval is reproducible, and does not depend on the order of the queries."""
    generator = np.random.default_rng(3)
    base, other = per_query(generator.random(40)), per_query(generator.random(40))
    shuffled = dict(reversed(list(base.items())))
    assert difference_of(base, other, "AP", seed=5) == difference_of(shuffled, other, "AP", seed=5)
    assert difference_of(base, other, "AP", seed=5) != difference_of(base, other, "AP", seed=6)


@pytest.mark.parametrize(
    "differences",
    [
        [0.5],
        [0.1, -0.1],
        [0.0, 0.0, 0.0],
        [0.1, 0.2, 0.3, 0.4, 0.5],
        [0.5, 0.4, -0.1, 0.3, 0.2, 0.6],
    ],
)
def test_sign_flip_equals_the_enumeration(differences):
    """On few questions the p-value is exact: counted over every pattern of signs."""
    assert sign_flip(np.array(differences)) == pytest.approx(exact_p(differences))


def test_one_question_bounds_nothing():
    """A single question says nothing about the spread: the interval is all that is possible."""
    assert interval(np.array([0.4])) == (-1.0, 1.0)


def normal(generator):
    """30 differences around 0.05."""
    return generator.normal(0.05, 0.2, 30)


def mostly_ties(generator):
    """50 differences as a reranker makes them: half are ties, few are losses; 0.075 on average."""
    steps, chances = [0.0, 0.5, 0.25, -0.25, -0.5], [0.5, 0.15, 0.2, 0.1, 0.05]
    assert sum(s * c for s, c in zip(steps, chances, strict=True)) == pytest.approx(0.075)
    return generator.choice(steps, 50, p=chances)


@pytest.mark.parametrize(("differences", "truth"), [(normal, 0.05), (mostly_ties, 0.075)])
def test_interval_covers_the_truth(differences, truth):
    """95% +/- 2 % of the intervals of 400 simulated experiments hold the true difference."""
    generator = np.random.default_rng(11)
    held = 0
    for seed in range(400):
        low, high = interval(differences(generator), seed)
        held += low <= truth <= high
    assert 0.93 <= held / 400 <= 0.97


@pytest.mark.parametrize("questions", [5, 10])
def test_chance_is_rarely_called_a_difference(questions):
    """When nothing differs, at most 5 % (+ simulation error) of the experiments claim it does."""
    generator = np.random.default_rng(questions)
    claims = 0
    for seed in range(300):
        differences = generator.choice([0.0, 0.37, -0.37, 0.5, -0.5], questions)
        result = difference_of(
            per_query(np.zeros(questions)), per_query(differences), "nDCG@10", seed=seed
        )
        claims += result.settled
    assert claims / 300 <= 0.05 + 2 * (0.05 * 0.95 / 300) ** 0.5


def test_different_questions_cannot_be_paired():
    """Runs that were measured on different questions are refused."""
    with pytest.raises(InputError, match="a and b were not measured on the same questions"):
        difference_of({"q1": 1.0}, {"q2": 1.0}, "AP", ("a", "b"))
    with pytest.raises(InputError, match="nothing to measure"):
        difference_of({}, {}, "AP")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {},
            "Dense reranked scores higher than dense: +0.100 nDCG@10 on average over 14 questions, "
            "95% interval +0.050 to +0.150; better on 8, worse on 2, the same on 4.",
        ),
        (
            {"mean": -0.1, "low": -0.15, "high": -0.05},
            "Dense reranked scores lower than dense: −0.100 nDCG@10 on average over 14 questions, "
            "95% interval −0.150 to −0.050; better on 8, worse on 2, the same on 4.",
        ),
        (
            {"low": -0.02, "p_value": 0.2},
            "Not settled: +0.100 nDCG@10 over 14 questions, and anything from −0.020 to +0.150 "
            "is plausible; better on 8, worse on 2, the same on 4.",
        ),
        (
            {"p_value": 0.0625},
            "Not settled: +0.100 nDCG@10 over 14 questions, and chance alone can explain that; "
            "better on 8, worse on 2, the same on 4.",
        ),
        (
            {"mean": 0.0, "low": -1.0, "high": 1.0, "p_value": 1.0, "wins": 0, "losses": 0}
            | {"ties": 1},
            "No difference was seen: dense reranked and dense have the same nDCG@10 over "
            "1 question, which does not prove that they are equal.",
        ),
    ],
)
def test_verdict(changes, sentence):
    """Every kind of result has one sentence."""
    assert verdict(a_difference(**changes)) == sentence


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_verdict_claims_no_more_than_the_interval(middle, below, above, p_value):
    """A direction is named only when the interval lies on that side of 0 and chance is unlikely."""
    difference = a_difference(mean=middle, low=middle - below, high=middle + above, p_value=p_value)
    sentence = verdict(difference)
    assert ("scores higher" in sentence) == (difference.low > 0 and p_value < 0.05)
    assert ("scores lower" in sentence) == (difference.high < 0 and p_value < 0.05)
