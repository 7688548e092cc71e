"""LangChain: a retriever over a collection or texts, and a compressor that reranks documents."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ConfigDict, Field

from core.integrations.asking import (
    RerankModel,
    Source,
    ask,
    optional_package,
    passage_facts,
)
from core.search_settings import SearchSettings

with optional_package("LangChain (langchain-core)"):
    from langchain_core.callbacks import CallbackManagerForRetrieverRun, Callbacks
    from langchain_core.documents import BaseDocumentCompressor, Document
    from langchain_core.retrievers import BaseRetriever


class SecondLookRetriever(BaseRetriever):
    """The reranked passages of a question, best first, each with ``PassageFacts`` as metadata.

    ``ainvoke`` and ``abatch`` work in threads; questions of several threads share batches where the
    source is an engine. Copies ask the same source.
    """

    source: Source
    collection: str = ""
    settings: SearchSettings = Field(default_factory=SearchSettings)

    def __deepcopy__(self, memo: dict[int, object] | None = None) -> SecondLookRetriever:
        """A copy that asks the same source: a home folder is opened once."""
        return self.model_copy()

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        comparison = ask(self.source, query, self.settings, self.collection)
        return [
            Document(item.chunk.text, id=item.chunk.id, metadata=dict(passage_facts(item)))
            for item in comparison.reranked[: self.settings.top_n]
        ]


class SecondLookReranker(BaseDocumentCompressor):
    """Reranks documents with a cross-encoder; ``top_n`` of None keeps all of them.

    The documents given stay as they are. Of each that is kept a copy has ``score``,
    ``relevance_score``, ``rank`` and ``rank_delta`` in its metadata, see ``PassageFacts``.
    """

    model_config = ConfigDict(extra="forbid")

    model: RerankModel = RerankModel()
    top_n: int | None = Field(default=5, ge=1)

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> list[Document]:
        """The best documents, best first."""
        ranked = self.model.rerank(query, [document.page_content for document in documents])
        return [
            documents[reading.index].model_copy(
                update={"metadata": {**documents[reading.index].metadata, **reading.facts}}
            )
            for reading in ranked[: self.top_n]
        ]
