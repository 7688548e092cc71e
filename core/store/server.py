"""Chunks and their vectors on a Qdrant server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.store.errors import server_errors
from core.store.points import (
    DENSE,
    FACET_LIMIT,
    KEYWORDS,
    NUMBERS,
    SCROLL_BATCH,
    WORDS,
    PointQuery,
    PointStore,
    require_dimension,
    scope_filter,
)

TIMEOUT_SECONDS = 8
OVERSAMPLING = 2.0
"""So many times as many are found by their quantized vectors, then scored by the whole ones."""


class QdrantStore(PointStore):
    """Implements ``VectorStore`` on a server, through a client that threads may share.

    There is no lock: behind one everybody would wait for the one whom the server keeps waiting.

    Raises:
        StoreUnavailable: the server does not answer or refuses the key.
    """

    shared = True  # other home folders may have their collections there too

    def __init__(self, url: str, api_key: str = "") -> None:
        from qdrant_client import QdrantClient, models  # noqa: PLC0415 - about a second of import

        super().__init__(models)
        with server_errors("open the store"):
            self._client: Any = QdrantClient(
                url=url,
                api_key=api_key or None,
                timeout=TIMEOUT_SECONDS,
                check_compatibility=False,  # it warns from a thread of its own
            )
            self._client.get_collections()

    def create(self, collection: str, dimension: int) -> None:
        """Make an empty collection; an existing one of that dimension is left as it is."""
        kinds = self._kit.PayloadSchemaType
        with server_errors("create a collection"):
            if self._client.collection_exists(collection):
                vectors = self._client.get_collection(collection).config.params.vectors
                named = isinstance(vectors, dict) and DENSE in vectors
                require_dimension(vectors[DENSE].size if named else None, dimension)
                return
            self._client.create_collection(collection, **_layout(self._kit, dimension))
            for field in (*KEYWORDS, *NUMBERS):
                kind = kinds.KEYWORD if field in KEYWORDS else kinds.INTEGER
                self._client.create_payload_index(collection, field, kind)

    def drop(self, collection: str) -> None:
        """Remove a collection with all its chunks; a missing one is not an error."""
        with server_errors("delete a collection"):
            if self._client.collection_exists(collection):
                self._client.delete_collection(collection)

    def collections(self) -> set[str]:
        """Names of all collections in the store."""
        with server_errors("list the collections"):
            return {there.name for there in self._client.get_collections().collections}

    def publish(self, name: str, collection: str) -> None:
        """Let other programs find the collection under this name, in one step on the server."""
        kit = self._kit
        alias = kit.CreateAlias(collection_name=collection, alias_name=name)
        with server_errors("name a collection"):
            aliases = self._client.get_aliases().aliases
            named = {there.alias_name: there.collection_name for there in aliases}
            if named.get(name) == collection:
                return
            steps: list[Any] = []
            if name in named:
                old = kit.DeleteAlias(alias_name=name)
                steps.append(kit.DeleteAliasOperation(delete_alias=old))
            steps.append(kit.CreateAliasOperation(create_alias=alias))
            self._client.update_collection_aliases(steps)

    def delete(self, collection: str, revision: str) -> None:
        """Remove every chunk of a revision."""
        selector = self._kit.FilterSelector(filter=scope_filter(self._kit, [revision]))
        with server_errors("delete chunks"):
            self._client.delete(collection, points_selector=selector, wait=True)

    def flush(self, collection: str) -> None:
        """Nothing to do: each write waited until the server had it in its log."""

    def close(self) -> None:
        """Release the connections."""
        self._client.close()

    def _write(self, collection: str, revision: str, points: list[Any]) -> None:
        with server_errors("write chunks"):
            self._client.upsert(collection, points, wait=True)

    def _nearest(self, collection: str, query: PointQuery, count: int) -> list[Any]:
        kit = self._kit
        if query.using == WORDS:
            idf = kit.IdfCorpusParams(corpus=scope_filter(kit, query.revisions))
            params = kit.SearchParams(idf=idf)
        else:
            again = kit.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING)
            params = kit.SearchParams(quantization=again)
        with server_errors("search"):
            answer = self._client.query_points(
                collection,
                query=query.vector,
                using=query.using,
                limit=count,
                query_filter=scope_filter(kit, query.revisions, query.where, query.among),
                search_params=params,
                with_payload=True,
            )
        return list(answer.points)

    def _page(
        self, collection: str, scope: Any, offset: Any, with_vector: list[str] | bool
    ) -> tuple[Sequence[Any], Any]:
        with server_errors("read chunks"):
            return self._client.scroll(  # type: ignore[no-any-return]
                collection,
                scroll_filter=scope,
                limit=SCROLL_BATCH,
                offset=offset,
                with_vectors=with_vector,
            )

    def _facet(self, collection: str) -> Sequence[Any]:
        with server_errors("count the chunks"):
            facet = self._client.facet(collection, key=KEYWORDS[0], limit=FACET_LIMIT, exact=True)
        return list(facet.hits)


def _layout(kit: Any, dimension: int) -> dict[str, Any]:
    """Unit vectors (their dot product is the cosine), also as bytes in memory, and BM25 words."""
    bytes_ = kit.ScalarQuantizationConfig(type=kit.ScalarType.INT8, quantile=0.99, always_ram=True)
    return {
        "vectors_config": {DENSE: kit.VectorParams(size=dimension, distance=kit.Distance.DOT)},
        "sparse_vectors_config": {WORDS: kit.SparseVectorParams(modifier=kit.Modifier.IDF)},
        "quantization_config": kit.ScalarQuantization(scalar=bytes_),
    }
