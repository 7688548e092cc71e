"""Where a passage stands: characters of a document, whatever cut them into chunks.

Two chunkings have no chunk in common, and a judgment should outlive both. What two spans share
says whether they speak about the same text.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import InputError
from core.schema import Chunk

CERTAIN = 0.5
"""The share of the shorter one, from which on two spans count as the same text."""


@dataclass(frozen=True, slots=True)
class Place:
    """Characters of a document's text, ``end`` exclusive."""

    document_id: str
    start: int
    end: int

    def __post_init__(self) -> None:
        """Refuse a span that holds nothing."""
        if not 0 <= self.start < self.end:
            raise InputError(f"Characters {self.start} to {self.end} are not part of a text.")

    @property
    def length(self) -> int:
        """How many characters it has."""
        return self.end - self.start

    def shared(self, other: Place) -> int:
        """How many characters both have; 0 in different documents.

        >>> Place("d", 0, 10).shared(Place("d", 8, 20))
        2
        """
        if self.document_id != other.document_id:
            return 0
        return max(0, min(self.end, other.end) - max(self.start, other.start))


def place_of(chunk: Chunk) -> Place:
    """The characters that a chunk is made of."""
    return Place(chunk.document_id, chunk.start, chunk.end)


def share(one: Place, other: Place) -> float:
    """The shared part of the shorter of two spans, 0..1.

    >>> share(Place("d", 0, 100), Place("d", 90, 110))
    0.5
    """
    return one.shared(other) / min(one.length, other.length)


def likeness(one: Place, other: Place) -> float:
    """The shared part of both together (Jaccard), 0..1; 1 for the same span.

    >>> likeness(Place("d", 0, 10), Place("d", 5, 15))
    0.3333333333333333
    """
    shared = one.shared(other)
    return shared / (one.length + other.length - shared)
