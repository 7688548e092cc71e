"""An order by learned weights: one weight alone is that score's own order."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.schema import Hit
from core.search.comparison import Readings, arrange
from core.search.learned import FEATURES, features, learned_order
from tests.strategies import first_and_second_stage, make_candidates


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
    assert np.allclose(features(candidates, logits).mean(axis=0), 0, atol=1e-6)


def test_what_a_retriever_missed_counts_as_its_lowest():
    """Two of three have a BM25 hit; the third gets the lower one's score."""
    made = make_candidates([0.9, 0.8, 0.7])
    hits = [Hit(c.chunk.id, score, 1, "bm25") for c, score in zip(made, (4.0, 2.0), strict=False)]
    candidates = [replace(c, hits=(*c.hits, h)) for c, h in zip(made, hits, strict=False)]
    rows = features([*candidates, made[2]], np.zeros(3, dtype=np.float32))
    assert rows[:, 1].tolist() == pytest.approx([2**0.5, -(2**-0.5), -(2**-0.5)])


def test_weights_take_the_blends_place_and_keep_the_models_own_rank():
    """By dense score alone the first stage's order is back, and model_rank tells the other one."""
    candidates = make_candidates([0.9, 0.8, 0.7])
    logits = np.array([-1.0, 0.0, 1.0], dtype=np.float32)
    readings = Readings(logits, logits, [False] * 3, ["full"] * 3)
    made = arrange(candidates, readings, 1.0, alone("dense"))
    assert [item.rank_delta for item in made] == [0, 0, 0]
    assert [item.model_rank for item in made] == [3, 2, 1]


def test_weights_of_another_length_are_refused():
    """They were learned by another version."""
    with pytest.raises(InputError, match="4 weights"):
        learned_order(make_candidates([0.5]), np.zeros(1, dtype=np.float32), [1.0] * 4)
