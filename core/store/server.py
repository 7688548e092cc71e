"""Chunks and their vectors on a Qdrant server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.ports import StoredHit
from core.schema import Chunk, FloatMatrix, FloatVector
from core.search_settings import Filters
from core.store.errors import translated
from core.store.lexical import query_weights
from core.store.points import (
    DENSE,
    FACET_LIMIT,
    KEYWORDS,
    NUMBERS,
    SCROLL_BATCH,
    WORDS,
    all_pages,
    batches,
    best,
    chunks_of,
    matrix_of,
    require_dimension,
    revision_filter,
    scope_filter,
    sparse,
)

OVERSAMPLING = 2.0
"""So many times as many are found by their quantized vectors, then scored by the whole ones."""


def _kit() -> Any:
    from qdrant_client import models  # noqa: PLC0415 - loaded with the client already

    return models


class QdrantStore:
    """Implements ``VectorStore`` on a server, through a client that threads may share.

    There is no lock: behind one everybody would wait for the one whom the server keeps waiting.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    @property
    def shared(self) -> bool:
        """True: other home folders may have their collections there too."""
        return True

    def create(self, collection: str, dimension: int) -> None:
        """Make an empty collection; an existing one of that dimension is left as it is."""
        with translated("create a collection"):
            if self._client.collection_exists(collection):
                self._check_dimension(collection, dimension)
                return
            self._client.create_collection(collection, **_layout(_kit(), dimension))
            for field in KEYWORDS:
                self._client.create_payload_index(
                    collection, field, _kit().PayloadSchemaType.KEYWORD
                )
            for field in NUMBERS:
                self._client.create_payload_index(
                    collection, field, _kit().PayloadSchemaType.INTEGER
                )

    def drop(self, collection: str) -> None:
        """Remove a collection with all its chunks; a missing one is not an error."""
        with translated("delete a collection"):
            if self._client.collection_exists(collection):
                self._client.delete_collection(collection)

    def collections(self) -> set[str]:
        """Names of all collections in the store."""
        with translated("list the collections"):
            return {found.name for found in self._client.get_collections().collections}

    def publish(self, name: str, collection: str) -> None:
        """Let other programs find the collection under this name, in one step on the server."""
        kit = _kit()
        alias = kit.CreateAlias(collection_name=collection, alias_name=name)
        with translated("name a collection"):
            known = {found.alias_name: found for found in self._client.get_aliases().aliases}
            if name in known and known[name].collection_name == collection:
                return
            steps: list[Any] = []
            if name in known:
                old = kit.DeleteAlias(alias_name=name)
                steps.append(kit.DeleteAliasOperation(delete_alias=old))
            steps.append(kit.CreateAliasOperation(create_alias=alias))
            self._client.update_collection_aliases(steps)

    def upsert(
        self, collection: str, revision: str, chunks: Sequence[Chunk], vectors: FloatMatrix
    ) -> None:
        """Write chunks under a revision; the same chunk id again replaces it."""
        kit = _kit()
        for batch in batches(kit, kit.PointStruct, revision, chunks, vectors):
            with translated("write chunks"):
                self._client.upsert(collection, batch, wait=True)

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
        kit = _kit()
        again = kit.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING)
        asked = {"query": vector.tolist(), "using": DENSE}
        asked |= {"search_params": kit.SearchParams(quantization=again)}
        return self._best(collection, asked, limit, revisions, where)

    def search_words(
        self,
        collection: str,
        query: str,
        limit: int,
        revisions: Sequence[str],
        where: Filters | None = None,
    ) -> list[StoredHit]:
        """The chunks of these revisions with the highest BM25 score; none without a shared word."""
        words = query_weights(query)
        if not words.indices:
            return []
        kit = _kit()
        counted = kit.IdfCorpusParams(corpus=revision_filter(kit, revisions))
        asked = {"query": sparse(kit, words), "using": WORDS}
        asked |= {"search_params": kit.SearchParams(idf=counted)}
        return self._best(collection, asked, limit, revisions, where)

    def delete(self, collection: str, revision: str) -> None:
        """Remove every chunk of a revision."""
        kit = _kit()
        selector = kit.FilterSelector(filter=revision_filter(kit, [revision]))
        with translated("delete chunks"):
            self._client.delete(collection, points_selector=selector, wait=True)

    def scroll(self, collection: str, revision: str) -> list[Chunk]:
        """All chunks of a revision, by ordinal."""
        return chunks_of(self._points(collection, revision, vectors=False))

    def read(self, collection: str, revision: str) -> tuple[list[Chunk], FloatMatrix]:
        """All chunks of a revision, by ordinal, and their vectors, float32[n, dimension]."""
        return matrix_of(self._points(collection, revision, vectors=True))

    def counts(self, collection: str) -> dict[str, int]:
        """How many chunks each revision of the collection has; none with 0."""
        with translated("count the chunks"):
            facet = self._client.facet(collection, key=KEYWORDS[0], limit=FACET_LIMIT, exact=True)
        return {str(hit.value): int(hit.count) for hit in facet.hits}

    def revisions(self, collection: str) -> set[str]:
        """The revisions that have at least one chunk in the collection."""
        return set(self.counts(collection))

    def flush(self, collection: str) -> None:
        """Nothing to do: each write waited until the server had it in its log."""

    def close(self) -> None:
        """Release the connections."""
        self._client.close()

    def _best(
        self,
        collection: str,
        asked: dict[str, Any],
        limit: int,
        revisions: Sequence[str],
        where: Filters | None,
    ) -> list[StoredHit]:
        if not revisions:
            return []
        found = scope_filter(_kit(), revisions, where or Filters())

        def fetch(count: int) -> list[Any]:
            with translated("search"):
                return list(
                    self._client.query_points(
                        collection, limit=count, query_filter=found, with_payload=True, **asked
                    ).points
                )

        return best(fetch, limit)

    def _points(self, collection: str, revision: str, *, vectors: bool) -> list[Any]:
        def fetch(offset: Any) -> tuple[list[Any], Any]:
            with translated("read chunks"):
                return self._client.scroll(  # type: ignore[no-any-return]
                    collection,
                    scroll_filter=revision_filter(_kit(), [revision]),
                    limit=SCROLL_BATCH,
                    offset=offset,
                    with_vectors=[DENSE] if vectors else False,
                )

        return all_pages(fetch)

    def _check_dimension(self, collection: str, dimension: int) -> None:
        vectors = self._client.get_collection(collection).config.params.vectors
        found = vectors[DENSE].size if isinstance(vectors, dict) and DENSE in vectors else None
        require_dimension(found, dimension)


def _layout(kit: Any, dimension: int) -> dict[str, Any]:
    """Unit vectors (their dot product is the cosine), also as bytes in memory, and BM25 words."""
    bytes_ = kit.ScalarQuantizationConfig(type=kit.ScalarType.INT8, quantile=0.99, always_ram=True)
    return {
        "vectors_config": {DENSE: kit.VectorParams(size=dimension, distance=kit.Distance.DOT)},
        "sparse_vectors_config": {WORDS: kit.SparseVectorParams(modifier=kit.Modifier.IDF)},
        "quantization_config": kit.ScalarQuantization(scalar=bytes_),
    }
