"""Does a faster runtime still rank as the reference does?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from core.errors import ModelError
from core.models.registry import MODELS_FOLDER
from core.ports import CrossEncoder, Encoder
from core.schema import FloatMatrix, FloatVector
from core.text.overlap import overlap_at

LEAST_OVERLAP = 0.95
LEAST_TAU = 0.95
LEAST_COSINE = 0.999
DEPTH = 10


@dataclass(frozen=True, slots=True)
class AgreementFigure:
    """A figure and the least that is asked of it; both are shares, 1 is full agreement."""

    name: str
    value: float
    least: float

    @property
    def passed(self) -> bool:
        """Whether it is enough."""
        return self.value >= self.least


def _order(logits: FloatVector) -> list[str]:
    """Positions by falling logit; ties keep the order given."""
    return [str(position) for position in np.argsort(-logits, kind="stable")]


def pooled_tau(
    reference: Sequence[FloatVector], other: Sequence[FloatVector], floor: float
) -> float:
    """Kendall's tau over all pairs of passages of the same question, (C - D) / (C + D).

    Only passages that the reference puts above ``floor`` count: below it the order is chance.
    Pairs that either list ties count neither way. 1 when no pair is left to compare.

    Args:
        reference: logits of each question's passages, float32[n].
        other: the same passages by another runtime.
        floor: a logit.
    """
    agreeing = differing = 0
    for ours, theirs in zip(reference, other, strict=True):
        above = ours > floor
        first = np.sign(np.subtract.outer(ours[above], ours[above]))
        product = first * np.sign(np.subtract.outer(theirs[above], theirs[above]))
        agreeing += int((product > 0).sum()) // 2
        differing += int((product < 0).sum()) // 2
    total = agreeing + differing
    return (agreeing - differing) / total if total else 1.0


def noise_floor(off_topic: FloatVector) -> float:
    """The logit that 95% of off-topic pairs stay below; minus infinity without any."""
    return float(np.quantile(off_topic, 0.95)) if len(off_topic) else float("-inf")


def ranking_agreement(
    reference: Sequence[FloatVector], other: Sequence[FloatVector], floor: float
) -> tuple[AgreementFigure, ...]:
    """The two figures that decide whether a cross-encoder's runtime may be used."""
    overlaps = [
        overlap_at(DEPTH, _order(a), _order(b)) for a, b in zip(reference, other, strict=True)
    ]
    return (
        AgreementFigure(
            "mean top-10 overlap", float(np.mean(overlaps)) if overlaps else 1.0, LEAST_OVERLAP
        ),
        AgreementFigure(
            "tau above the noise floor", pooled_tau(reference, other, floor), LEAST_TAU
        ),
    )


def vector_agreement(reference: FloatMatrix, other: FloatMatrix) -> tuple[AgreementFigure, ...]:
    """The figure that decides for an encoder: the least cosine of a text's two unit vectors."""
    cosines = np.einsum("ij,ij->i", reference, other)
    least = float(cosines.min()) if len(cosines) else 1.0
    return (AgreementFigure("lowest cosine", least, LEAST_COSINE),)


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
            f"The reference {file.name} is damaged.", "Download the project again."
        ) from exc


def agreement(model: Encoder | CrossEncoder, reference: Reference) -> tuple[AgreementFigure, ...]:
    """How far a model on another runtime agrees with the reference."""
    if not reference.queries:
        vectors = cast(Encoder, model).encode(reference.texts)
        return vector_agreement(reference.values, vectors)
    scorer = cast(CrossEncoder, model)
    logits = [scorer.score(query, reference.texts) for query in reference.queries]
    return ranking_agreement(list(reference.values), logits, reference.floor)
