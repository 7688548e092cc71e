"""Points of Qdrant and the chunks they carry: what the embedded engine and a server share.

A ``kit`` is a module with Qdrant's classes: ``qdrant_edge`` or ``qdrant_client.models``. They have
the same names but three.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.errors import StoreDamaged
from core.ports import StoredHit
from core.schema import Chunk, FloatMatrix, FloatVector
from core.search_settings import Filters
from core.store.lexical import passage_weights, query_weights

DENSE = "dense"
WORDS = "bm25"
KEYWORDS = ("revision", "heading")
NUMBERS = ("chunk.first_page", "chunk.last_page")
SCROLL_BATCH = 1000
FACET_LIMIT = 1_000_000
_BATCH = 256


@dataclass(frozen=True, slots=True)
class PointQuery:
    """A search in one collection: a vector in Qdrant's form and the name of what it is near to.

    Only chunks with an id in ``among`` are found; all may be when it is empty.
    """

    vector: Any
    using: str
    revisions: Sequence[str]
    where: Filters | None = None
    among: Sequence[str] = ()


class PointStore(ABC):
    """The part of ``VectorStore`` that is the same wherever Qdrant runs.

    A store says how its Qdrant is called: ``_write``, ``_nearest``, ``_page`` and ``_facet``.
    """

    def __init__(self, kit: Any) -> None:
        self._kit = kit

    def upsert(
        self, collection: str, revision: str, chunks: Sequence[Chunk], vectors: FloatMatrix
    ) -> None:
        """Write chunks under a revision; the same chunk id again replaces it."""
        for batch in _batches(self._kit, revision, chunks, vectors):
            self._write(collection, revision, batch)

    def search(
        self,
        collection: str,
        vector: FloatVector,
        limit: int,
        revisions: Sequence[str],
        where: Filters | None = None,
    ) -> list[StoredHit]:
        """The nearest chunks of these revisions, by falling cosine, then chunk id.

        Raises:
            StoreDamaged: a point carries another chunk than its own.
        """
        query = PointQuery(vector.tolist(), DENSE, revisions, where)
        return self._best(collection, query, limit)

    def search_words(
        self,
        collection: str,
        query: str,
        limit: int,
        revisions: Sequence[str],
        where: Filters | None = None,
        among: Sequence[str] = (),
    ) -> list[StoredHit]:
        """The chunks of these revisions with the highest BM25 score; none without a shared word."""
        words = query_weights(query)
        if not words:
            return []
        vector = _sparse(self._kit, words)
        asked = PointQuery(vector, WORDS, revisions, where, among)
        return self._best(collection, asked, limit)

    def scroll(self, collection: str, revision: str) -> list[Chunk]:
        """All chunks of a revision, by ordinal."""
        points = self._points(collection, revision, vectors=False)
        return sorted(map(chunk_of, points), key=lambda chunk: chunk.ordinal)

    def read(self, collection: str, revision: str) -> tuple[list[Chunk], FloatMatrix]:
        """All chunks of a revision, by ordinal, and their vectors, float32[n, dimension]."""
        points = self._points(collection, revision, vectors=True)
        pairs = sorted(((chunk_of(p), p.vector[DENSE]) for p in points), key=lambda x: x[0].ordinal)
        return [chunk for chunk, _ in pairs], np.array([v for _, v in pairs], dtype=np.float32)

    def counts(self, collection: str) -> dict[str, int]:
        """How many chunks each revision of the collection has; none with 0."""
        return {str(hit.value): int(hit.count) for hit in self._facet(collection)}

    def _best(self, collection: str, query: PointQuery, limit: int) -> list[StoredHit]:
        if not query.revisions:
            return []
        return best(lambda count: self._nearest(collection, query, count), limit)

    def _points(self, collection: str, revision: str, *, vectors: bool) -> list[Any]:
        scope = scope_filter(self._kit, [revision])
        with_vector = [DENSE] if vectors else False
        points, offset = self._page(collection, scope, None, with_vector)
        points = list(points)
        while offset is not None:
            page, offset = self._page(collection, scope, offset, with_vector)
            points += page
        return points

    @abstractmethod
    def _write(self, collection: str, revision: str, points: list[Any]) -> None:
        """Write points, all of one revision."""

    @abstractmethod
    def _nearest(self, collection: str, query: PointQuery, count: int) -> list[Any]:
        """So many points, or all, by falling score; equal ones in any order."""

    @abstractmethod
    def _page(
        self, collection: str, scope: Any, offset: Any, with_vector: list[str] | bool
    ) -> tuple[Sequence[Any], Any]:
        """``SCROLL_BATCH`` points from an offset on, and the next offset or None."""

    @abstractmethod
    def _facet(self, collection: str) -> Sequence[Any]:
        """Each revision of the collection with its number of points."""


def _batches(
    kit: Any, revision: str, chunks: Sequence[Chunk], vectors: FloatMatrix
) -> Iterator[list[Any]]:
    """Points ready to be written, some at a time; the heading once more, to be filtered by."""
    point = getattr(kit, "PointStruct", None) or kit.Point
    for start in range(0, len(chunks), _BATCH):
        part = slice(start, start + _BATCH)
        yield [
            point(
                id=chunk.id,
                vector={
                    DENSE: vector.tolist(),
                    WORDS: _sparse(kit, passage_weights(chunk.passage)),
                },
                payload={
                    "revision": revision,
                    "heading": folded_heading(chunk.heading),
                    "chunk": asdict(chunk),
                },
            )
            for chunk, vector in zip(chunks[part], vectors[part], strict=True)
        ]


def require_dimension(there: int | None, dimension: int) -> None:
    """Refuse vectors of another length than the collection has.

    Raises:
        StoreDamaged: they differ.
    """
    if there != dimension:
        raise StoreDamaged(
            f"The collection holds vectors of length {there}, but the encoder gives {dimension}.",
            "It was made with another encoder: choose that encoder, or index again.",
        )


def _sparse(kit: Any, words: dict[int, float]) -> Any:
    return kit.SparseVector(indices=list(words), values=list(words.values()))


def folded_heading(heading: str) -> str:
    """A heading without its case and with single spaces."""
    return " ".join(heading.casefold().split())


def scope_filter(
    kit: Any, revisions: Sequence[str], where: Filters | None = None, among: Sequence[str] = ()
) -> Any:
    """Only points of these revisions and ids (or all) that pass; dates are the library's matter."""
    where = where or Filters()
    ids = "point_ids" if kit.__name__ == "qdrant_edge" else "has_id"
    must = [kit.HasIdCondition(**{ids: set(among)})] if among else []
    if revisions:
        among = kit.MatchAny(any=list(revisions))
        must.append(kit.FieldCondition(key=KEYWORDS[0], match=among))
    span = getattr(kit, "RangeFloat", None) or kit.Range
    if where.first_page:
        must.append(kit.FieldCondition(key=NUMBERS[1], range=span(gte=where.first_page)))
    if where.last_page:
        must.append(kit.FieldCondition(key=NUMBERS[0], range=span(lte=where.last_page)))
    if where.heading.strip():
        part = kit.MatchSubstring(substring=folded_heading(where.heading))
        must.append(kit.FieldCondition(key=KEYWORDS[1], match=part))
    return kit.Filter(must=must)


def best(fetch: Callable[[int], list[Any]], limit: int) -> list[StoredHit]:
    """The first ``limit`` hits, equal scores by chunk id, also where the cut goes through equals.

    Args:
        fetch: gives so many points, or all, by falling score; equal ones in any order.
    """
    count = limit + 1
    points = fetch(count)
    while len(points) == count and points[-1].score == points[limit - 1].score:
        count *= 2
        points = fetch(count)
    hits = [StoredHit(chunk=chunk_of(point), score=float(point.score)) for point in points]
    return sorted(hits, key=lambda hit: (-hit["score"], hit["chunk"].id))[:limit]


def chunk_of(point: Any) -> Chunk:
    """The chunk that a point carries.

    Raises:
        StoreDamaged: it carries none, or another chunk than its own.
    """
    try:
        kept = point.payload["chunk"]
        chunk = Chunk(**kept | {"labels": tuple(kept.get("labels", ()))})
    except (KeyError, TypeError, AttributeError) as exc:
        raise StoreDamaged(
            "A point in the store has no readable chunk.",
            "It was written by another version: delete the document and add it again.",
        ) from exc
    if chunk.id != str(point.id):
        raise StoreDamaged(
            f"Point {point.id} in the store holds chunk {chunk.id}.",
            "The store is inconsistent: delete the collection and add its documents again.",
        )
    return chunk
