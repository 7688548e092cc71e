"""An order by learned weights over what is known of each passage; ``core.learn`` fits them."""

from __future__ import annotations

from collections.abc import Sequence
from math import log1p

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import InputError
from core.schema import Candidate, FloatVector, Stage
from core.search.blend import standardised
from core.text.counting import counted

FEATURES = ("dense", "bm25", "logit", "length", "position")
RETRIEVERS: tuple[Stage, ...] = ("dense", "bm25")
Matrix = NDArray[np.float64]


def features(candidates: Sequence[Candidate], logits: FloatVector) -> Matrix:
    """What is known of each passage, float64[n, 5], standardised within these n.

    In the order of FEATURES: both retrievers' scores, the logit, log(1 + tokens), and the place
    in the document as log(1 + ordinal). What a retriever did not find gets the lowest score that
    it gave to any of these; a retriever that was not asked says nothing.
    """
    found = [{hit.stage: hit.score for hit in c.hits} for c in candidates]
    columns: list[ArrayLike] = [
        *(_filled([scores.get(stage) for scores in found]) for stage in RETRIEVERS),
        np.asarray(logits, dtype=np.float64),
        [log1p(c.chunk.tokens) for c in candidates],
        [log1p(c.chunk.ordinal) for c in candidates],
    ]
    return np.column_stack([standardised(column) for column in columns])


def _filled(scores: Sequence[float | None]) -> list[float]:
    lowest = min((score for score in scores if score is not None), default=0.0)
    return [lowest if score is None else score for score in scores]


def learned_order(
    candidates: Sequence[Candidate], logits: FloatVector, weights: Sequence[float]
) -> list[int]:
    """Positions by falling weighted sum of the features, ties by chunk id.

    Raises:
        InputError: there is not one weight for each feature.
    """
    if len(weights) != len(FEATURES):
        raise InputError(
            f"{counted(len(weights), 'weight')} for {counted(len(FEATURES), 'feature')} were given."
        )
    if not candidates:
        return []
    scores = features(candidates, logits) @ np.asarray(weights, dtype=np.float64)
    return sorted(range(len(candidates)), key=lambda i: (-scores[i], candidates[i].chunk.id))
