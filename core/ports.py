"""The four seams: what the pipelines need, whoever provides it.

A remote encoder, a Qdrant cluster or another model family joins by implementing one of these;
``tests/fakes.py`` holds a small fake of each. Implementations are safe to call from several
threads: that is the adapter's job, not the caller's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, TypedDict

from core.schema import Chunk, FloatMatrix, FloatVector, ModelInfo
from core.search_settings import Filters


class Message(TypedDict):
    """One turn of a chat, in the shape of the OpenAI API."""

    role: str
    content: str


class Encoder(Protocol):
    """The bi-encoder of the first stage."""

    @property
    def info(self) -> ModelInfo:
        """Which model this is."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        """Unit vectors of passages, float32[len(texts), dimension]."""
        ...

    def encode_query(self, query: str) -> FloatVector:
        """Unit vector of a question, float32[dimension]; some models read it by another prompt."""
        ...

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Character span of every token of ``text``, in order, special tokens left out."""
        ...


class CrossEncoder(Protocol):
    """The second stage: reads a query and a passage together."""

    @property
    def info(self) -> ModelInfo:
        """Which model this is."""
        ...

    def score(self, query: str, passages: Sequence[str]) -> FloatVector:
        """Raw logits, float32[len(passages)], in the order given."""
        ...

    def truncated(self, query: str, passages: Sequence[str]) -> list[bool]:
        """For each passage, whether its end does not fit the model's window."""
        ...


class StoredHit(TypedDict):
    """A chunk as the store found it, with its similarity."""

    chunk: Chunk
    score: float


class VectorStore(Protocol):
    """Chunks with their vectors, grouped in collections and, inside them, in revisions."""

    @property
    def shared(self) -> bool:
        """Whether other home folders may keep their collections in it too."""
        ...

    def create(self, collection: str, dimension: int) -> None:
        """Make an empty collection; an existing one of that dimension is left as it is."""
        ...

    def drop(self, collection: str) -> None:
        """Remove a collection with all its chunks; a missing one is not an error."""
        ...

    def upsert(
        self, collection: str, revision: str, chunks: Sequence[Chunk], vectors: FloatMatrix
    ) -> None:
        """Write chunks under a revision; the same chunk id again replaces it."""
        ...

    def search(
        self,
        collection: str,
        vector: FloatVector,
        limit: int,
        revisions: Sequence[str],
        where: Filters | None = None,
    ) -> list[StoredHit]:
        """The nearest chunks of these revisions, by falling score, then chunk id.

        Of ``where`` the store knows pages and headings; dates are the library's matter.
        """
        ...

    def search_words(
        self,
        collection: str,
        query: str,
        limit: int,
        revisions: Sequence[str],
        where: Filters | None = None,
        among: Sequence[str] = (),
    ) -> list[StoredHit]:
        """The chunks of these revisions with the highest BM25 score, then by chunk id.

        How rare a word is, is counted over these revisions. A chunk without a word of the query is
        not found. ``among``: the only chunk ids that may be found; empty for all.
        """
        ...

    def publish(self, name: str, collection: str) -> None:
        """Let other programs that use the same store find a collection under another name."""
        ...

    def delete(self, collection: str, revision: str) -> None:
        """Remove every chunk of a revision."""
        ...

    def scroll(self, collection: str, revision: str) -> list[Chunk]:
        """All chunks of a revision, by ordinal."""
        ...

    def flush(self, collection: str) -> None:
        """Bring everything written so far to the disk."""
        ...

    def collections(self) -> set[str]:
        """Names of all collections in the store."""
        ...

    def close(self) -> None:
        """Release what the store holds: a folder lock, connections."""
        ...

    def counts(self, collection: str) -> dict[str, int]:
        """How many chunks each revision of the collection has; none with 0."""
        ...

    def read(self, collection: str, revision: str) -> tuple[list[Chunk], FloatMatrix]:
        """All chunks of a revision, by ordinal, and their vectors, float32[n, dimension]."""
        ...


class ContradictionReader(Protocol):
    """A natural language inference model, when a person has one."""

    def contradiction(self, pairs: Sequence[tuple[str, str]]) -> FloatVector:
        """How sure it is that each second text contradicts the first: float32[n], 0..1."""
        ...


class LanguageModel(Protocol):
    """A chat model that streams."""

    @property
    def name(self) -> str:
        """The model's name, as configured."""
        ...

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """Pieces of the answer as they arrive.

        Raises:
            LanguageModelError: the endpoint failed; pieces already given stay valid.
        """
        ...
