"""The making of an int8 recipe: what each linear layer reads on real pairs, and weights that fit.

What is kept in memory is bounded: layers are read together only as far as their values fit
``HELD_BYTES``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError, ModelError
from core.models.openvino.graphs import graph_of
from core.models.openvino.int8 import FORMAT, PARTS, SHIFT, Recipe, Site, linear_layers
from core.models.openvino.setup import INPUTS, import_openvino, openvino_core
from core.models.registry import ModelSpec
from core.models.runtime import ModelLocation, known_weights
from core.models.tokens import TOKENIZER, PairTokenizer, Tokens, padded
from training.rounding import fit

LEAST_TOKENS = 4
"""Tokens for each input of a layer: with fewer the least squares would learn them by heart."""
HELD_BYTES = 400_000_000
"""Of values that layers read, held at once; fitting a layer takes about four times its own."""
ADVICE = "It runs on the other runtimes."
Tell = Callable[[float], None]
_NOTHING = "There are too few passages to fit any layer to."
_NO_LAYERS = "This model's graph has no linear layers that int8 is made for."


@dataclass(frozen=True, slots=True)
class _Group:
    """Layers that read the same values."""

    source: Any
    names: tuple[str, ...]
    weights: tuple[NDArray[np.float32], ...]

    @property
    def inputs(self) -> int:
        """Channels that they read."""
        return int(self.weights[0].shape[1])

    @property
    def shift(self) -> float:
        """Added to what follows GELU, so that it has one sign."""
        return SHIFT if self.source.get_node().get_type_name() == "Gelu" else 0.0

    @property
    def reading(self) -> int:
        """Multiplications a token to compute these layers."""
        return sum(matrix.size for matrix in self.weights)

    @property
    def fitting(self) -> int:
        """Multiplications a token to fit them, roughly."""
        return self.inputs * self.inputs + 2 * self.reading


def refusal(spec: ModelSpec) -> str:
    """Why no recipe can be made of a model; empty when it can be tried.

    >>> from core.models.registry import spec_of
    >>> refusal(spec_of("cross_encoder", "bundled"))
    ''
    """
    if spec.origin == "endpoint":
        return f"{spec.name} runs on a server: its weights are not on this machine."
    if spec.query_prompt or spec.passage_prompt:
        return f"{spec.name} reads prompts, and such models keep the runtime that is set."
    if not spec.local:
        return f"The files of {spec.name} are not on this machine."
    return ""


def cross_encoder_recipe(
    location: ModelLocation,
    pairs: Iterable[tuple[str, str]],
    most_tokens: int | None = None,
    tell: Tell = lambda share: None,
) -> Recipe:
    """The int8 recipe of a cross-encoder, fitted to what its layers read on these pairs.

    Args:
        location: the model.
        pairs: question and passage; one whose question is too long is left out.
        most_tokens: no further pair is asked for once there are so many; None reads all.
        tell: hears how far it is, 0..1.

    Raises:
        ModelError: this model can have none, or there are too few tokens for any layer.
    """
    if why_not := refusal(location.spec):
        raise ModelError(why_not, ADVICE)
    weights = known_weights(location.spec)
    graph = graph_of(location.spec, location.threads)
    tokenizer = PairTokenizer(Path(location.spec.source) / TOKENIZER, graph.max_length)
    items, read = list[Tokens](), 0
    for query, passage in pairs:
        try:
            items += tokenizer(query, [passage])
        except InputError:
            continue
        read += len(items[-1])
        if most_tokens is not None and read >= most_tokens:
            break
    return Recipe(weights, fitted_sites(graph.model, items, location.threads, tell))


def keep_recipe(recipe: Recipe, file: Path) -> Path:
    """Write a recipe, compressed; the file, which is complete when it is there.

    Raises:
        ModelError: it cannot be written.
    """
    names = list(recipe.sites)
    shifts = [recipe.sites[name].shift for name in names]
    head = {"format": FORMAT, "weights": recipe.weights, "names": names, "shifts": shifts}
    arrays: dict[str, Any] = {"head": np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)}
    for number, site in enumerate(recipe.sites.values()):
        arrays |= {f"{number}.{part}": getattr(site, part) for part in PARTS}
    partial = file.with_suffix(".part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as stream:
            np.savez_compressed(stream, **arrays)
        partial.replace(file)
    except OSError as exc:
        partial.unlink(missing_ok=True)
        raise ModelError(
            f"The int8 recipe cannot be written: {exc.strerror}.", "Make room on the disk."
        ) from exc
    return file


def fitted_sites(model: Any, items: Sequence[Tokens], threads: int, tell: Tell) -> dict[str, Site]:
    """A site for each linear layer of a graph that reads enough tokens.

    Raises:
        ModelError: no layer does.
    """
    groups = _groups(model)
    passes = list(_passes(groups, sum((len(item) + 1) // 2 for item in items)))
    reading = 2 * sum(group.reading for group in groups)
    whole = len(passes) * reading + sum(group.fitting for group in groups)
    sites: dict[str, Site] = {}
    done = 0.0
    for held in passes:
        parts: list[list[NDArray[np.float32]]] = [[] for _ in held]
        for values in _read(model, held, items, threads):
            for kept, value in zip(parts, values, strict=True):
                kept.append(value)
            done += reading / len(items)
            tell(done / whole)
        for group, kept in zip(held, parts, strict=True):
            joined = np.concatenate(kept)
            kept.clear()
            if len(joined) >= LEAST_TOKENS * group.inputs:
                fitted, _ = fit(joined, group.weights, group.shift)
                sites |= dict(zip(group.names, fitted, strict=True))
            done += group.fitting
            tell(done / whole)
    if not sites:
        raise ModelError(_NOTHING if groups else _NO_LAYERS, ADVICE)
    return sites


def _groups(model: Any) -> list[_Group]:
    """Linear layers by what they read, float32[batch, tokens, inputs], in the graph's order."""
    by_source: dict[tuple[str, int], list[str]] = {}
    layers = linear_layers(model)
    for name, (node, _) in layers.items():
        source = node.input_value(0)
        if source.get_partial_shape().rank.get_length() == 3:
            key = (source.get_node().get_friendly_name(), source.get_index())
            by_source.setdefault(key, []).append(name)
    return [
        _Group(
            layers[names[0]][0].input_value(0),
            tuple(names),
            tuple(layers[name][1] for name in names),
        )
        for names in by_source.values()
    ]


def _passes(groups: Sequence[_Group], tokens: int) -> Iterator[list[_Group]]:
    """Groups in turn, as many at once as ``HELD_BYTES`` allows, at least one."""
    held: list[_Group] = []
    for group in groups:
        inputs = sum(other.inputs for other in [*held, group])
        if held and 4 * tokens * inputs > HELD_BYTES:
            yield held
            held = []
        held.append(group)
    if held:
        yield held


def _read(
    model: Any, groups: Sequence[_Group], items: Sequence[Tokens], threads: int
) -> Iterator[list[NDArray[np.float32]]]:
    """Of each item what these layers read, float32[every second token, inputs]."""
    openvino = import_openvino()
    compiled = openvino_core().compile_model(
        openvino.Model([g.source for g in groups], model.get_parameters(), "values"),
        "CPU",
        {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads},
    )
    request = compiled.create_infer_request()
    names = [name for port in compiled.inputs for name in INPUTS & port.names]
    for item in items:
        arrays = padded([item], len(item))
        request.infer({name: arrays[name] for name in names})
        outputs = [request.get_output_tensor(i).data for i in range(len(groups))]
        yield [data.reshape(-1, data.shape[-1])[::2].copy() for data in outputs]
