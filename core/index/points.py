"""A point of Qdrant and the chunk it carries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.errors import StoreDamaged
from core.schema import Chunk


def revision_filter(revisions: Sequence[str]) -> Any:
    """Only points of these revisions."""
    from qdrant_client import models  # noqa: PLC0415 - loaded with the client already

    match = models.MatchAny(any=list(revisions))
    return models.Filter(must=[models.FieldCondition(key="revision", match=match)])


def chunk_of(point: Any) -> Chunk:
    """The chunk that a point carries.

    Raises:
        StoreDamaged: it carries none, or another chunk than its own.
    """
    try:
        chunk = Chunk(**point.payload["chunk"])
    except (KeyError, TypeError) as exc:
        raise StoreDamaged(
            "A point of the store carries no readable chunk.",
            "It was written by another version: delete the document and add it again.",
        ) from exc
    if chunk.id != str(point.id):
        raise StoreDamaged(
            f"Point {point.id} of the store carries chunk {chunk.id}.",
            "The store is inconsistent: delete the collection and add its documents again.",
        )
    return chunk
