"""Make the int8 recipe of a bundled model: ``models/int8/``, tied to the weights by their hash.

    python -m benchmarks.quantize cross_encoder ../shared/data/train
    python -m benchmarks.quantize encoder ../shared/data/train

Calibrates on question-passage pairs of the training data, one a batch and unpadded: every second
token of 320 pairs. Two to four minutes. Whether the recipe is used on a machine is decided by the
agreement check there (docs/decisions/0041).
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from benchmarks.quantize_fit import fit
from core.rank.graphs import converted_graph
from core.rank.int8 import SHIFT, Recipe, Site, linear_layers, recipe_file, save_recipe
from core.rank.models import MODELS_FOLDER, cross_encoder_spec, encoder_spec
from core.rank.openvino_setup import INPUTS, import_openvino, openvino_core
from core.rank.runtimes import Place, open_cross_encoder, open_encoder
from core.rank.tokens import TOKENIZER, PairTokenizer, TextTokenizer, Tokens, padded

FILES = {
    "medquad.jsonl.gz": 40,
    "rule-made-policies.jsonl.gz": 20,
    "handbook-headings.jsonl.gz": 20,
    "squad-sentences.jsonl.gz": 20,
    "squad-groups.jsonl.gz": 60,
}
PASSAGES = "squad-passages.jsonl.gz"
LEAST_TOKENS = 4
"""Tokens for each input of a layer: with fewer the least squares would learn them by heart."""


def pairs(folder: Path) -> list[tuple[str, str]]:
    """Questions, each with its right passage and with one wrong one."""
    random = Random(0)
    texts = {entry["_id"]: entry["text"] for entry in _lines(folder / PASSAGES)}
    return [
        (entry["query"], texts.get(passage, passage))
        for name, count in FILES.items()
        for entry in random.sample(list(_lines(folder / name)), count)
        for passage in (entry["positive"], entry["negatives"][0])
    ]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def values_of(
    model: Any, sources: Mapping[str, Any], items: Sequence[Tokens]
) -> dict[str, np.ndarray]:
    """What the layers read, float32[tokens, inputs] each: every second token of the items."""
    openvino = import_openvino()
    outputs = list(sources.values())
    compiled = openvino_core().compile_model(
        openvino.Model(outputs, model.get_parameters(), "values"),
        "CPU",
        {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 2},
    )
    request, parts = compiled.create_infer_request(), {name: [] for name in sources}
    names = [name for port in compiled.inputs for name in INPUTS & port.names]
    for item in items:
        arrays = padded([item], len(item))
        request.infer({name: arrays[name] for name in names})
        for number, kept in enumerate(parts.values()):
            data = request.get_output_tensor(number).data
            kept.append(data.reshape(-1, data.shape[-1])[::2].copy())
    return {name: np.concatenate(kept) for name, kept in parts.items()}


def sites_of(model: Any, items: Sequence[Tokens]) -> dict[str, Site]:
    """A site for each linear layer that reads enough tokens."""
    groups: dict[str, list[str]] = {}
    sources, layers = {}, linear_layers(model)
    for name, (node, _) in layers.items():
        source = node.input_value(0)
        key = source.get_node().get_friendly_name()
        sources[key] = source
        groups.setdefault(key, []).append(name)
    found: dict[str, Site] = {}
    for key, values in values_of(model, sources, items).items():
        if len(values) < LEAST_TOKENS * values.shape[1]:
            continue
        shift = SHIFT if sources[key].get_node().get_type_name() == "Gelu" else 0.0
        sites, error = fit(values, [layers[name][1] for name in groups[key]], shift)
        print(f"{error:.4f}  {', '.join(groups[key])}", flush=True)
        found |= dict(zip(groups[key], sites, strict=True))
    return found


def main() -> None:
    """Convert, fit, save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["cross_encoder", "encoder"])
    parser.add_argument("folder", type=Path, help="the training data")
    arguments = parser.parse_args()
    examples = pairs(arguments.folder)
    with tempfile.TemporaryDirectory() as home:
        if arguments.kind == "cross_encoder":
            place = Place(cross_encoder_spec(), Path(home), 2)
            info = open_cross_encoder(place, "openvino-f32").info
            tokenize = PairTokenizer(Path(place.spec.source) / TOKENIZER, info.max_length)
            items = [tokenize(query, [passage])[0] for query, passage in examples]
        else:
            place = Place(encoder_spec(), Path(home), 2)
            info = open_encoder(place, "openvino-f32").info
            texts = TextTokenizer(Path(place.spec.source) / TOKENIZER, info.max_length)
            items = texts([passage for _, passage in examples])
        model = openvino_core().read_model(converted_graph(Path(home), info.sha256))
        recipe = Recipe(info.sha256, sites_of(model, items))
    file = recipe_file(MODELS_FOLDER, info.sha256)
    save_recipe(recipe, file)
    print(f"{file}: {len(recipe.sites)} layers, {file.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
