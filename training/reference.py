"""What torch in float32 gives for a few texts: a first start compares faster runtimes with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.models.runtime_selection.agreement import Reference
from core.ports import CrossEncoder, Encoder

TEXT_CHARACTERS = 200


def save_reference(reference: Reference, file: Path) -> None:
    """Write a reference, compressed."""
    head = {"queries": reference.queries, "texts": reference.texts, "floor": reference.floor}
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as stream:
        np.savez_compressed(
            stream,
            head=np.frombuffer(json.dumps(head).encode(), dtype=np.uint8),
            values=reference.values,
        )


def make_cross_encoder_reference(
    model: CrossEncoder, queries: Sequence[str], passages: Sequence[str]
) -> Reference:
    """The logits of every query with every passage; the lower half of them counts as chance."""
    texts = tuple(passage[:TEXT_CHARACTERS] for passage in passages)
    logits = np.stack([model.score(query, texts) for query in queries])
    return Reference(tuple(queries), texts, logits, float(np.quantile(logits, 0.5)))


def make_encoder_reference(model: Encoder, passages: Sequence[str]) -> Reference:
    """The vectors of some passages."""
    texts = tuple(passage[:TEXT_CHARACTERS] for passage in passages)
    return Reference((), texts, model.encode(texts))
