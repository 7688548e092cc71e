"""The final order: by logit, blended, or by learned weights."""

from dataclasses import replace
from itertools import pairwise
from statistics import fmean, pstdev

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st

from core.errors import InputError
from core.schema import Hit
from core.search.comparison import Readings, reorder
from core.search.ordering import (
    FEATURES,
    blended_order,
    by_logit,
    learned_order,
    rank_features,
    standardised,
)
from tests.strategies import finite, first_and_second_stage, make_candidates

scores = st.lists(finite, min_size=1, max_size=30)
weights = st.floats(0, 1)


@given(scores)
def test_standardised_scores_have_mean_0_and_deviation_1(values):
    """Unless they are all the same: then they are 0."""
    z = standardised(values)
    assert abs(z.mean()) < 1e-9
    assert z.std() == pytest.approx(1.0) if len(set(values)) > 1 else not z.any()


@given(scores, st.floats(0.01, 100), st.integers(-1000, 1000))
def test_the_scale_of_a_stage_does_not_matter(values, factor, shift):
    """Whole numbers moved and stretched standardise to the same values."""
    whole = np.round(np.array(values, dtype=np.float64))
    moved = standardised(whole * factor + shift)
    assert moved == pytest.approx(standardised(whole), abs=1e-6)


@given(first_and_second_stage(), weights)
def test_blending_is_a_permutation_and_its_ends_are_the_stages_own_orders(lists, weight):
    """To the last bit: nothing is standardised there, so no close pair can change places."""
    candidates, logits = lists
    ranks = list(range(len(candidates)))
    assert sorted(blended_order(candidates, logits, weight)) == ranks
    assert blended_order(candidates, logits, 0.0) == ranks
    assert blended_order(candidates, logits, 1.0) == by_logit(candidates, logits)


@given(first_and_second_stage(smallest=2), weights)
def test_whom_both_stages_prefer_stays_ahead(lists, weight):
    """A passage that is better in both scores is never put behind."""
    candidates, logits = lists
    place = {i: n for n, i in enumerate(blended_order(candidates, logits, weight))}
    first = [candidate.score for candidate in candidates]
    for i in range(len(candidates)):
        for j in range(len(candidates)):
            if first[i] > first[j] + 1e-3 and logits[i] > logits[j] + 1e-3:
                assert place[i] < place[j]


def with_bm25(candidates, values):
    """The candidates with these BM25 scores."""
    return [replace(c, bm25=value) for c, value in zip(candidates, values, strict=True)]


def test_a_blend_is_the_weighted_sum_of_z_scores():
    """Cosines (3, 2, 1) have z 1.22, 0, -1.22; logits (0, 0, 6) -0.71, -0.71, 1.41.

    At 0.5 the sums are 0.26, -0.35, 0.09. BM25 (0, 0, 6) takes a third of the first half: 0.09,
    -0.47, 0.53.
    """
    candidates, logits = make_candidates([3, 2, 1]), np.array([0, 0, 6], dtype=np.float32)
    assert blended_order(candidates, logits, 0.5) == [0, 2, 1]
    assert blended_order(with_bm25(candidates, [0, 0, 6]), logits, 0.5) == [2, 0, 1]


@given(first_and_second_stage(smallest=2), st.data(), weights)
def test_a_blend_is_three_parts_of_which_the_first_stages_are_two_to_one(lists, data, weight):
    """Told apart from the product by plain sums over statistics' own z-scores."""
    candidates, logits = lists
    n = len(candidates)
    bm25 = data.draw(
        st.lists(st.integers(0, 20), min_size=n, max_size=n).filter(lambda x: len({*x}) > 1)
    )
    parts = [c.score for c in candidates], bm25, logits.tolist()
    z = []
    for part in parts:
        middle, deviation = fmean(part), pstdev(part)
        assume(deviation > 1e-3)
        z.append([(value - middle) / deviation for value in part])
    first = (1 - weight) / 3
    sums = [2 * first * c + first * b + weight * logit for c, b, logit in zip(*z, strict=True)]
    if 0 < weight < 1:
        order = blended_order(with_bm25(candidates, bm25), logits, weight)
        assert all(sums[a] >= sums[b] - 1e-6 for a, b in pairwise(order))


def test_one_candidate_has_nothing_to_be_compared_with():
    """A single score has no spread."""
    assert standardised([7.0]).tolist() == [0.0]
    assert blended_order(make_candidates([7.0]), np.array([1.0], dtype=np.float32), 0.3) == [0]


def alone(name):
    """A weight of 1 on one feature."""
    return [float(feature == name) for feature in FEATURES]


@given(first_and_second_stage())
def test_the_logit_alone_orders_as_the_cross_encoder(stages):
    """Never a passage before one with a larger logit; 1e-6 apart they may be one number."""
    candidates, logits = stages
    order = learned_order(candidates, logits, alone("logit"))
    assert all(logits[a] >= logits[b] - 1e-6 for a, b in pairwise(order))


@given(first_and_second_stage(), st.lists(st.floats(-1, 1), min_size=5, max_size=5))
def test_every_order_is_a_permutation_and_features_are_standardised(stages, weights):
    """Nothing is lost; columns have mean 0."""
    candidates, logits = stages
    order = learned_order(candidates, logits, weights)
    assert sorted(order) == list(range(len(candidates)))
    assert np.allclose(rank_features(candidates, logits).mean(axis=0), 0, atol=1e-6)


def test_what_a_retriever_missed_counts_as_its_lowest():
    """Two of three have a BM25 hit; the third gets the lower one's score."""
    made = make_candidates([0.9, 0.8, 0.7])
    hits = [Hit(c.chunk.id, score, 1, "bm25") for c, score in zip(made, (4.0, 2.0), strict=False)]
    candidates = [replace(c, hits=(*c.hits, h)) for c, h in zip(made, hits, strict=False)]
    rows = rank_features([*candidates, made[2]], np.zeros(3, dtype=np.float32))
    assert rows[:, 1].tolist() == pytest.approx([2**0.5, -(2**-0.5), -(2**-0.5)])


def test_a_counted_bm25_stands_whoever_found_the_passage():
    """0 for one without a word of the question, and not the lowest of the others."""
    rows = rank_features(with_bm25(make_candidates([9, 8, 7]), [4.0, 2.0, 0.0]), np.zeros(3))
    assert rows[:, 1].tolist() == pytest.approx([1.5**0.5, 0.0, -(1.5**0.5)])


def test_weights_take_the_blends_place_and_keep_the_models_own_rank():
    """By dense score alone the first stage's order is back, and model_rank tells the other one."""
    candidates = make_candidates([0.9, 0.8, 0.7])
    logits = np.array([-1.0, 0.0, 1.0], dtype=np.float32)
    readings = Readings(logits, logits, [False] * 3, ["full"] * 3)
    made = reorder(candidates, readings, 1.0, alone("dense"))
    assert [item.rank_delta for item in made] == [0, 0, 0]
    assert [item.model_rank for item in made] == [3, 2, 1]


def test_weights_of_another_length_are_refused():
    """They were learned by another version."""
    with pytest.raises(InputError, match="4 weights"):
        learned_order(make_candidates([0.5]), np.zeros(1, dtype=np.float32), [1.0] * 4)
