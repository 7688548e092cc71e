"""What is refused, with the status and in the shape that the asking client reads.

Clients try 408, 409, 429 and 5xx again, some of them thirty times: what will not get better by
that has another status.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from core.errors import (
    InputError,
    ModelError,
    NotFound,
    Overloaded,
    SecondLookError,
    Stopping,
    StoreError,
    TooLarge,
)

Shape = Literal["tei", "infinity", "general"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused request: ``kind`` is one of Text Embeddings Inference's error types.

    ``place`` is where in the body something is wrong, ``retry_after`` in seconds, 0 for never.
    """

    status: int
    kind: str
    message: str
    place: tuple[str | int, ...] = ("body",)
    retry_after: int = 0

    @property
    def headers(self) -> dict[str, str]:
        """When to ask again, and how to say who one is."""
        headers = {"retry-after": str(self.retry_after)} if self.retry_after else {}
        return headers | ({"www-authenticate": "Bearer"} if self.status == 401 else {})

    def body(self, shape: Shape) -> dict[str, Any]:
        """The refusal as JSON.

        Args:
            shape: ``tei`` for ``/rerank`` with texts, ``infinity`` for ``/rerank`` with documents;
                ``general`` is read by the clients of OpenAI, Cohere (v1, v2) and Jina.
        """
        if shape == "tei":
            return {"error": self.message, "error_type": self.kind}
        if shape == "infinity":
            entry = {"loc": list(self.place), "msg": self.message, "type": self.kind.lower()}
            return {"detail": [entry]}
        error = {"message": self.message, "type": self.kind.lower(), "code": str(self.status)}
        return {"error": error, "message": self.message, "detail": self.message}


_STATUS: dict[type[SecondLookError], tuple[int, str]] = {
    TooLarge: (413, "Validation"),
    NotFound: (404, "Validation"),
    InputError: (422, "Validation"),
    ModelError: (424, "Backend"),
    Overloaded: (429, "Overloaded"),
    Stopping: (503, "Unhealthy"),
    StoreError: (503, "Unhealthy"),
}
"""The first that an error is of; a damaged index is being repaired, so that it may get better."""


def refusal_of(error: SecondLookError) -> Refusal:
    """How an error of ours is refused."""
    found = next((v for kind, v in _STATUS.items() if isinstance(error, kind)), (500, "Backend"))
    retry = error.retry_after if isinstance(error, Overloaded) else 1 if found[0] == 503 else 0
    return Refusal(*found, str(error), retry_after=retry)


def shape_of(path: str, body: object) -> Shape:
    """Which shape the client of a request reads; ``/rerank`` is spoken by two kinds of them."""
    if not path.endswith("/rerank") or path.endswith(("/v1/rerank", "/v2/rerank")):
        return "general"
    return "infinity" if isinstance(body, dict) and "documents" in body else "tei"
