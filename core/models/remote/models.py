"""A cross-encoder and an encoder that run on a server: the same ports, over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from core.models.remote.server import Server
from core.models.remote.wire import (
    Malformed,
    embed_body,
    rerank_body,
    rerank_scores,
    to_logits,
    vectors,
)
from core.schema import FloatMatrix, FloatVector, ModelInfo


def _batches(texts: Sequence[str], size: int) -> list[Sequence[str]]:
    return [texts[start : start + size] for start in range(0, len(texts), size)]


class RemoteCrossEncoder:
    """A ``CrossEncoder`` behind a ``/rerank`` endpoint."""

    def __init__(self, server: Server) -> None:
        self._server = server

    @property
    def info(self) -> ModelInfo:
        """Which model this is, and that it is remote."""
        return self._server.info

    def score(self, query: str, passages: Sequence[str]) -> FloatVector:
        """Logits, float32[len(passages)]; probabilities are turned into logits.

        Raises:
            ModelError: the server failed, or sent something else.
        """
        if not passages:
            return np.zeros(0, dtype=np.float32)
        server = self._server
        batches = _batches(passages, server.endpoint.batch)
        replies = server.ask([rerank_body(server.spec, query, batch) for batch in batches])
        problem = None
        try:
            parts = [
                to_logits(rerank_scores(server.endpoint.api, reply, len(batch)), server.spec)
                for reply, batch in zip(replies, batches, strict=True)
            ]
            return np.concatenate(parts)
        except Malformed as exc:
            problem = server.malformed(exc)
        raise problem

    def truncated(self, query: str, passages: Sequence[str]) -> list[bool]:
        """Always False: what the server cuts cannot be seen from here."""
        del query
        return [False] * len(passages)


class RemoteEncoder:
    """An ``Encoder`` behind a ``/v1/embeddings`` endpoint.

    Texts are cut into chunks by the bundled encoder's tokens: a server does not show its own.
    """

    def __init__(self, server: Server, token_spans: Callable[[str], list[tuple[int, int]]]) -> None:
        self._server = server
        self.token_spans = token_spans

    @property
    def info(self) -> ModelInfo:
        """Which model this is, and that it is remote."""
        return self._server.info

    @cached_property
    def dimension(self) -> int:
        """Length of a vector; the server is asked for one."""
        return int(self._vectors(["dimension"]).shape[1])

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        """Unit vectors of passages, float32[len(texts), dimension].

        Raises:
            ModelError: the server failed, or sent something else.
        """
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return self._vectors(texts)

    def encode_query(self, query: str) -> FloatVector:
        """Unit vector of a question, float32[dimension]."""
        vector: FloatVector = self.encode([query])[0]
        return vector

    def _vectors(self, texts: Sequence[str]) -> FloatMatrix:
        server = self._server
        batches = _batches(texts, server.endpoint.batch)
        replies = server.ask([embed_body(server.spec, batch) for batch in batches])
        problem = None
        try:
            parts = [vectors(r, len(batch)) for r, batch in zip(replies, batches, strict=True)]
            if len({part.shape[1] for part in parts}) != 1:
                raise Malformed("its vectors are not of one length")  # noqa: TRY301 - one way out
            return np.concatenate(parts)
        except Malformed as exc:
            problem = server.malformed(exc)
        raise problem
