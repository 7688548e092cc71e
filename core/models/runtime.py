"""What computes a model: torch, or OpenVINO in three precisions. Same weights, same records.

torch-fp32 is the reference. openvino-f32 gives its numbers to the fifth digit, openvino-bf16 and
openvino-int8 are faster and give nearly its order; ``core.models.runtime_selection`` measures it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from core.errors import ModelError
from core.models.cross_encoder import load_cross_encoder
from core.models.encoder import TokenSpans, load_encoder, tokenizer_folder
from core.models.openvino.conversion import convert_cross_encoder, convert_encoder
from core.models.openvino.graphs import GraphRecord, converted_graph, sign, signed
from core.models.openvino.int8 import Recipe, file_mark, found_recipe, load_recipe, rewrite
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
from core.schema import ModelInfo, sha256_hex

Runtime = Literal["torch-fp32", "openvino-f32", "openvino-bf16", "openvino-int8"]
REFERENCE: Runtime = "torch-fp32"
FASTER: tuple[Runtime, ...] = ("openvino-f32", "openvino-bf16", "openvino-int8")
RECIPE_ADVICE = (
    "Make one: on the Models page under the runtimes, or with `python -m core quantize`."
)
NO_RECIPE_ADVICE = "int8 is for cross-encoders; it moves a bi-encoder's vectors too far."


@dataclass(frozen=True, slots=True)
class ModelLocation:
    """A model, where converted graphs are kept, and how many cores one call may use."""

    spec: ModelSpec
    home: Path
    threads: int


@dataclass(frozen=True, slots=True)
class _Opened:
    """A graph that is complete, and what goes with it; a recipe, and its mark, for int8."""

    graph: Path
    record: GraphRecord
    precision: Precision
    recipe: Recipe | None = None
    mark: str = ""

    @property
    def computed(self) -> str:
        """Which versions decide its digits: library, graph, precision, int8 recipe."""
        graph = sha256_hex(f"{self.record.xml}{self.record.bin}".encode())[:8]
        recipe = f", int8 recipe {self.mark}" if self.mark else ""
        return f"{self.record.made_with}, graph {graph}, {self.precision}{recipe}"

    def session(self, threads: int) -> Session:
        """Compile it; see ``open_session``."""
        change = partial(rewrite, recipe=self.recipe) if self.recipe else None
        return open_session(self.graph, self.precision, self.record.max_length, threads, change)


def open_cross_encoder(place: ModelLocation, runtime: Runtime) -> CrossEncoder:
    """A cross-encoder on one runtime. A graph that was converted before needs no torch.

    Raises:
        ModelError: the model cannot be loaded, or not on this runtime; the message says why.
    """
    if runtime == REFERENCE:
        return load_cross_encoder(place.spec, place.threads)
    found = _opened(place, runtime, _convert_cross_encoder)
    tokenizer = PairTokenizer(tokenizer_folder(place.spec) / TOKENIZER, found.record.max_length)
    return OpenVinoCrossEncoder(
        session=found.session(place.threads),
        tokenizer=tokenizer,
        info=_info(place, "cross_encoder", found, runtime),
    )


def open_encoder(place: ModelLocation, runtime: Runtime) -> Encoder:
    """An encoder on one runtime. A graph that was converted before needs no torch.

    Raises:
        ModelError: the model cannot be loaded, or not on this runtime; the message says why.
    """
    if runtime == REFERENCE:
        return load_encoder(place.spec, place.threads)
    found = _opened(place, runtime, _convert_encoder)
    folder = tokenizer_folder(place.spec)
    return OpenVinoEncoder(
        session=found.session(place.threads),
        tokenizer=TextTokenizer(folder / TOKENIZER, found.record.max_length),
        info=_info(place, "encoder", found, runtime),
        spans=TokenSpans(folder),
    )


def _info(
    place: ModelLocation,
    kind: Literal["encoder", "cross_encoder"],
    found: _Opened,
    runtime: Runtime,
) -> ModelInfo:
    record = found.record
    return ModelInfo(
        *(place.spec.name, kind, record.weights, record.max_length),
        runtime=runtime,
        computed=found.computed,
        calibration=place.spec.calibration,
    )


def cross_encoder_graph(place: ModelLocation) -> tuple[Path, GraphRecord]:
    """A cross-encoder's converted graph and its record; it is converted now if it never was.

    Raises:
        ModelError: its weights are not known by hash, or it cannot be loaded or converted.
    """
    return _graph(place, _weights(place), _convert_cross_encoder)


def _opened(
    place: ModelLocation, runtime: Runtime, convert: Callable[[ModelLocation, Path], int]
) -> _Opened:
    weights = _weights(place)
    if runtime == "openvino-bf16" and not can_bf16():
        raise ModelError("This processor has no bf16 arithmetic.")
    recipe, mark = None, ""
    if runtime == "openvino-int8":
        file = found_recipe(place.home, weights)
        advice = RECIPE_ADVICE if convert is _convert_cross_encoder else NO_RECIPE_ADVICE
        recipe, mark = load_recipe(file, weights, advice), file_mark(file)
    wide = runtime == "openvino-f32" or not can_bf16()
    precision: Precision = "f32" if wide else "bf16"
    return _Opened(*_graph(place, weights, convert), precision, recipe, mark)


def _weights(place: ModelLocation) -> str:
    openvino_core()  # says at once when OpenVINO is missing
    weights = verified_hash(place.spec)
    if not weights:
        raise ModelError(
            f"{place.spec.name} comes from the model hub, and its weights are not known by hash.",
            "Download it to a folder and choose that folder to use a faster runtime.",
        )
    return weights


def _graph(
    place: ModelLocation, weights: str, convert: Callable[[ModelLocation, Path], int]
) -> tuple[Path, GraphRecord]:
    graph = converted_graph(place.home, weights)
    try:
        return graph, signed(graph, weights)
    except ModelError:  # not converted yet, or damaged: the weights are here, so make it again
        sign(graph, weights, convert(place, graph))
        return graph, signed(graph, weights)


def _convert_cross_encoder(place: ModelLocation, graph: Path) -> int:
    """Convert; the model's window in tokens."""
    loaded = load_cross_encoder(place.spec, place.threads)
    convert_cross_encoder(loaded.model, graph)
    return loaded.info.max_length


def _convert_encoder(place: ModelLocation, graph: Path) -> int:
    """Convert; the model's window in tokens."""
    loaded = load_encoder(place.spec, place.threads)
    convert_encoder(loaded.model, graph)
    return loaded.info.max_length
