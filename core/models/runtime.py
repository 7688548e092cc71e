"""What computes a model: torch, or OpenVINO in three precisions. Same weights, same records.

torch-fp32 is the reference. openvino-f32 gives its numbers to the fifth digit, openvino-bf16 and
openvino-int8 are faster and give nearly its order; ``core.models.runtime_selection`` measures it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import ModelError
from core.models.cross_encoder import load_cross_encoder
from core.models.encoder import TokenSpans, load_encoder
from core.models.openvino.graphs import Graph, cross_encoder_graph, encoder_graph
from core.models.openvino.int8 import file_mark, found_recipe, load_recipe, rewrite
from core.models.openvino.models import OpenVinoCrossEncoder, OpenVinoEncoder
from core.models.openvino.setup import (
    Precision,
    Session,
    can_bf16,
    open_session,
    openvino_core,
)
from core.models.openvino.tokens import TOKENIZER, PairTokenizer, TextTokenizer
from core.models.spec import ModelSpec, verified_hash
from core.ports import CrossEncoder, Encoder
from core.schema import ModelInfo

Runtime = Literal["torch-fp32", "openvino-f32", "openvino-bf16", "openvino-int8"]
REFERENCE: Runtime = "torch-fp32"
FASTER: tuple[Runtime, ...] = ("openvino-f32", "openvino-bf16", "openvino-int8")
RECIPE_ADVICE = "Make one with `python -m training quantize`."
NO_RECIPE_ADVICE = "int8 is for cross-encoders; it moves a bi-encoder's vectors too far."


@dataclass(frozen=True, slots=True)
class ModelLocation:
    """A model, the home folder, and how many cores one call may use."""

    spec: ModelSpec
    home: Path
    threads: int


@dataclass(frozen=True, slots=True, eq=False)
class _Opened:
    """A compiled graph and what is known of it."""

    session: Session
    weights: str
    max_length: int
    computed: str

    def info(self, spec: ModelSpec, runtime: Runtime) -> ModelInfo:
        """Which model this is."""
        return ModelInfo(
            *(spec.name, spec.kind, self.weights, self.max_length),
            runtime=runtime,
            computed=self.computed,
            calibration=spec.calibration,
        )


def open_cross_encoder(location: ModelLocation, runtime: Runtime) -> CrossEncoder:
    """A cross-encoder on one runtime; a plain BERT needs torch on the reference only.

    Raises:
        ModelError: the model cannot be loaded, or not on this runtime; the message says why.
    """
    if runtime == REFERENCE:
        return load_cross_encoder(location.spec, location.threads)
    opened = _opened(location, runtime, cross_encoder_graph)
    return OpenVinoCrossEncoder(
        session=opened.session,
        tokenizer=PairTokenizer(Path(location.spec.source) / TOKENIZER, opened.max_length),
        info=opened.info(location.spec, runtime),
    )


def open_encoder(location: ModelLocation, runtime: Runtime) -> Encoder:
    """An encoder on one runtime; a plain BERT needs torch on the reference only.

    Raises:
        ModelError: the model cannot be loaded, or not on this runtime; the message says why.
    """
    if runtime == REFERENCE:
        return load_encoder(location.spec, location.threads)
    opened = _opened(location, runtime, encoder_graph)
    folder = Path(location.spec.source)
    return OpenVinoEncoder(
        session=opened.session,
        tokenizer=TextTokenizer(folder / TOKENIZER, opened.max_length),
        info=opened.info(location.spec, runtime),
        spans=TokenSpans(folder),
    )


def _opened(
    location: ModelLocation, runtime: Runtime, graph_of: Callable[[ModelSpec, int], Graph]
) -> _Opened:
    weights = known_weights(location.spec)
    if runtime == "openvino-bf16" and not can_bf16():
        raise ModelError("This processor has no bf16 arithmetic.")
    recipe, recipe_words = None, ""
    if runtime == "openvino-int8":
        file = found_recipe(location.home, weights)
        advice = RECIPE_ADVICE if graph_of is cross_encoder_graph else NO_RECIPE_ADVICE
        recipe, recipe_words = load_recipe(file, weights, advice), f", recipe {file_mark(file)}"
    graph = graph_of(location.spec, location.threads)
    if recipe is not None:
        rewrite(graph.model, recipe)
    wide = runtime == "openvino-f32" or not can_bf16()
    precision: Precision = "f32" if wide else "bf16"
    session = open_session(graph.model, precision, graph.max_length, location.threads)
    computed = f"{graph.computed}, {precision}{recipe_words}"
    return _Opened(session, weights, graph.max_length, computed)


def known_weights(spec: ModelSpec) -> str:
    """The hash of a model's weights.

    Raises:
        ModelError: OpenVINO is missing, or they are not known by hash.
    """
    openvino_core()  # says at once when OpenVINO is missing
    weights = verified_hash(spec)
    if not weights:
        raise ModelError(
            f"{spec.name} comes from the model hub, and its weights are not known by hash.",
            "Download it to a folder and choose that folder to use a faster runtime.",
        )
    return weights
