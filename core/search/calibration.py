"""What chance looks like in a collection, and a relevance that is made from it.

Off-topic probe questions are asked of the collection. What their best passages score, in both
stages, is the noise: a question whose best passage is not above it is not answered by the
collection, as far as these models can tell (docs/decisions/0061).
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import InputError
from core.models.registry import MODELS_FOLDER
from core.schema import Calibration, FloatVector
from core.text.overlap import logistic

PROBES_FILE = MODELS_FOLDER / "probes.toml"
QUANTILE = 0.95
PROBE_DEPTH = 10
ANSWERED = 0.5
AT_FLOOR = 0.05
"""The relevance shown for a passage at the noise floor; at the middle it is 0.5."""


@dataclass(frozen=True, slots=True)
class Noise:
    """What one probe got: the best cosine of the first stage, the best logit of the second."""

    cosine: float
    logit: float


@dataclass(frozen=True, slots=True)
class NoiseFloor:
    """The ``quantile`` of the best scores of ``probes`` off-topic questions.

    ``logit`` and ``cosine`` are in the units of the two models that were asked.
    """

    logit: float
    cosine: float
    quantile: float
    probes: int


def probe_questions(path: Path = PROBES_FILE) -> tuple[str, ...]:
    """The off-topic questions that come with the project.

    Raises:
        InputError: the file is missing or has another form.
    """
    try:
        probes = tomllib.loads(path.read_text(encoding="utf-8"))["probes"]
    except (OSError, ValueError, KeyError) as exc:
        raise InputError(
            f"{path.name} cannot be read: {exc}.",
            "Download the project again; this file is part of it.",
        ) from exc
    return tuple(str(probe) for probe in probes)


def floor_of(noises: Sequence[Noise], quantile: float = QUANTILE) -> Noise:
    """The quantile of both scores, each for itself.

    A high quantile, not the maximum: a few probes may be on topic in somebody's collection, and
    one odd score should not decide. The value is one that a probe had (no interpolation).

    >>> floor_of([Noise(0.1, -5.0), Noise(0.3, -1.0)] * 10, 0.5)
    Noise(cosine=0.1, logit=-5.0)
    """
    if not noises:
        raise InputError("There is no probe question.", "Give at least one.")
    cosine, logit = np.quantile(
        [(noise.cosine, noise.logit) for noise in noises], quantile, axis=0, method="lower"
    )
    return Noise(float(cosine), float(logit))


def unanswered(noises: Sequence[Noise], own: Calibration) -> list[Noise]:
    """The probes that the collection does not answer, by the model's own relevance of 0.5.

    In an encyclopedia "Why is the sky blue?" is no noise. All of them when more than half are
    answered: such a model's relevance says nothing.
    """
    logits = np.array([noise.logit for noise in noises], dtype=np.float32)
    relevances = relevance(logits, own)
    kept = [noise for noise, value in zip(noises, relevances, strict=True) if value < ANSWERED]
    return kept if 2 * len(kept) >= len(noises) else list(noises)


def anchored(own: Calibration, floor: float) -> Calibration:
    """A line through two anchors: 0.05 at the noise floor, 0.5 where the model's own line has it.

    When the floor is so high that the line would be steeper than the model's own, its own slope
    is kept, and the 0.5 moves up with the floor. So the value is never surer than the model was
    fitted to be, and stays monotone in the logit. The sigmoid is Platt's (1999).

    >>> line = anchored(Calibration(1.0, 0.0), floor=-4.0)
    >>> round(line.slope, 3), line.intercept
    (0.736, 0.0)
    """
    reach = math.log((1 - AT_FLOOR) / AT_FLOOR)
    middle = max(-own.intercept / own.slope, floor + reach / own.slope)
    slope = reach / (middle - floor)
    return Calibration(slope, -slope * middle)


def relevance(logits: FloatVector, calibration: Calibration) -> FloatVector:
    """Platt's sigmoid of the logits, float32[n] from 0 to 1.

    For display only, never to rank by: it saturates where logits still differ.
    """
    scaled = calibration.slope * np.asarray(logits, dtype=np.float64) + calibration.intercept
    return logistic(scaled).astype(np.float32)
