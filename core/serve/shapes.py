"""Requests and replies as the clients of other people write and read them.

Fields that are not known are passed over, and ``null`` is as good as nothing: clients send both.
"""

from __future__ import annotations

import base64
import time
import uuid
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Discriminator, Field, Tag

from core.schema import FloatMatrix, SearchSettings
from core.serve.ranking import RankedTexts

COLLECTION = "collection:"
"""Before a collection's name, where a request names its model."""


class TextsRequest(BaseModel):
    """``/rerank`` of Text Embeddings Inference: texts are cut to the model's window by default."""

    query: str
    texts: list[str]
    raw_scores: bool | None = False
    return_text: bool | None = False
    truncate: bool | None = True
    truncation_direction: Literal["Right", "right"] | None = "Right"


class TextDocument(BaseModel):
    """A document as an object: its text, or the fields that ``rank_fields`` names."""

    model_config = {"extra": "allow"}

    text: str | None = None

    def said(self, fields: list[str]) -> str:
        """What is read of it."""
        every = {"text": self.text} | (self.model_extra or {})
        parts = [str(every[name]) for name in fields if every.get(name) is not None]
        return "\n".join(parts) if fields else self.text or ""


class DocumentsRequest(BaseModel):
    """``/v1/rerank`` and ``/v2/rerank`` of Cohere and Jina, and ``/rerank`` of infinity."""

    model: str | None = None
    query: str
    documents: list[str | TextDocument]
    top_n: Annotated[int, Field(ge=1)] | None = None
    return_documents: bool | None = False
    rank_fields: list[str] | None = None
    max_tokens_per_doc: Annotated[int, Field(ge=1)] | None = None
    raw_scores: bool | None = False

    @property
    def texts(self) -> list[str]:
        """What is read of each document."""
        fields = self.rank_fields or []
        return [item if isinstance(item, str) else item.said(fields) for item in self.documents]


def _which(body: object) -> str:
    return "documents" if isinstance(body, dict) and "documents" in body else "texts"


RerankRequest = Annotated[
    Annotated[TextsRequest, Tag("texts")] | Annotated[DocumentsRequest, Tag("documents")],
    Discriminator(_which),
]


class EmbeddingsRequest(BaseModel):
    """``/v1/embeddings`` of OpenAI; ``input_type`` is for encoders that read questions otherwise.

    Tokens in place of texts are taken by the shape and refused with a reason.
    """

    model: str | None = None
    input: str | list[str] | list[int] | list[list[int]]
    encoding_format: Literal["float", "base64"] | None = "float"
    dimensions: int | None = None
    input_type: Literal["query", "document"] | None = None


class SearchRequest(BaseModel):
    """``/search``: a question to a collection, with the settings of the page.

    Without a collection it is the first one. ``learned``: what was fitted for it applies.
    """

    query: str
    collection: str = ""
    settings: SearchSettings = SearchSettings()
    learned: bool = True


def texts_reply(body: TextsRequest, ranking: RankedTexts) -> list[dict[str, Any]]:
    """Every index once, best first."""
    scores = ranking.raw if body.raw_scores else ranking.relevance
    reply: list[dict[str, Any]] = [{"index": i, "score": float(scores[i])} for i in ranking.order]
    for item in reply if body.return_text else ():
        item["text"] = body.texts[item["index"]]
    return reply


def documents_reply(
    body: DocumentsRequest, ranking: RankedTexts, model: str, tokens: int, *, bare: bool
) -> dict[str, Any]:
    """What the clients of Cohere, Jina and infinity read, in one object.

    Args:
        body: the request.
        ranking: of its documents.
        model: who read them.
        tokens: in query and documents.
        bare: documents come back as strings (infinity), not as objects.
    """
    scores = ranking.raw if body.raw_scores else ranking.relevance
    order = ranking.order[: body.top_n or len(ranking.order)]
    results: list[dict[str, Any]] = [
        {"index": i, "relevance_score": float(scores[i])} for i in order
    ]
    texts = body.texts
    for item in results if body.return_documents else ():
        text = texts[item["index"]]
        item["document"] = text if bare else {"text": text}
    meta: dict[str, Any] = {
        "api_version": {"version": "2"},
        "billed_units": {"search_units": 1},
        **({} if ranking.applied is None else {"second_look": ranking.applied}),
    }
    return {
        "id": str(uuid.uuid4()),
        "object": "rerank",
        "model": model,
        "created": int(time.time()),
        "results": results,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        "meta": meta,
    }


def embeddings_reply(
    body: EmbeddingsRequest, vectors: FloatMatrix, model: str, tokens: int
) -> dict[str, Any]:
    """Vectors in the order asked: numbers, or little-endian float32 in padded base64."""
    coded: list[Any] = (
        [base64.b64encode(row.astype("<f4").tobytes()).decode() for row in vectors]
        if body.encoding_format == "base64"
        else vectors.tolist()
    )
    return {
        "object": "list",
        "model": model,
        "data": [
            {"object": "embedding", "index": i, "embedding": row} for i, row in enumerate(coded)
        ],
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }
