"""Multiplications in int8: what a recipe holds, and how a graph is rewritten by it.

A recipe is made once for some weights (``python -m training quantize``) and holds, for each linear
layer, its weights as int8 with a scale for each output. How far the activations of a token reach is
found while computing: one scale for each token, so that a loud token does not drown a quiet one.

The channels of an input are made equally loud before (SmoothQuant, arXiv:2211.10438): channel c is
divided by ``smooth[c]``, and its weights are multiplied by it. What follows GELU is never below
-0.17, so it is shifted and uses all 256 levels for one sign.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelError
from core.models.openvino.setup import import_openvino
from core.models.registry import MODELS_FOLDER

SHIFT = 0.17
"""GELU's least value is -0.16997."""
QUIET = 1e-6
"""Added to the reach of a token: a token of zeros is divided by it."""
FOLDER = "runtimes"
"""Of the home folder: recipes, and what was measured of each runtime."""
FORMAT = 1
PARTS = ("smooth", "weights", "scales", "correction")


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """One linear layer in int8.

    ``smooth`` is float32[inputs], ``weights`` int8[outputs, inputs], ``scales`` float32[outputs];
    ``correction``, float32[outputs], is added to the bias. ``shift`` is added to the inputs before
    they are smoothed; without one they have both signs.
    """

    smooth: NDArray[np.float32]
    weights: NDArray[np.int8]
    scales: NDArray[np.float32]
    correction: NDArray[np.float32]
    shift: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Recipe:
    """The int8 layers of the model whose weights have this sha256, by their names in the graph."""

    weights: str
    sites: Mapping[str, Site]


def recipe_file(folder: Path, weights: str) -> Path:
    """Where the recipe of these weights belongs in the models folder."""
    return folder / "int8" / f"{weights[:16]}.npz"


def kept_recipe(home: Path, weights: str) -> Path:
    """Where a recipe that was made here belongs in the home folder."""
    return recipe_file(home / FOLDER, weights)


def found_recipe(home: Path, weights: str) -> Path:
    """The recipe of these weights: the one that comes with the project, else the home folder's."""
    bundled = recipe_file(MODELS_FOLDER, weights)
    return bundled if bundled.is_file() else kept_recipe(home, weights)


def file_mark(file: Path) -> str:
    """Eight characters of a recipe's hash, or ``none``: figures hold for one recipe only."""
    return sha256(file.read_bytes()).hexdigest()[:8] if file.is_file() else "none"


def load_recipe(file: Path, weights: str, advice: str = "") -> Recipe:
    """Read the recipe of these weights; ``advice`` is what to do when there is none to be had.

    Raises:
        ModelError: there is none, it cannot be read, or it belongs to other weights.
    """
    if not file.is_file():
        raise ModelError("This model has no int8 recipe.", advice)
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            head = json.loads(arrays["head"].tobytes())
            named = enumerate(zip(head["names"], head["shifts"], strict=True))
            sites = {
                name: Site(**{k: arrays[f"{number}.{k}"] for k in PARTS}, shift=float(shift))
                for number, (name, shift) in named
            }
            whose = (head["format"], head["weights"])
    except Exception as exc:  # numpy, zipfile and zlib raise many kinds for a damaged file
        raise ModelError(f"The int8 recipe {file.name} is damaged.", advice) from exc
    if whose != (FORMAT, weights):
        raise ModelError(f"The int8 recipe {file.name} belongs to other weights.", advice)
    return Recipe(weights, sites)


def linear_layers(model: Any) -> dict[str, tuple[Any, NDArray[np.float32]]]:
    """The multiplications with constant weights, float32[outputs, inputs], by name, in order."""
    layers = {}
    for node in model.get_ordered_ops():
        if node.get_type_name() == "MatMul" and node.get_attributes()["transpose_b"]:
            weights = node.input_value(1).get_node()
            if weights.get_type_name() == "Constant" and len(weights.data.shape) == 2:
                layers[node.get_friendly_name()] = (node, weights.data)
    return layers


def rewrite(model: Any, recipe: Recipe) -> None:
    """Put the recipe's layers in the place of a graph's.

    Layers that read the same values (query, key and value) quantize them once.

    Raises:
        ModelError: the graph lacks a layer of the recipe.
    """
    layers = linear_layers(model)
    if missing := recipe.sites.keys() - layers.keys():
        raise ModelError(f"The int8 recipe names a layer that is not in the graph: {min(missing)}.")
    quantized: dict[tuple[str, int], tuple[Any, Any]] = {}
    for name, site in recipe.sites.items():
        node = layers[name][0]
        source = node.input_value(0)
        key = (source.get_node().get_friendly_name(), source.get_index())
        if key not in quantized:
            quantized[key] = _quantized(source, site)
        _replace(node, site, *quantized[key])
    model.validate_nodes_and_infer_types()


def _quantized(source: Any, site: Site) -> tuple[Any, Any]:
    """The values on their grid, at most 1 from zero, and each token's reach."""
    import_openvino()
    from openvino import opset13 as ops  # noqa: PLC0415 - after the line above

    last = ops.constant(np.array([-1]))
    smooth = _constant(1 / site.smooth[None, None])
    if site.shift:
        values = ops.multiply(ops.add(source, _constant([[[site.shift]]])), smooth)
        reach = ops.reduce_max(values, last, keep_dims=True)
    else:  # multiplied twice: each then is one node with what follows it
        values = ops.multiply(source, smooth)
        size = ops.add(ops.multiply(ops.abs(source), smooth), _constant([[[QUIET]]]))
        reach = ops.reduce_max(size, last, keep_dims=True)
    low, high = _constant([[[0.0 if site.shift else -1.0]]]), _constant([[[1.0]]])
    levels = 256 if site.shift else 255
    return ops.fake_quantize(ops.divide(values, reach), low, high, low, high, levels), reach


def _replace(node: Any, site: Site, values: Any, reach: Any) -> None:
    from openvino import opset13 as ops  # noqa: PLC0415 - _quantized was called before

    weights = ops.convert(ops.constant(site.weights), np.float32)
    scaled = ops.multiply(weights, _constant(site.scales[:, None]))
    product = ops.matmul(values, scaled, False, True)
    product.set_friendly_name(f"{node.get_friendly_name()}/int8")
    whole = ops.multiply(product, reach)
    corrected = ops.add(whole, _constant(site.correction[None, None]))
    node.output(0).replace(corrected.output(0))


def _constant(values: Any) -> Any:
    from openvino import opset13 as ops  # noqa: PLC0415 - _quantized was called before

    return ops.constant(np.asarray(values, np.float32))
