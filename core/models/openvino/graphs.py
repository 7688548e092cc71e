"""A model as an OpenVINO graph in memory: built from its weights, or, where torch must, converted.

A plain BERT is built in a third of a second. Other architectures are traced by torch at every
start: a saved graph was measured and saves little of what loading torch takes.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ModelError
from core.models.openvino.bert import build_bert, can_build, own_length, window
from core.models.openvino.setup import import_openvino, openvino_version
from core.models.registry import ModelSpec
from core.models.torch_models import load_cross_encoder, load_encoder, torch_computation

ON_TORCH = "It runs on torch instead."
BUILT = 1
"""Raise it when ``bert.py`` gives other digits: scores are kept by it."""
CONVERTED = 2
"""Raise it when ``torch_graphs.py`` or this module gives other digits."""


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """An OpenVINO model, how many tokens it reads, and what decides its digits besides weights.

    ``original`` is the torch model that it was converted from, None for a graph built by hand.
    """

    model: Any
    max_length: int
    computed: str
    original: Any = None


def graph_of(spec: ModelSpec, threads: int) -> Graph:
    """What computes a cross-encoder's logits, or a bi-encoder's unit vectors.

    Raises:
        ModelError: it cannot be loaded, traced or converted.
    """
    if spec.local and can_build(Path(spec.source)):
        return _built(spec)
    from core.models.openvino import torch_graphs  # noqa: PLC0415 - it imports torch

    if spec.kind == "encoder":
        encoder = load_encoder(spec, threads)
        if any(type(part).__name__ == "Router" for part in encoder.model):
            raise ModelError("It reads questions by other parts than passages.", ON_TORCH)
        return _converted(torch_graphs.UnitVectors(encoder.model), encoder)
    cross_encoder = load_cross_encoder(spec, threads)
    inner = cross_encoder.model
    module = torch_graphs.Logits(inner.model, inner.tokenizer.model_input_names)
    return _converted(module, cross_encoder)


def _built(spec: ModelSpec) -> Graph:
    folder = Path(spec.source)
    max_length = min(spec.max_length or own_length(folder), window(folder))
    return Graph(build_bert(folder), max_length, f"openvino {openvino_version()}, graph {BUILT}")


def _converted(module: Any, original: Any) -> Graph:
    computed = f"openvino {openvino_version()}, converted {CONVERTED}, {torch_computation()}"
    return Graph(convert(module), original.info.max_length, computed, original)


def convert(module: Any) -> Any:
    """The OpenVINO model of one of ``torch_graphs``.

    Raises:
        ModelError: this architecture cannot be traced or converted.
    """
    from core.models.openvino.torch_graphs import example_inputs  # noqa: PLC0415 - it imports torch

    openvino = import_openvino()
    example = example_inputs()
    shapes = [openvino.PartialShape([-1, -1])] * len(example)
    try:
        with warnings.catch_warnings(), _log_left_alone():
            warnings.simplefilter("ignore")  # tracing warns of each shape that it looks at
            return openvino.convert_model(module.eval(), example_input=example, input=shapes)
    except (RuntimeError, TypeError, ValueError, LookupError, AttributeError) as exc:
        raise ModelError(
            f"This model cannot be converted for OpenVINO ({type(exc).__name__}).",
            ON_TORCH,
        ) from exc


@contextmanager
def _log_left_alone() -> Iterator[None]:
    """A conversion that fails leaves the root logger at ERROR, with a filter of its own."""
    root = logging.getLogger()
    level, filters = root.level, list(root.filters)
    try:
        yield
    finally:
        root.setLevel(level)
        root.filters[:] = filters
