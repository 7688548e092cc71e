"""int8 recipes: saved and read, and put into a graph."""

import numpy as np
import pytest

from core.errors import ModelError
from core.models.openvino.int8 import (
    SHIFT,
    Recipe,
    Site,
    file_mark,
    found_recipe,
    kept_recipe,
    load_recipe,
    recipe_file,
    rewrite,
)
from tests.core.models.openvino.graphs import NAME, graph, outputs
from training.quantizing import keep_recipe

WEIGHTS = "a" * 64


def made_site(shift=0.0):
    """Two outputs of three inputs, small enough for arithmetic by hand."""
    return Site(
        smooth=np.array([1, 2, 0.5], np.float32),
        weights=np.array([[127, 0, -64], [1, 2, 3]], np.int8),
        scales=np.array([0.01, 0.1], np.float32),
        correction=np.array([0.5, -1], np.float32),
        shift=shift,
    )


@pytest.mark.parametrize("shift", [0.0, SHIFT])
def test_a_recipe_is_read_as_it_was_saved(tmp_path, shift):
    """Every array, the shift and the name."""
    file = recipe_file(tmp_path, WEIGHTS)
    assert file_mark(file) == "none"
    site = made_site(shift)
    keep_recipe(Recipe(WEIGHTS, {NAME: site}), file)
    (read,) = load_recipe(file, WEIGHTS).sites.values()
    assert read.shift == shift
    for part in ("smooth", "weights", "scales", "correction"):
        assert np.array_equal(getattr(read, part), getattr(site, part))
        assert getattr(read, part).dtype == getattr(site, part).dtype
    assert len(file_mark(file)) == 8


def test_a_recipe_that_is_missing_damaged_or_of_other_weights_is_refused(tmp_path):
    """Each with its own words."""
    file = recipe_file(tmp_path, WEIGHTS)
    with pytest.raises(ModelError, match="has no int8 recipe"):
        load_recipe(file, WEIGHTS)
    keep_recipe(Recipe("b" * 64, {NAME: made_site()}), file)
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
    keep_recipe(recipe, kept_recipe(home, WEIGHTS))
    project = recipe_file(tmp_path / "models", WEIGHTS)
    keep_recipe(recipe, project)
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
