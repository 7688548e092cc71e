"""Make the int8 recipe of a bundled model: ``models/int8/``, tied to the weights by their hash.

    python -m benchmarks.quantize cross_encoder ../shared/data/train
    python -m benchmarks.quantize encoder ../shared/data/train

Calibrates on question-passage pairs of the training data, one a batch and unpadded: every second
token of 320 pairs. Two to four minutes. Other models get theirs from ``python -m core quantize``.
Whether a recipe is used on a machine is decided by the agreement check there (docs/decisions/0041).
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from core.models.catalog import MODELS_FOLDER, cross_encoder_spec, encoder_spec
from core.models.openvino.graphs import encoder_graph
from core.models.openvino.int8 import Recipe, recipe_file, save_recipe
from core.models.openvino.quantizing import cross_encoder_recipe, fitted_sites
from core.models.openvino.tokens import TOKENIZER, TextTokenizer
from core.models.runtime import ModelLocation, known_weights
from core.models.work import Work

FILES = {
    "medquad.jsonl.gz": 40,
    "rule-made-policies.jsonl.gz": 20,
    "handbook-headings.jsonl.gz": 20,
    "squad-sentences.jsonl.gz": 20,
    "squad-groups.jsonl.gz": 60,
}
PASSAGES = "squad-passages.jsonl.gz"
THREADS = 2


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


def _encoder_recipe(passages: list[str]) -> Recipe:
    spec = encoder_spec()
    graph = encoder_graph(spec, THREADS)
    tokens = TextTokenizer(Path(spec.source) / TOKENIZER, graph.max_length)(passages)
    return Recipe(known_weights(spec), fitted_sites(graph.model, tokens, THREADS, Work()))


def main() -> None:
    """Convert, fit, save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["cross_encoder", "encoder"])
    parser.add_argument("folder", type=Path, help="the training data")
    arguments = parser.parse_args()
    examples = pairs(arguments.folder)
    with tempfile.TemporaryDirectory() as home:
        if arguments.kind == "cross_encoder":
            place = ModelLocation(cross_encoder_spec(), Path(home), THREADS)
            recipe = cross_encoder_recipe(place, examples)
        else:
            recipe = _encoder_recipe([passage for _, passage in examples])
    file = recipe_file(MODELS_FOLDER, recipe.weights)
    save_recipe(recipe, file)
    print(f"{file}: {len(recipe.sites)} layers, {file.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
