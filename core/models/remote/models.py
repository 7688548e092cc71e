"""A cross-encoder and an encoder that run on a server: the same ports, over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Annotated, Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import AliasChoices, BaseModel, Field, TypeAdapter, ValidationError

from core.models.registry import Api, ModelSpec
from core.models.remote.server import Body, Malformed, Server
from core.schema import FloatMatrix, FloatVector

_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Number = TypeVar("_Number", np.float32, np.float64)
_SURE = 1e-12
_PROBE = "What is the capital of France?"
_PROBED = ("Paris is the capital of France.", "Ripe bananas are yellow and sweet.")
_TELLING = 4
"""Of so many logits one is outside 0 to 1: where none is, the server has changed its kind."""


class _Score(BaseModel):
    index: int
    score: _Finite = Field(validation_alias=AliasChoices("score", "relevance_score"))


class _Results(BaseModel):
    results: list[_Score]
    model: str | None = None


class _Embedding(BaseModel):
    index: int | None = None
    embedding: list[_Finite]


class _Embeddings(BaseModel):
    data: list[_Embedding]
    model: str | None = None


_Answer = TypeVar("_Answer", _Results, _Embeddings)
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
        **({"raw_scores": True} if spec.score == "logit" else {}),  # infinity has them
    }


def embed_body(spec: ModelSpec, texts: Sequence[str]) -> dict[str, Any]:
    """The request for vectors, in OpenAI's shape."""
    model = spec.endpoint.model if spec.endpoint else ""
    return {"model": model, "input": list(texts), "encoding_format": "float"}


def rerank_scores(api: Api, reply: bytes, n: int, model: str = "") -> NDArray[np.float64]:
    """One score a passage, float64[n], in the order asked; servers reply best first.

    Raises:
        Malformed: another form, a passage twice or not at all, a score that is no number, or
            another model than was asked for.
    """
    if api == "tei":
        data = _parsed(_TEI, reply)
    else:
        found = _parsed(_COHERE, reply)
        data = _by(found, model).results
    return np.array([item.score for item in _in_order(data, n)], dtype=np.float64)


def vectors(reply: bytes, n: int, model: str = "") -> FloatMatrix:
    """Unit vectors, float32[n, dimension], in the order asked.

    Raises:
        Malformed: another form, a text twice or not at all, vectors that cannot be used, or
            another model than was asked for.
    """
    data = _by(_parsed(_OPENAI, reply), model).data
    rows = [item.embedding for item in _in_order(data, n)]
    if len({len(row) for row in rows}) != 1 or not rows[0]:
        raise Malformed("its vectors differ in length")
    matrix = np.array(rows, dtype=np.float64)
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    if not (norms > 0).all():
        raise Malformed("one of its vectors is zero")
    unit: FloatMatrix = (matrix / norms).astype(np.float32)
    return unit


def to_logits(scores: NDArray[np.float64]) -> FloatVector:
    """Probabilities as logits, float32[n]: p becomes ln(p / (1 - p)).

    Certainty (0 and 1) is cut at 1e-12, a logit of about 27.6 either way.

    Raises:
        Malformed: a probability outside 0 to 1.
    """
    if not _like_probabilities(scores):
        raise Malformed("it gave a score outside 0 to 1, but the registry says probability")
    inside = np.clip(np.asarray(scores, dtype=np.float64), _SURE, 1 - _SURE)
    logits: FloatVector = np.log(inside / (1 - inside)).astype(np.float32)
    return logits


def _like_probabilities(scores: NDArray[np.float64]) -> bool:
    return bool(((scores >= 0) & (scores <= 1)).all())


def _by(reply: _Answer, model: str) -> _Answer:
    """The reply, if it is of the model that was asked for: some servers take any name.

    One may be the longer form of the other ("BAAI/bge-m3" and "bge-m3", "nomic" and "nomic:v1").
    """
    asked, answered = model.casefold(), (reply.model or "").casefold()
    if asked and answered and asked not in answered and answered not in asked:
        raise Malformed(f"it is of the model “{reply.model}”, not of “{model}”")
    return reply


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
        body: Body,
        read: Callable[[bytes, int], NDArray[_Number]],
    ) -> NDArray[_Number]:
        """What ``read`` makes of the replies to all texts, a row or a number each."""
        replies = self._server.ask(texts, body)
        problem = None
        try:
            parts = [read(reply, n) for n, reply in replies]
            if len({part.shape[1:] for part in parts}) != 1:
                raise Malformed("its vectors differ in length")  # noqa: TRY301 - one way out
            return np.concatenate(parts)
        except Malformed as exc:
            problem = self._server.malformed(exc)
        raise problem


class RemoteCrossEncoder(_Remote):
    """A ``CrossEncoder`` behind a ``/rerank`` endpoint."""

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self._probabilities: bool | None = None

    def score(self, query: str, passages: Sequence[str]) -> FloatVector:
        """Logits, float32[len(passages)]; probabilities are turned into logits.

        Raises:
            ModelError: the server failed, or sent something else.
        """
        if not passages:
            return np.zeros(0, dtype=np.float32)
        scores = self._scores(query, passages)
        if not self._gives_probabilities(scores):
            return scores.astype(np.float32)
        problem = None
        try:
            return to_logits(scores)
        except Malformed as exc:
            problem = self._server.malformed(exc)
        raise problem

    def _scores(self, query: str, passages: Sequence[str]) -> NDArray[np.float64]:
        endpoint = self._server.endpoint
        return self._asked(
            passages,
            partial(rerank_body, self._server.spec, query),
            partial(rerank_scores, endpoint.api, model=endpoint.model),
        )

    def _gives_probabilities(self, scores: NDArray[np.float64]) -> bool:
        """Told by the scores where one is outside 0 to 1, else by those of a pair that is sure.

        What the registry says is right where it says probability: then others are refused.
        """
        if self._server.spec.score == "probability":
            return True
        if not _like_probabilities(scores):
            self._probabilities = False
        elif self._probabilities is None or (not self._probabilities and len(scores) >= _TELLING):
            self._probabilities = _like_probabilities(self._scores(_PROBE, _PROBED))
        return bool(self._probabilities)

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
        model = self._server.endpoint.model
        return self._asked(
            texts, partial(embed_body, self._server.spec), partial(vectors, model=model)
        )

    def encode_query(self, query: str) -> FloatVector:
        """Unit vector of a question, float32[dimension]."""
        vector: FloatVector = self.encode([query])[0]
        return vector
