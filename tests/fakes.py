"""Small deterministic fakes of the four seams of core/ports.py, for tests only."""

import re
import zlib
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from core.models.opening import ModelOpener
from core.ports import Message
from core.schema import FloatMatrix, FloatVector, ModelInfo

_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return _WORD.findall(text.lower())


class FakeEncoder:
    """A hashed bag of words: texts with the same words have the same vector."""

    def __init__(self, dimension: int = 64) -> None:
        self._dimension = dimension
        self.calls: list[list[str]] = []

    @property
    def info(self) -> ModelInfo:
        """Says that it is a fake."""
        return ModelInfo("fake-encoder", "encoder", "0" * 64, 256, "fake")

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        """Unit vectors; a text without words points along the first axis."""
        self.calls.append(list(texts))
        vectors = np.zeros((len(texts), self._dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in words(text):
                row[zlib.crc32(word.encode()) % self._dimension] += 1.0
            if not row.any():
                row[0] = 1.0
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return (vectors / np.maximum(norms, 1e-12)).astype(np.float32)

    def encode_query(self, query: str) -> FloatVector:
        """As of a passage."""
        return self.encode([query])[0]

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """One token a word."""
        return [match.span() for match in _WORD.finditer(text)]


class FakeCrossEncoder:
    """Logit = 8 * (share of the query's words that stand in the passage) - 4."""

    def __init__(self, max_length: int = 256) -> None:
        self._max_length = max_length
        self.pairs: list[tuple[str, str]] = []

    @property
    def info(self) -> ModelInfo:
        """Says that it is a fake."""
        return ModelInfo("fake-cross-encoder", "cross_encoder", "1" * 64, self._max_length, "fake")

    def score(self, query: str, passages: Sequence[str]) -> FloatVector:
        """Raw logits from -4 (no word shared) to 4 (every word of the query is there)."""
        self.pairs.extend((query, passage) for passage in passages)
        asked = set(words(query))
        shares = [len(asked & set(words(text))) / max(1, len(asked)) for text in passages]
        return np.array([8.0 * share - 4.0 for share in shares], dtype=np.float32)

    def truncated(self, query: str, passages: Sequence[str]) -> list[bool]:
        """True when the words of both do not fit ``max_length``."""
        length = len(words(query))
        return [length + len(words(text)) > self._max_length for text in passages]


class SlowCrossEncoder(FakeCrossEncoder):
    """Reading a pair takes ``cost`` seconds on its own clock."""

    def __init__(self, cost: float = 0.01) -> None:
        super().__init__()
        self.cost = cost
        self.seconds = 0.0

    def score(self, query: str, passages: Sequence[str]) -> FloatVector:
        """The fake's logits, and the time goes on."""
        self.seconds += self.cost * len(passages)
        return super().score(query, passages)

    def clock(self) -> float:
        """The time so far."""
        return self.seconds


class ShortSighted(FakeCrossEncoder):
    """Reads the first ten words of a passage."""

    def score(self, query: str, passages: Sequence[str]) -> FloatVector:
        """The fake's logits of these."""
        return super().score(query, [" ".join(text.split()[:10]) for text in passages])


class FakeLanguageModel:
    """Says the given pieces, one after the other; an exception among them is raised there."""

    name = "fake-llm"

    def __init__(self, pieces: Sequence[str | Exception]) -> None:
        self._pieces = list(pieces)
        self.asked: list[list[Message]] = []

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """The pieces; the messages are kept in ``asked``."""
        self.asked.append(list(messages))
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece


def open_fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a model by its name gets a fake; no setting of the environment counts."""
    for name in ("SECOND_LOOK_HOME", "SECOND_LOOK_LLM_MODEL", "QDRANT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(ModelOpener, "encoder", lambda *_: FakeEncoder())
    monkeypatch.setattr(ModelOpener, "cross_encoder", lambda *_: FakeCrossEncoder())
