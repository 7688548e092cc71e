"""What computes a model: torch, or OpenVINO in three precisions. Same weights, same records.

torch-fp32 is the reference. openvino-f32 gives its numbers to the fifth digit, openvino-bf16 and
openvino-int8 are faster and give nearly its order; ``core.models.runtime_selection`` measures it.
On OpenVINO token ids go in and logits or vectors come out, and no torch is anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import ModelError
from core.models.openvino.graphs import graph_of
from core.models.openvino.int8 import file_mark, found_recipe, load_recipe, rewrite
from core.models.openvino.setup import (
    Precision,
    Session,
    can_bf16,
    open_session,
    openvino_core,
)
from core.models.registry import ModelSpec, verified_hash
from core.models.tokens import (
    TOKENIZER,
    PairTokenizer,
    TextTokenizer,
    Tokens,
    TokenSpans,
)
from core.models.torch_models import load_cross_encoder, load_encoder
from core.ports import CrossEncoder, Encoder
from core.schema import FloatMatrix, FloatVector, ModelInfo

Runtime = Literal["torch-fp32", "openvino-f32", "openvino-bf16", "openvino-int8"]
REFERENCE: Runtime = "torch-fp32"
FASTER: tuple[Runtime, ...] = ("openvino-f32", "openvino-bf16", "openvino-int8")
RECIPE_ADVICE = "Make one with `python -m training quantize`."
NO_RECIPE_ADVICE = "int8 is for cross-encoders; it changes a bi-encoder's vectors too much."


@dataclass(frozen=True, slots=True)
class OpenVinoCrossEncoder:
    """A ``CrossEncoder``; its parts keep their own locks, so any thread may call it."""

    session: Session
    tokenizer: PairTokenizer
    info: ModelInfo

    def prepare(self, query: str, passages: Sequence[str]) -> list[Tokens]:
        """Each pair's tokens, in the order given.

        Raises:
            InputError: the query alone fills half of the model's window.
        """
        return self.tokenizer(query, passages)

    def run(self, pairs: Sequence[Tokens]) -> FloatVector:
        """Raw logits, float32[len(pairs)]; the pairs may be of several queries."""
        logits: FloatVector = self.session.run(pairs)[:, 0]
        return logits

    def score(self, query: str, passages: Sequence[str]) -> FloatVector:
        """Raw logits, float32[len(passages)], in the order given.

        Only the end of a passage is ever cut, never the query.

        Raises:
            InputError: the query alone fills half of the model's window.
        """
        return self.run(self.prepare(query, passages))

    def truncated(self, query: str, passages: Sequence[str]) -> list[bool]:
        """For each passage, whether its end does not fit the model's window."""
        return [pair.truncated for pair in self.prepare(query, passages)]


@dataclass(frozen=True, slots=True)
class OpenVinoEncoder:
    """An ``Encoder``; its parts keep their own locks, so any thread may call it."""

    session: Session
    tokenizer: TextTokenizer
    info: ModelInfo
    token_spans: TokenSpans

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self.session.width

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        """Unit vectors of passages, float32[len(texts), dimension]."""
        return self.session.run(self.tokenizer(texts))

    def encode_query(self, query: str) -> FloatVector:
        """Unit vector of a question, float32[dimension]; without a prompt it is as of a passage."""
        vector: FloatVector = self.encode([query])[0]
        return vector


@dataclass(frozen=True, slots=True)
class ModelLocation:
    """A model, the home folder, and how many cores one call may use."""

    spec: ModelSpec
    home: Path
    threads: int


def open_cross_encoder(location: ModelLocation, runtime: Runtime) -> CrossEncoder:
    """A cross-encoder on one runtime; a plain BERT needs torch on the reference only.

    Raises:
        ModelError: the model cannot be loaded, or not on this runtime; the message says why.
    """
    if runtime == REFERENCE:
        return load_cross_encoder(location.spec, location.threads)
    session, info = _compiled(location, runtime)
    file = Path(location.spec.source) / TOKENIZER
    return OpenVinoCrossEncoder(session, PairTokenizer(file, info.max_length), info)


def open_encoder(location: ModelLocation, runtime: Runtime) -> Encoder:
    """An encoder on one runtime; see ``open_cross_encoder``."""
    if runtime == REFERENCE:
        return load_encoder(location.spec, location.threads)
    session, info = _compiled(location, runtime)
    folder = Path(location.spec.source)
    tokenizer = TextTokenizer(folder / TOKENIZER, info.max_length)
    return OpenVinoEncoder(session, tokenizer, info, TokenSpans(folder))


def _compiled(location: ModelLocation, runtime: Runtime) -> tuple[Session, ModelInfo]:
    spec = location.spec
    weights = known_weights(spec)
    if runtime == "openvino-bf16" and not can_bf16():
        raise ModelError("This processor has no bf16 arithmetic.")
    recipe, recipe_words = None, ""
    if runtime == "openvino-int8":
        file = found_recipe(location.home, weights)
        advice = RECIPE_ADVICE if spec.kind == "cross_encoder" else NO_RECIPE_ADVICE
        recipe, recipe_words = load_recipe(file, weights, advice), f", recipe {file_mark(file)}"
    graph = graph_of(spec, location.threads)
    if recipe is not None:
        rewrite(graph.model, recipe)
    wide = runtime == "openvino-f32" or not can_bf16()
    precision: Precision = "f32" if wide else "bf16"
    session = open_session(graph.model, precision, graph.max_length, location.threads)
    return session, ModelInfo(
        *(spec.name, spec.kind, weights, graph.max_length),
        runtime=runtime,
        computed=f"{graph.computed}, {precision}{recipe_words}",
        calibration=spec.calibration,
    )


def known_weights(spec: ModelSpec) -> str:
    """The hash of a model's weights.

    Raises:
        ModelError: OpenVINO is missing, or they are not known by hash.
    """
    openvino_core()  # says at once when OpenVINO is missing
    weights = verified_hash(spec)
    if not weights:
        raise ModelError(
            f"{spec.name} comes from the model hub, and the hash of its weights is unknown.",
            "Download it to a folder and choose that folder to use a faster runtime.",
        )
    return weights
