"""What computes a model: torch, or OpenVINO in three precisions. Same weights, same records.

torch-fp32 is the reference. openvino-f32 gives its numbers to the fifth digit, openvino-bf16 and
openvino-int8 are faster and give nearly its order; ``core.models.runtime_selection`` measures it.
On OpenVINO token ids go in and logits or vectors come out, and no torch is anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from core.errors import ModelError
from core.models.openvino.graphs import ON_TORCH, graph_of
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
    padding_of,
)
from core.models.torch_models import load_cross_encoder, load_encoder
from core.ports import CrossEncoder, Encoder
from core.schema import FloatMatrix, FloatVector, ModelInfo

Runtime = Literal["torch-fp32", "openvino-f32", "openvino-bf16", "openvino-int8"]
REFERENCE: Runtime = "torch-fp32"
FASTER: tuple[Runtime, ...] = ("openvino-f32", "openvino-bf16", "openvino-int8")
PROBES = (
    "Who approves travel expenses?",
    "Ä. X",
    "The company pays in EUR (café). " * 8,
    "no " * 40,
)
"""On these a converted graph is held against the library: short, long, with capitals and signs."""
SAME_NUMBERS, ROUGHLY_SAME = 1e-3, 0.5
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
    query_prompt: str = ""
    passage_prompt: str = ""

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self.session.width

    def prepare_texts(self, texts: Sequence[str], *, as_query: bool = False) -> list[Tokens]:
        """Each text's tokens, in the order given; a question may have another prompt."""
        prompt = self.query_prompt if as_query else self.passage_prompt
        return self.tokenizer([prompt + text for text in texts])

    def run(self, texts: Sequence[Tokens]) -> FloatMatrix:
        """Unit vectors, float32[len(texts), dimension]."""
        return self.session.run(texts)

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        """Unit vectors of passages, float32[len(texts), dimension]."""
        return self.run(self.prepare_texts(texts))

    def encode_query(self, query: str) -> FloatVector:
        """Unit vector of a question, float32[dimension]; without a prompt it is as of a passage."""
        vector: FloatVector = self.run(self.prepare_texts([query], as_query=True))[0]
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
    session, info, original = _compiled(location, runtime)
    file = Path(location.spec.source) / TOKENIZER
    opened = OpenVinoCrossEncoder(session, PairTokenizer(file, info.max_length), info)
    if original is not None:
        _require_same(info, *(model.score(PROBES[0], PROBES) for model in (original, opened)))
    return opened


def open_encoder(location: ModelLocation, runtime: Runtime) -> Encoder:
    """An encoder on one runtime; see ``open_cross_encoder``."""
    if runtime == REFERENCE:
        return load_encoder(location.spec, location.threads)
    session, info, original = _compiled(location, runtime)
    folder = Path(location.spec.source)
    tokenizer = TextTokenizer(folder / TOKENIZER, info.max_length)
    prompts = folder_prompts(location.spec)
    opened = OpenVinoEncoder(session, tokenizer, info, TokenSpans(folder), *prompts)
    if original is not None:
        for part in (PROBES, PROBES[:1]):  # passages, a question
            read = [
                m.encode(part) if part is PROBES else m.encode_query(part[0])[None]
                for m in (original, opened)
            ]
            _require_same(info, *read)
    return opened


def _require_same(info: ModelInfo, expected: FloatMatrix, found: FloatMatrix) -> None:
    """Refuse a converted graph that does not give what the model's own library gives.

    Roughly for bf16 and int8, whose agreement is measured (``runtime_selection``).
    """
    size = float(np.linalg.norm(expected - expected.mean())) or 1.0
    off = float(np.linalg.norm(expected - found)) / size
    if not off <= (SAME_NUMBERS if info.computed.endswith("f32") else ROUGHLY_SAME):
        raise ModelError(
            f"{info.runtime} gives other numbers for {info.name} than its own library "
            f"({off:.1%} off).",
            ON_TORCH,
        )


def folder_prompts(spec: ModelSpec) -> tuple[str, str]:
    """What a folder puts before a question and before a passage, as sentence-transformers reads it.

    Nothing where the spec has prompts of its own: who opens the model puts these.
    """
    file = Path(spec.source) / "config_sentence_transformers.json"
    if spec.query_prompt or spec.passage_prompt or not file.is_file():
        return "", ""
    prompts = json.loads(file.read_bytes()).get("prompts") or {}
    return str(prompts.get("query") or ""), str(prompts.get("document") or "")


def _compiled(location: ModelLocation, runtime: Runtime) -> tuple[Session, ModelInfo, Any]:
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
    padding = padding_of(Path(spec.source))
    session = open_session(graph.model, precision, graph.max_length, location.threads, padding)
    info = ModelInfo(
        *(spec.name, spec.kind, weights, graph.max_length),
        runtime=runtime,
        computed=f"{graph.computed}, {precision}{recipe_words}",
        calibration=spec.calibration,
    )
    return session, info, graph.original


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
