"""From a loaded torch model to a saved OpenVINO graph that needs no torch any more."""

from __future__ import annotations

import hashlib
import uuid
import warnings
from pathlib import Path
from typing import Any

from core.errors import ModelError
from core.models.openvino.setup import import_openvino


def convert_cross_encoder(model: Any, graph: Path) -> None:
    """Save the logits' computation of a sentence-transformers ``CrossEncoder``.

    Raises:
        ModelError: this architecture cannot be traced or converted.
    """
    from core.models.openvino.torch_graphs import logits_module  # noqa: PLC0415 - it imports torch

    _convert(logits_module(model.model), graph)


def convert_encoder(model: Any, graph: Path) -> None:
    """Save the unit vectors' computation of a ``SentenceTransformer``.

    Raises:
        ModelError: this architecture cannot be traced or converted.
    """
    from core.models.openvino.torch_graphs import vectors_module  # noqa: PLC0415 - it imports torch

    _convert(vectors_module(model), graph)


def file_hash(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _convert(module: Any, graph: Path) -> None:
    from core.models.openvino.torch_graphs import example_inputs  # noqa: PLC0415 - it imports torch

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
    spell_out_attention(model)
    save_graph(model, graph)


def spell_out_attention(model: Any) -> None:
    """Put two multiplications and a softmax in the place of each attention node.

    OpenVINO makes one kernel of either, but for the node it turns all keys in memory first. A node
    with a causal or boolean mask, or without a scale, is left as it is.
    """
    from openvino import opset13 as ops  # noqa: PLC0415 - its package is imported by now

    for node in model.get_ordered_ops():
        if node.get_type_name() != "ScaledDotProductAttention" or node.get_attributes()["causal"]:
            continue
        query, key, value, *more = node.input_values()
        if len(more) != 2 or not more[0].get_element_type().is_real():
            continue
        mask, scale = more
        products = ops.multiply(ops.matmul(query, key, False, True), scale)
        masked = ops.add(products, mask)
        found = ops.matmul(ops.softmax(masked, -1), value, False, False)
        node.output(0).replace(found.output(0))
    model.validate_nodes_and_infer_types()


def save_graph(model: Any, graph: Path) -> None:
    """Write the graph and its weights, under another name first: what is there is complete."""
    graph.parent.mkdir(parents=True, exist_ok=True)
    part = graph.with_name(f"{uuid.uuid4().hex}.xml")
    import_openvino().save_model(model, part, compress_to_fp16=False)
    part.with_suffix(".bin").replace(graph.with_suffix(".bin"))
    part.replace(graph)
