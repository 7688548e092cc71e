"""Judged questions as a threshold for silence is learned from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.answer.extractive import is_answerable
from core.learn.material import Judged
from core.learn.silence_fit import SilenceCase
from core.ports import CrossEncoder
from core.schema import Comparison, Reranked
from core.silence.rules import silence_rules

READ = 5
"""An answer is made from so many passages, unless a person chooses another number."""
ANSWERS = 2
"""From this grade a passage answers the question, at least in part."""
JUDGED = 3


def silence_cases(material: Sequence[Judged], scorer: CrossEncoder) -> list[SilenceCase]:
    """The questions that are known to have an answer, or to have none; others are left out.

    Args:
        material: questions as they are ranked today, with grades.
        scorer: the cross-encoder that gave their logits.
    """
    cases = []
    for found in material:
        top = [item for item in found.comparison.reranked[:READ] if item.scored == "full"]
        known = has_answer(found.comparison, found.grades)
        if known is None or not top:
            continue
        rules = silence_rules(found.comparison)
        speaks = is_answerable(top, scorer, rules)
        cases.append(SilenceCase(_best(top), known, speaks, rules.only_noise))
    return cases


def has_answer(comparison: Comparison, grades: Mapping[str, int]) -> bool | None:
    """Whether the documents answer the question, as people judged it; None when that is open.

    Yes with a grade of 2 or 3. No when three or more passages were judged, the first one among
    them, and all got a 0.
    """
    if max(grades.values(), default=0) >= ANSWERS:
        return True
    first = comparison.reranked[0].chunk.id if comparison.reranked else None
    zeros = len(grades) >= JUDGED and not any(grades.values())
    return False if zeros and first in grades else None


def _best(top: Sequence[Reranked]) -> float:
    return max(item.logit for item in top if item.logit is not None)
