"""The arithmetic that makes an int8 recipe."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from core.models.openvino.int8 import SHIFT, Recipe, linear_layers, rewrite
from tests.core.models.openvino.graphs import NAME, graph, outputs
from tests.processor import int8_dot_products
from training.rounding import balanced, clipped_scales, fit, rounded_tokens, rounded_weights

WEIGHTS = "a" * 64


@pytest.mark.parametrize("shift", [0.0, SHIFT])
def test_a_fitted_layer_in_a_graph_is_the_layer_nearly(shift):
    """From fitting to computing: the error of the outputs is below one in a hundred.

    A processor without int8 dot products adds products of two with saturation: there it is far
    more, which is why the agreement check refuses int8 there, but they are the same outputs.
    """
    random = np.random.default_rng(0)
    weights = random.normal(size=(24, 32)).astype(np.float32)
    values = random.normal(size=(1, 600, 32)).astype(np.float32) * np.geomspace(0.1, 10, 32)
    values = np.abs(values) - 0.16 if shift else values
    values = values.astype(np.float32)
    (site,), error = fit(values[0], [weights], shift)
    model = graph(weights, before=lambda given: given)
    assert list(linear_layers(model)) == [NAME]
    rewrite(model, Recipe(WEIGHTS, {NAME: site}))
    wanted = values @ weights.T
    got = outputs(model, values)
    spread = np.square(wanted - wanted.mean(axis=(0, 1))).sum()
    measured = float(np.sqrt(np.square(got - wanted).sum() / spread))
    assert error < 0.01
    if int8_dot_products():
        assert measured == pytest.approx(error, rel=0.05)
    else:
        assert measured < 0.3


def test_rounding_with_feedback_beats_plain_rounding():
    """The error that counts is that of the products, on inputs that are correlated."""
    random = np.random.default_rng(1)
    mixed = random.normal(size=(500, 20)) @ random.normal(size=(20, 20))
    weights = random.normal(size=(8, 20))
    moments = mixed.T @ mixed
    scales = clipped_scales(weights, np.diag(moments)) * 8  # coarse, so that rounding matters
    plain = np.clip(np.round(weights / scales[:, None]), -127, 127)
    clever = rounded_weights(weights, moments, scales)
    assert np.array_equal(clever, np.round(clever))

    def error(whole):
        return np.square(mixed @ (whole * scales[:, None] - weights).T).sum()

    assert error(clever) < 0.8 * error(plain)


@given(arrays(np.float64, (3, 5), elements=st.floats(-1e3, 1e3)), st.booleans())
def test_a_rounded_token_is_within_half_a_step(values, both_signs):
    """Of its own reach, whatever the other tokens are."""
    given_values = values if both_signs else np.abs(values)
    steps = np.abs(given_values).max(axis=1) / (127 if both_signs else 255)
    error = np.abs(rounded_tokens(given_values, both_signs) - given_values).max(axis=1)
    assert (error <= steps * 0.5 + 1e-9).all()


def test_balanced_channels_are_equally_loud():
    """With a balance of 1 only the values count: channels of reach 1 and 4 have 1/2 and 2."""
    found = balanced(np.array([[1.0, 4.0], [-1.0, 2.0]]), np.ones((3, 2)), 1.0)
    assert found == pytest.approx([0.5, 2])
