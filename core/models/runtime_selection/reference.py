"""What torch in float32 gives for a few texts, shipped beside the bundled models.

A first start compares a faster runtime with it, in a third of a second and without torch. Whether
the runtime is the fastest one that agrees on more than this is measured later.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from core.errors import ModelError
from core.models.registry import MODELS_FOLDER
from core.models.runtime_selection.agreement import (
    AgreementFigure,
    ranking_agreement,
    vector_agreement,
)
from core.ports import CrossEncoder, Encoder
from core.schema import FloatMatrix

TEXT_CHARACTERS = 200


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """``values`` are logits, float32[queries, texts], or without queries vectors of the texts.

    ``floor`` is the logit below which the order of passages is chance.
    """

    queries: tuple[str, ...]
    texts: tuple[str, ...]
    values: FloatMatrix
    floor: float = 0.0


def reference_file(weights: str, folder: Path = MODELS_FOLDER) -> Path:
    """Where the reference of these weights belongs."""
    return folder / "reference" / f"{weights[:16]}.npz"


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


def read_reference(file: Path) -> Reference:
    """The reference that ``save_reference`` wrote.

    Raises:
        ModelError: it cannot be read.
    """
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            head = json.loads(arrays["head"].tobytes())
            values = np.asarray(arrays["values"], dtype=np.float32)
        queries, texts = tuple(head["queries"]), tuple(head["texts"])
        return Reference(queries, texts, values, float(head["floor"]))
    except Exception as exc:  # numpy, zipfile and zlib raise many kinds for a damaged file
        raise ModelError(
            f"The reference {file.name} is damaged.", "Fetch the project again."
        ) from exc


def agreement(model: Encoder | CrossEncoder, reference: Reference) -> tuple[AgreementFigure, ...]:
    """How far a model on another runtime agrees with the reference."""
    if not reference.queries:
        vectors = cast(Encoder, model).encode(reference.texts)
        return vector_agreement(reference.values, vectors)
    scorer = cast(CrossEncoder, model)
    logits = [scorer.score(query, reference.texts) for query in reference.queries]
    return ranking_agreement(list(reference.values), logits, reference.floor)


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
