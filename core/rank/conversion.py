"""From a loaded torch model to a saved OpenVINO graph that needs no torch any more."""

from __future__ import annotations

import hashlib
import uuid
import warnings
from pathlib import Path
from typing import Any

from core.errors import ModelError
from core.rank.openvino_setup import import_openvino


def convert_cross_encoder(model: Any, graph: Path) -> None:
    """Save the logits' computation of a sentence-transformers ``CrossEncoder``.

    Raises:
        ModelError: this architecture cannot be traced or converted.
    """
    from core.rank.torch_graphs import logits_module  # noqa: PLC0415 - it imports torch

    _convert(logits_module(model.model), graph)


def convert_encoder(model: Any, graph: Path) -> None:
    """Save the unit vectors' computation of a ``SentenceTransformer``.

    Raises:
        ModelError: this architecture cannot be traced or converted.
    """
    from core.rank.torch_graphs import UnitVectors  # noqa: PLC0415 - it imports torch

    _convert(UnitVectors(model).eval(), graph)


def file_hash(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _convert(module: Any, graph: Path) -> None:
    from core.rank.torch_graphs import example_inputs  # noqa: PLC0415 - it imports torch

    openvino = import_openvino()
    example = example_inputs()
    shapes = [openvino.PartialShape([-1, -1])] * len(example)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # tracing warns of each shape that it looks at
            model = openvino.convert_model(module, example_input=example, input=shapes)
    except (RuntimeError, TypeError, ValueError, LookupError, AttributeError) as exc:
        raise ModelError(
            f"This model cannot be converted for OpenVINO ({type(exc).__name__}).",
            "It runs on torch instead.",
        ) from exc
    save_graph(model, graph)


def save_graph(model: Any, graph: Path) -> None:
    """Write the graph and its weights, under another name first: what is there is complete."""
    graph.parent.mkdir(parents=True, exist_ok=True)
    part = graph.with_name(f"{uuid.uuid4().hex}.xml")
    import_openvino().save_model(model, part, compress_to_fp16=False)
    part.with_suffix(".bin").replace(graph.with_suffix(".bin"))
    part.replace(graph)
