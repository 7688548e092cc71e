"""What another chunking would cost, estimated before anything is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.schema import Chunk, Document

# all-MiniLM-L6-v2 on two cores: 2,700 measured over 99 chunks, rounded down for the store.
USUAL_TOKENS_PER_SECOND = 2500.0
_ENOUGH_TOKENS = 2000


class EncodeMeter:
    """Counts how fast chunks become stored vectors; one thread adds, any may look."""

    def __init__(self) -> None:
        self._counted = (0, 0.0)

    def add(self, tokens: int, seconds: float) -> None:
        """Note a batch."""
        self._counted = (self._counted[0] + tokens, self._counted[1] + seconds)

    @property
    def tokens(self) -> int:
        """All tokens counted so far."""
        return self._counted[0]

    @property
    def measured(self) -> bool:
        """Whether enough was counted to be believed."""
        return self.tokens >= _ENOUGH_TOKENS

    @property
    def tokens_per_second(self) -> float:
        """The measured speed, or the usual one as long as little was measured."""
        tokens, seconds = self._counted
        return tokens / seconds if self.measured and seconds else USUAL_TOKENS_PER_SECOND


@dataclass(frozen=True, slots=True)
class ReindexCost:
    """What re-indexing makes anew; ``chunks`` and ``seconds`` are estimates."""

    documents: int
    chunks: int
    seconds: float


def reindex_cost(
    documents: Sequence[Document],
    sample: Document,
    sample_chunks: Sequence[Chunk],
    tokens_per_second: float,
) -> ReindexCost:
    """Estimate from one document that was cut the new way.

    All documents are taken to gain or lose chunks in the proportion of the sample, and their
    chunks to be as long as the sample's. Example: the sample goes from 10 to 30 chunks of 100
    tokens; 40 chunks in all become about 120, and 12,000 tokens at 3,000 a second take 4 s.

    Args:
        documents: all that would be re-indexed.
        sample: one of them, as it is indexed now.
        sample_chunks: its chunks under the new chunking.
        tokens_per_second: how fast chunks become stored vectors.
    """
    now = sum(document.chunks for document in documents)
    chunks = round(now * len(sample_chunks) / max(1, sample.chunks))
    tokens = sum(piece.tokens for piece in sample_chunks) / max(1, len(sample_chunks))
    return ReindexCost(len(documents), chunks, chunks * tokens / tokens_per_second)
