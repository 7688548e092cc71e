"""The words that some models were trained to find before a question and before a passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.models.spec import ModelSpec
from core.ports import CrossEncoder, Encoder
from core.schema import FloatMatrix, FloatVector, ModelInfo, sha256_hex


def _with_prompts(info: ModelInfo, spec: ModelSpec) -> ModelInfo:
    """Another identity: vectors and scores with prompts must not meet those without."""
    parts = (info.sha256 or info.name, spec.query_prompt, spec.passage_prompt)
    return replace(info, sha256=sha256_hex("\n".join(parts).encode()))


class PromptedEncoder:
    """An ``Encoder`` that puts the model's prompts before what it reads.

    Example: multilingual-e5 reads ``query: who pays?`` and ``passage: The company pays.``
    """

    def __init__(self, encoder: Encoder, spec: ModelSpec) -> None:
        self._encoder = encoder
        self._query, self._passage = spec.query_prompt, spec.passage_prompt
        self._info = _with_prompts(encoder.info, spec)

    @property
    def info(self) -> ModelInfo:
        """The model, with a hash that holds its prompts too."""
        return self._info

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._encoder.dimension

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        """Unit vectors of passages, float32[len(texts), dimension]."""
        return self._encoder.encode([self._passage + text for text in texts])

    def encode_query(self, query: str) -> FloatVector:
        """Unit vector of a question, float32[dimension]."""
        return self._encoder.encode_query(self._query + query)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Spans of the text alone: the prompt's few tokens are not part of it."""
        return self._encoder.token_spans(text)


class PromptedCrossEncoder:
    """A ``CrossEncoder`` that puts the model's prompts before question and passage."""

    def __init__(self, cross_encoder: CrossEncoder, spec: ModelSpec) -> None:
        self._cross_encoder = cross_encoder
        self._query, self._passage = spec.query_prompt, spec.passage_prompt
        self._info = _with_prompts(cross_encoder.info, spec)

    @property
    def info(self) -> ModelInfo:
        """The model, with a hash that holds its prompts too."""
        return self._info

    def score(self, query: str, passages: Sequence[str]) -> FloatVector:
        """Raw logits, float32[len(passages)], in the order given."""
        return self._cross_encoder.score(self._query + query, self._put(passages))

    def truncated(self, query: str, passages: Sequence[str]) -> list[bool]:
        """For each passage, whether its end does not fit the model's window."""
        return self._cross_encoder.truncated(self._query + query, self._put(passages))

    def _put(self, passages: Sequence[str]) -> list[str]:
        return [self._passage + passage for passage in passages]
