"""A cross-encoder and an encoder that run on a server: the same ports, over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import AliasChoices, BaseModel, Field, TypeAdapter, ValidationError

from core.models.registry import Api, ModelSpec
from core.models.remote.server import Malformed, Server
from core.schema import FloatMatrix, FloatVector

_Finite = Annotated[float, Field(allow_inf_nan=False)]
_SURE = 1e-12


class _Score(BaseModel):
    index: int
    score: _Finite = Field(validation_alias=AliasChoices("score", "relevance_score"))


class _Results(BaseModel):
    results: list[_Score]


class _Embedding(BaseModel):
    index: int | None = None
    embedding: list[_Finite]


class _Embeddings(BaseModel):
    data: list[_Embedding]


_TEI = TypeAdapter(list[_Score])
_COHERE = TypeAdapter(_Results)
_OPENAI = TypeAdapter(_Embeddings)


def rerank_body(spec: ModelSpec, query: str, passages: Sequence[str]) -> dict[str, Any]:
    """The request for the scores of some passages, in the shape that the endpoint speaks."""
    endpoint = spec.endpoint
    if endpoint is not None and endpoint.api == "tei":
        raw = spec.score == "logit"
        return {"query": query, "texts": list(passages), "raw_scores": raw, "truncate": True}
    return {
        "model": endpoint.model if endpoint else "",
        "query": query,
        "documents": list(passages),
        "top_n": len(passages),
        "return_documents": False,
    }


def embed_body(spec: ModelSpec, texts: Sequence[str]) -> dict[str, Any]:
    """The request for vectors, in OpenAI's shape."""
    model = spec.endpoint.model if spec.endpoint else ""
    return {"model": model, "input": list(texts), "encoding_format": "float"}


def rerank_scores(api: Api, reply: bytes, n: int) -> NDArray[np.float64]:
    """One score a passage, float64[n], in the order asked; servers reply best first.

    Raises:
        Malformed: another form, a passage twice or not at all, or a score that is no number.
    """
    data = _parsed(_TEI, reply) if api == "tei" else _parsed(_COHERE, reply).results
    return np.array([item.score for item in _in_order(data, n)], dtype=np.float64)


def vectors(reply: bytes, n: int) -> FloatMatrix:
    """Unit vectors, float32[n, dimension], in the order asked.

    Raises:
        Malformed: another form, a text twice or not at all, or vectors that cannot be used.
    """
    rows = [item.embedding for item in _in_order(_parsed(_OPENAI, reply).data, n)]
    if len({len(row) for row in rows}) != 1 or not rows[0]:
        raise Malformed("its vectors differ in length")
    matrix = np.array(rows, dtype=np.float64)
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    if not (norms > 0).all():
        raise Malformed("one of its vectors is zero")
    unit: FloatMatrix = (matrix / norms).astype(np.float32)
    return unit


def to_logits(scores: NDArray[np.float64], spec: ModelSpec) -> FloatVector:
    """Scores as logits, float32[n]: a probability p becomes ln(p / (1 - p)), others stay.

    Certainty (0 and 1) is cut at 1e-12, a logit of about 27.6 either way.

    Raises:
        Malformed: a probability outside 0 to 1.
    """
    if spec.score != "probability":
        return np.asarray(scores, dtype=np.float32)
    if not ((scores >= 0) & (scores <= 1)).all():
        raise Malformed("it gave a score outside 0 to 1, but the registry says probability")
    inside = np.clip(np.asarray(scores, dtype=np.float64), _SURE, 1 - _SURE)
    logits: FloatVector = np.log(inside / (1 - inside)).astype(np.float32)
    return logits


def _parsed(shape: TypeAdapter[Any], reply: bytes) -> Any:
    try:
        return shape.validate_json(reply)
    except ValidationError as exc:
        first = exc.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Malformed(f"{place}: {first['msg']}" if place else first["msg"]) from None


def _in_order(data: list[Any], n: int) -> list[Any]:
    """One item for each text, in the order asked."""
    if all(item.index is None for item in data):  # some give vectors in order, without a number
        for index, item in enumerate(data):
            item.index = index
    items = sorted(data, key=lambda item: -1 if item.index is None else item.index)
    if [item.index for item in items] != list(range(n)):
        raise Malformed(f"it did not give one result for each of {n} texts ({len(items)} received)")
    return items


class _Remote:
    """What both kinds share: the server, and reading its replies."""

    def __init__(self, server: Server) -> None:
        self.info = server.info
        self._server = server

    def _asked(
        self,
        texts: Sequence[str],
        body: Callable[[Sequence[str]], dict[str, Any]],
        read: Callable[[bytes, int], NDArray[np.float32]],
    ) -> NDArray[np.float32]:
        """What ``read`` makes of the replies to all texts, a row or a number each."""
        size = self._server.endpoint.batch
        batches = [texts[start : start + size] for start in range(0, len(texts), size)]
        replies = self._server.ask([body(batch) for batch in batches])
        problem = None
        try:
            parts = [read(reply, len(b)) for reply, b in zip(replies, batches, strict=True)]
            if len({part.shape[1:] for part in parts}) != 1:
                raise Malformed("its vectors differ in length")  # noqa: TRY301 - one way out
            return np.concatenate(parts)
        except Malformed as exc:
            problem = self._server.malformed(exc)
        raise problem


class RemoteCrossEncoder(_Remote):
    """A ``CrossEncoder`` behind a ``/rerank`` endpoint."""

    def score(self, query: str, passages: Sequence[str]) -> FloatVector:
        """Logits, float32[len(passages)]; probabilities are turned into logits.

        Raises:
            ModelError: the server failed, or sent something else.
        """
        if not passages:
            return np.zeros(0, dtype=np.float32)
        spec, api = self._server.spec, self._server.endpoint.api
        return self._asked(
            passages,
            lambda batch: rerank_body(spec, query, batch),
            lambda reply, n: to_logits(rerank_scores(api, reply, n), spec),
        )

    def truncated(self, query: str, passages: Sequence[str]) -> list[bool]:
        """Always False: what the server cuts cannot be seen from here."""
        del query
        return [False] * len(passages)


class RemoteEncoder(_Remote):
    """An ``Encoder`` behind a ``/v1/embeddings`` endpoint.

    Texts are cut into chunks by the bundled encoder's tokens: a server does not show its own.
    """

    def __init__(self, server: Server, token_spans: Callable[[str], list[tuple[int, int]]]) -> None:
        super().__init__(server)
        self.token_spans = token_spans

    @cached_property
    def dimension(self) -> int:
        """Length of a vector; the server is asked for one."""
        return int(self.encode(["dimension"]).shape[1])

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        """Unit vectors of passages, float32[len(texts), dimension].

        Raises:
            ModelError: the server failed, or sent something else.
        """
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return self._asked(texts, partial(embed_body, self._server.spec), vectors)

    def encode_query(self, query: str) -> FloatVector:
        """Unit vector of a question, float32[dimension]."""
        vector: FloatVector = self.encode([query])[0]
        return vector
