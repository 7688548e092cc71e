"""Both models on OpenVINO: token ids in, logits or vectors out, and no torch anywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.models.openvino.setup import Session
from core.models.openvino.tokens import PairTokenizer, TextTokenizer, Tokens
from core.schema import FloatMatrix, FloatVector, ModelInfo

TokenSpans = Callable[[str], list[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class OpenVinoCrossEncoder:
    """A ``CrossEncoder``; its parts keep their own locks, so any thread may call it."""

    session: Session
    tokenizer: PairTokenizer
    info: ModelInfo

    def prepare(self, query: str, passages: Sequence[str]) -> list[Tokens]:
        """Each pair's tokens, in the order given; made once and remembered for a while.

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
    spans: TokenSpans

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self.session.width

    def prepare(self, texts: Sequence[str]) -> list[Tokens]:
        """Each text's tokens, in the order given."""
        return self.tokenizer(texts)

    def run(self, texts: Sequence[Tokens]) -> FloatMatrix:
        """Unit vectors, float32[len(texts), dimension]."""
        return self.session.run(texts)

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        """Unit vectors of passages, float32[len(texts), dimension]."""
        return self.run(self.prepare(texts))

    def encode_query(self, query: str) -> FloatVector:
        """Unit vector of a question, float32[dimension]; without a prompt it is as of a passage."""
        vector: FloatVector = self.encode([query])[0]
        return vector

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Character span of every token of ``text``, special tokens left out."""
        return self.spans(text)
