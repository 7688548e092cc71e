"""LlamaIndex: a retriever over a collection or texts, and a postprocessor that reranks nodes."""

from __future__ import annotations

import asyncio

from pydantic import Field

from core.errors import InputError
from core.integrations.asking import (
    RerankModel,
    Source,
    ask,
    optional_package,
    passage_facts,
)
from core.search_settings import SearchSettings

with optional_package("LlamaIndex (llama-index-core)"):
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.callbacks import CBEventType, EventPayload
    from llama_index.core.postprocessor.types import BaseNodePostprocessor
    from llama_index.core.schema import MetadataMode, NodeWithScore, QueryBundle, TextNode


class SecondLookNodeRetriever(BaseRetriever):
    """The reranked passages of a question as nodes, best first, with ``PassageFacts`` as metadata.

    A node's score is the raw logit. The facts are not part of what an embedding or a language model
    reads of a node, but for its ``source``.

    Args:
        source: an engine, or a ``TwoStageRetriever``.
        collection: the name of one of the engine's; empty for its first one.
        settings: how it is asked.
    """

    def __init__(
        self, source: Source, collection: str = "", settings: SearchSettings | None = None
    ) -> None:
        super().__init__()
        self._source, self._collection = source, collection
        self._settings = settings or SearchSettings()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        asked = self._source, query_bundle.query_str, self._settings, self._collection
        best = ask(*asked).reranked[: self._settings.top_n]
        nodes = []
        for item in best:
            facts = dict(passage_facts(item))
            node = TextNode(
                id_=item.chunk.id,
                text=item.chunk.text,
                metadata=facts,
                excluded_embed_metadata_keys=list(facts),
                excluded_llm_metadata_keys=[name for name in facts if name != "source"],
            )
            nodes.append(NodeWithScore(node=node, score=item.logit))
        return nodes

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """In a thread: the framework's own way would stop the event loop meanwhile."""
        return await asyncio.to_thread(self._retrieve, query_bundle)


class SecondLookNodeReranker(BaseNodePostprocessor):
    """Reranks nodes with a cross-encoder, which reads them as an embedding would.

    The nodes given stay as they are; those returned have the raw logit as score, and ``score``,
    ``relevance_score``, ``rank`` and ``rank_delta`` (see ``PassageFacts``) in their metadata, which
    no embedding or language model reads.
    """

    model: RerankModel = RerankModel()
    top_n: int = Field(default=5, ge=1)

    @classmethod
    def class_name(cls) -> str:
        """How the framework names it in what it saves."""
        return "SecondLookNodeReranker"

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        if query_bundle is None:
            raise InputError("Reranking needs the question.", "Give query_bundle or query_str.")
        query = query_bundle.query_str
        payload: dict[str, object] = {EventPayload.NODES: nodes, EventPayload.QUERY_STR: query}
        payload |= {EventPayload.MODEL_NAME: self.model.name, EventPayload.TOP_K: self.top_n}
        with self.callback_manager.event(CBEventType.RERANKING, payload=payload) as event:
            texts = [item.node.get_content(MetadataMode.EMBED) for item in nodes]
            best = []
            for reading in self.model.rerank(query, texts)[: self.top_n]:
                node = nodes[reading.index].node.model_copy()
                node.metadata = {**node.metadata, **reading.facts}
                for hidden in "excluded_embed_metadata_keys", "excluded_llm_metadata_keys":
                    setattr(node, hidden, [*getattr(node, hidden), *reading.facts])
                best.append(NodeWithScore(node=node, score=reading.logit))
            event.on_end(payload={EventPayload.NODES: best})
        return best
