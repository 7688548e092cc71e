"""int8 recipes: saved and read, put into a graph, and the arithmetic that makes one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.errors import ModelError
from core.models.openvino.int8 import (
    SHIFT,
    Recipe,
    Site,
    file_mark,
    found_recipe,
    has_recipe,
    kept_recipe,
    linear_layers,
    load_recipe,
    recipe_file,
    rewrite,
    save_recipe,
)
from core.models.openvino.rounding import (
    balanced,
    clipped_scales,
    fit,
    rounded_tokens,
    rounded_weights,
)
from core.models.openvino.setup import import_openvino, openvino_core
from tests.processor import int8_dot_products

WEIGHTS = "a" * 64
NAME = "a layer"
F32 = {"INFERENCE_PRECISION_HINT": "f32"}


def made_site(shift=0.0):
    """Two outputs of three inputs, small enough for arithmetic by hand."""
    return Site(
        smooth=np.array([1, 2, 0.5], np.float32),
        weights=np.array([[127, 0, -64], [1, 2, 3]], np.int8),
        scales=np.array([0.01, 0.1], np.float32),
        correction=np.array([0.5, -1], np.float32),
        shift=shift,
    )


def graph(weights, before=None):
    """A graph of one linear layer, its bias 0."""
    openvino = import_openvino()
    from openvino import opset13 as ops

    values = ops.parameter([-1, -1, weights.shape[1]], np.float32, "values")
    source = before(values) if before else ops.relu(values)
    product = ops.matmul(source, ops.constant(weights), False, True)
    product.set_friendly_name(NAME)
    bias = ops.constant(np.zeros((1, 1, len(weights)), np.float32))
    return openvino.Model([ops.add(product, bias)], [values], "made")


def outputs(model, values):
    """What a graph gives for some values, in float32."""
    compiled = openvino_core().compile_model(model, "CPU", F32)
    return compiled([values])[0]


@pytest.mark.parametrize("shift", [0.0, SHIFT])
def test_a_recipe_is_read_as_it_was_saved(tmp_path, shift):
    """Every array, the shift and the name."""
    file = recipe_file(tmp_path, WEIGHTS)
    assert file_mark(file) == "none"
    site = made_site(shift)
    save_recipe(Recipe(WEIGHTS, {NAME: site}), file)
    (read,) = load_recipe(file, WEIGHTS).sites.values()
    assert read.shift == shift
    for part in ("smooth", "weights", "scales", "correction"):
        assert np.array_equal(getattr(read, part), getattr(site, part))
        assert getattr(read, part).dtype == getattr(site, part).dtype
    assert len(file_mark(file)) == 8


def test_a_recipe_that_is_missing_damaged_or_of_other_weights_is_refused(tmp_path):
    """Each with its own words."""
    file = recipe_file(tmp_path, WEIGHTS)
    with pytest.raises(ModelError, match="Nobody has made"):
        load_recipe(file, WEIGHTS)
    save_recipe(Recipe("b" * 64, {NAME: made_site()}), file)
    with pytest.raises(ModelError, match="other weights"):
        load_recipe(file, WEIGHTS)
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(ModelError, match="damaged"):
        load_recipe(file, WEIGHTS)


def test_the_projects_recipe_comes_before_that_of_the_home_folder(tmp_path, monkeypatch):
    """Whichever weights it is of; without one, the home folder's is meant."""
    monkeypatch.setattr("core.models.openvino.int8.MODELS_FOLDER", tmp_path / "models")
    home, recipe = tmp_path / "home", Recipe(WEIGHTS, {NAME: made_site()})
    assert found_recipe(home, WEIGHTS) == kept_recipe(home, WEIGHTS)
    assert not has_recipe(home, WEIGHTS)
    save_recipe(recipe, kept_recipe(home, WEIGHTS))
    assert has_recipe(home, WEIGHTS)
    project = recipe_file(tmp_path / "models", WEIGHTS)
    save_recipe(recipe, project)
    assert found_recipe(home, WEIGHTS) == project


def test_a_rewritten_graph_computes_what_the_recipe_says():
    """By hand: 1, -0.4 and 0.25 after smoothing are 127, -51 and 32 of 127."""
    model = graph(np.zeros((2, 3), np.float32), before=lambda values: values)
    rewrite(model, Recipe(WEIGHTS, {NAME: made_site()}))
    got = outputs(model, np.array([[[1, -0.8, 0.125]]], np.float32))
    grid = np.array([127, -51, 32]) / 127  # -50.8 and 31.75 are rounded
    first = 0.01 * (127 * grid[0] + 0 * grid[1] - 64 * grid[2]) + 0.5
    second = 0.1 * (1 * grid[0] + 2 * grid[1] + 3 * grid[2]) - 1
    assert got[0, 0] == pytest.approx([first, second], abs=1e-5)


def test_a_token_of_zeros_gives_the_correction():
    """Nothing is divided by nothing."""
    model = graph(np.zeros((2, 3), np.float32))
    rewrite(model, Recipe(WEIGHTS, {NAME: made_site()}))
    got = outputs(model, np.zeros((1, 2, 3), np.float32))
    assert got == pytest.approx(np.array([[[0.5, -1]] * 2]))


def test_a_graph_without_the_layer_is_refused():
    """The layer is named."""
    model = graph(np.zeros((2, 3), np.float32))
    with pytest.raises(ModelError, match="another layer"):
        rewrite(model, Recipe(WEIGHTS, {"another layer": made_site()}))


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


@given(
    arrays(np.float64, (3, 5), elements=st.floats(-1e3, 1e3)),
    st.booleans(),
)
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
