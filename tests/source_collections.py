"""Qdrant collections as other programs make them, on the small server of the tests."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from qdrant_client import QdrantClient, models

from tests.fakes import FakeEncoder
from tests.qdrant_server import QdrantServer

ENCODER = FakeEncoder()
TEXTS = {
    11: "The board may approve the travel budget.",
    12: "Cats sleep most of a day.",
    13: "You may approve the report of another person, not your own report.",
}
ASKED = "Who may approve a report?"
DEEP = {
    number: {"metadata": {"title": f"Rule {number}", "text": text, "year": 2000 + number}}
    for number, text in TEXTS.items()
}


def params(
    size: int = ENCODER.dimension, distance: str = "Cosine", **others: Any
) -> models.VectorParams:
    """Of dense vectors."""
    return models.VectorParams(size=size, distance=models.Distance(distance), **others)


def vector(text: str) -> list[float]:
    """As the fake encoder has it."""
    return [float(number) for number in ENCODER.encode([text])[0]]


def fill(
    server: QdrantServer,
    name: str,
    vectors: Any,
    payloads: Mapping[int, Mapping[str, Any]] = DEEP,
    wrapped: Sequence[str] = (),
    bare: Sequence[int] = (),
    **options: Any,
) -> None:
    """Make a collection; its vectors are of the texts, named as in ``wrapped`` if at all.

    Points in ``bare`` have none (they can only where vectors have names).
    """
    client = QdrantClient(url=server.url, check_compatibility=False)
    client.create_collection(name, vectors, **options)
    points = []
    for number, payload in payloads.items():
        made = vector(TEXTS.get(number, json.dumps(payload)))
        named = {key: made for key in wrapped if number not in bare}
        points.append(
            models.PointStruct(id=number, vector=named if wrapped else made, payload=dict(payload))
        )
    client.upsert(name, points)
    client.close()
