"""Judged questions as a threshold for silence is learned from them."""

from __future__ import annotations

from collections.abc import Sequence

from core.answer.abstention import silence_rules
from core.answer.extractive import is_answerable
from core.evaluate.abstaining import has_answer
from core.learn.abstention_fit import SilenceCase
from core.learn.material import Judged
from core.ports import CrossEncoder
from core.schema import Comparison, Reranked

READ = 5
"""An answer is made from so many passages, unless a person chooses another number."""


def silence_cases(material: Sequence[Judged], scorer: CrossEncoder) -> list[SilenceCase]:
    """The questions that are known to have an answer, or to have none; others are left out.

    Args:
        material: questions as they are ranked today, with grades.
        scorer: the cross-encoder that gave their logits.
    """
    cases = []
    for found in material:
        top = _read(found.comparison)
        firsts = [item.chunk.id for item in found.comparison.reranked[:1]]
        known = has_answer(firsts, found.grades)
        if known is None or not top:
            continue
        rules = silence_rules(found.comparison)
        speaks = is_answerable(top, scorer, rules)
        text = found.comparison.query
        cases.append(SilenceCase(_best(top), known, speaks, rules.only_noise, text))
    return cases


def quotes_speak(comparison: Comparison, scorer: CrossEncoder) -> bool | None:
    """Whether quotes speak about a question today; None when none of its passages was read."""
    top = _read(comparison)
    return is_answerable(top, scorer, silence_rules(comparison)) if top else None


def _read(comparison: Comparison) -> list[Reranked]:
    """What an answer is made from, as far as the full model has read it."""
    return [item for item in comparison.reranked[:READ] if item.scored == "full"]


def _best(top: Sequence[Reranked]) -> float:
    return max(item.logit for item in top if item.logit is not None)
