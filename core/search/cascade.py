"""Which candidates the full model reads after a cheap pass, and what that costs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from core.errors import InputError
from core.schema import Candidate, FloatVector
from core.search.blend import blended, by_logit

CHEAP_CHARACTERS = 300
"""What the cheap pass reads of a passage: about 64 tokens (decision 52)."""
CHEAP_WEIGHT = 0.5
"""Of the cheap pass against the first stage, when the best are chosen (decision 52)."""


def beginning(passage: str, most: int = CHEAP_CHARACTERS) -> str:
    """At most so many characters, up to the end of a word where there is one.

    >>> beginning("one two three", most=9)
    'one two'
    """
    if len(passage) <= most:
        return passage
    cut = passage[:most]
    pieces = cut.rsplit(maxsplit=1)
    whole = passage[most].isspace() or len(pieces) < 2
    return cut if whole else pieces[0]


def chosen(candidates: Sequence[Candidate], cheap: ArrayLike, most: int) -> list[int]:
    """Positions of the ``most`` candidates that the full model should read, best first.

    A beginning alone misjudges a passage that answers at its end, so half of the choice is the
    first stage's, which saw the whole passage. Equal sums are ordered by chunk id.

    Args:
        candidates: those that the cheap pass read.
        cheap: its logit of each.
        most: how many the full model reads.
    """
    mixed = blended([candidate.score for candidate in candidates], cheap, CHEAP_WEIGHT)
    order = sorted(range(len(candidates)), key=lambda i: (-mixed[i], candidates[i].chunk.id))
    return order[:most]


def cascade_loss(
    candidates: Sequence[Candidate],
    logits: FloatVector,
    cheap: FloatVector,
    most: int,
    top_n: int = 5,
) -> float:
    """Share of the full pass's top n that the cascade's top n does not have, 0 to 1.

    Args:
        candidates: n of them.
        logits: float32[n] of the full model.
        cheap: float32[n] of the cheap pass.
        most: how many the full model would read.
        top_n: how many of the best count, at least 1.

    Raises:
        InputError: the top n is below 1.
    """
    if top_n < 1:
        raise InputError(f"A top {top_n} holds nothing.", "Choose 1 or more.")
    best = by_logit(candidates, logits)[:top_n]
    picked = np.array(chosen(candidates, cheap, most), dtype=np.intp)
    own = by_logit([candidates[i] for i in picked], logits[picked])[:top_n]
    return 1.0 - len(set(best) & {int(picked[i]) for i in own}) / len(best) if best else 0.0
