"""A point of Qdrant and the chunk it carries; the same for the embedded engine and a server.

A ``kit`` is a module with Qdrant's classes: ``qdrant_edge`` or ``qdrant_client.models``. They have
the same names but one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from core.errors import StoreDamaged
from core.ports import StoredHit
from core.schema import Chunk, FloatMatrix, FloatVector
from core.search_settings import Filters
from core.store.lexical import WordWeights, passage_weights

DENSE = "dense"
WORDS = "bm25"
KEYWORDS = ("revision", "heading")
NUMBERS = ("chunk.first_page", "chunk.last_page")
SCROLL_BATCH = 1000
FACET_LIMIT = 1_000_000
_BATCH = 256


def batches(
    kit: Any, point: Any, revision: str, chunks: Sequence[Chunk], vectors: FloatMatrix
) -> list[list[Any]]:
    """Points ready to be written, some at a time; ``point`` is the kit's class for one."""
    points = [
        point(
            id=chunk.id,
            vector=_vectors_of(kit, chunk, vector),
            payload=_payload_of(revision, chunk),
        )
        for chunk, vector in zip(chunks, vectors, strict=True)
    ]
    return [points[start : start + _BATCH] for start in range(0, len(points), _BATCH)]


def _payload_of(revision: str, chunk: Chunk) -> dict[str, Any]:
    """What is kept beside the vectors; the heading once more, folded, to be filtered by."""
    return {"revision": revision, "heading": folded(chunk.heading), "chunk": asdict(chunk)}


def _vectors_of(kit: Any, chunk: Chunk, vector: FloatVector) -> dict[str, Any]:
    """Both vectors of a chunk: of the encoder, and of its words."""
    return {DENSE: vector.tolist(), WORDS: sparse(kit, passage_weights(chunk.passage))}


def require_dimension(found: int | None, dimension: int) -> None:
    """Refuse vectors of another length than the collection has.

    Raises:
        StoreDamaged: they differ.
    """
    if found != dimension:
        raise StoreDamaged(
            f"The collection holds vectors of length {found}, the encoder gives {dimension}.",
            "It was made with another encoder: choose that one, or index again.",
        )


def sparse(kit: Any, words: WordWeights) -> Any:
    """Word weights in Qdrant's form."""
    return kit.SparseVector(indices=list(words.indices), values=list(words.values))


def folded(heading: str) -> str:
    """A heading without its case and with single spaces."""
    return " ".join(heading.casefold().split())


def revision_filter(kit: Any, revisions: Sequence[str]) -> Any:
    """Only points of these revisions; of all when there are none."""
    return kit.Filter(must=_among(kit, revisions))


def scope_filter(kit: Any, revisions: Sequence[str], where: Filters) -> Any:
    """Only points of these revisions (or of all) that pass; dates are the library's matter."""
    must = _among(kit, revisions)
    span = getattr(kit, "RangeFloat", None) or kit.Range
    if where.first_page:
        must.append(kit.FieldCondition(key=NUMBERS[1], range=span(gte=where.first_page)))
    if where.last_page:
        must.append(kit.FieldCondition(key=NUMBERS[0], range=span(lte=where.last_page)))
    if where.heading.strip():
        part = kit.MatchSubstring(substring=folded(where.heading))
        must.append(kit.FieldCondition(key=KEYWORDS[1], match=part))
    return kit.Filter(must=must)


def _among(kit: Any, revisions: Sequence[str]) -> list[Any]:
    if not revisions:
        return []
    return [kit.FieldCondition(key=KEYWORDS[0], match=kit.MatchAny(any=list(revisions)))]


def all_pages(fetch: Callable[[Any], tuple[Sequence[Any], Any]]) -> list[Any]:
    """Every point, page by page: ``fetch`` gives the page at an offset, and the next offset."""
    points, offset = fetch(None)
    found = list(points)
    while offset is not None:
        points, offset = fetch(offset)
        found += points
    return found


def best(fetch: Callable[[int], list[Any]], limit: int) -> list[StoredHit]:
    """The first ``limit`` hits, equal scores by chunk id, also where the cut goes through equals.

    Args:
        fetch: gives so many points, or all, by falling score; equal ones in any order.
    """
    asked = limit + 1
    points = fetch(asked)
    while len(points) == asked and points[-1].score == points[limit - 1].score:
        asked *= 2
        points = fetch(asked)
    hits = [StoredHit(chunk=chunk_of(point), score=float(point.score)) for point in points]
    return sorted(hits, key=lambda hit: (-hit["score"], hit["chunk"].id))[:limit]


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


def chunks_of(points: Sequence[Any]) -> list[Chunk]:
    """The chunks of these points, by ordinal."""
    return sorted(map(chunk_of, points), key=lambda chunk: chunk.ordinal)


def matrix_of(points: Sequence[Any]) -> tuple[list[Chunk], FloatMatrix]:
    """The chunks of these points by ordinal, and their vectors, float32[n, dimension]."""
    pairs = sorted(((chunk_of(p), p.vector[DENSE]) for p in points), key=lambda x: x[0].ordinal)
    return [chunk for chunk, _ in pairs], np.array([v for _, v in pairs], dtype=np.float32)
