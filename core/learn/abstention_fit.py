"""An abstention threshold, fitted on judged questions, and what it is worth on unseen ones.

Some questions have an answer in the documents, some have none: people have judged their first
passages. The best logit tells the two apart as well as a single number can.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.answer.abstention import abstains, abstention_rules, passages_read
from core.errors import InputError
from core.evaluate.claims import Tally, has_answer, tally
from core.learn.material import Judged
from core.ports import CrossEncoder
from core.search.fitted import FittedOn
from core.text.counting import counted

FEWEST_OF_EACH = 5


@dataclass(frozen=True, slots=True)
class AbstentionCase:
    """A judged question: the best logit of what an answer is made from, and what is right.

    ``abstains`` is what quotes do today. ``noise``: they abstain whatever the threshold, because
    the first stage found nothing or the question only repeats itself. ``text`` is the question.
    """

    logit: float
    answerable: bool
    abstains: bool
    noise: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class AbstentionFit:
    """The logit that the best passage must be above.

    ``held_out``: each question decided by a threshold that was fitted on all others. ``models``
    names those that it was fitted with, empty where that was not kept, and ``fitted_on`` the
    questions.
    """

    threshold: float
    held_out: Tally
    today: Tally
    accepted: bool
    verdict: str
    models: str = ""
    fitted_on: FittedOn = FittedOn()  # noqa: RUF009 - frozen

    @property
    def numbers(self) -> tuple[float, ...]:
        """The threshold as the settings of a search carry it."""
        return (self.threshold,)


def abstention_cases(
    material: Sequence[Judged], cross_encoder: CrossEncoder
) -> list[AbstentionCase]:
    """The questions that are known to have an answer, or to have none; others are left out.

    Args:
        material: questions as they are ranked today, with grades.
        cross_encoder: that gave their logits.
    """
    cases = []
    for judged in material:
        comparison = judged.comparison
        firsts = [item.chunk.id for item in comparison.reranked[:1]]
        answerable = has_answer(firsts, judged.grades)
        today = abstains(comparison, cross_encoder)
        if answerable is None or today is None:
            continue
        best = max(p.logit for p in passages_read(comparison) if p.logit is not None)
        noise = abstention_rules(comparison).only_noise
        cases.append(AbstentionCase(best, answerable, today, noise, comparison.query))
    return cases


def threshold_of(cases: Sequence[AbstentionCase]) -> float:
    """The best threshold of all midpoints; of equal ones that in the widest gap, then the lowest.

    The best has the highest mean of both shares of right decisions, so that a rare kind of
    question counts as much as a frequent one.

    >>> threshold_of([AbstentionCase(x, x > 0, False) for x in (-3.0, -2.0, 1.0, 1.5)])
    -0.5
    """
    telling = [case for case in cases if not case.noise]
    logits = sorted({case.logit for case in telling})
    gaps = list(pairwise(logits))
    if not gaps or len({case.answerable for case in telling}) < 2:
        raise InputError("These questions do not show where to abstain.")

    def worth(gap: tuple[float, float]) -> tuple[float, float, float]:
        middle = sum(gap) / 2
        right = tally((case.answerable, case.logit <= middle) for case in telling).balanced
        return round(right, 9), gap[1] - gap[0], -middle

    low, high = max(gaps, key=worth)
    return (low + high) / 2


def fit_abstention(
    cases: Sequence[AbstentionCase], models: str = "", runtime: str = ""
) -> AbstentionFit:
    """Fit on all questions; accepted when the held-out decisions are better than today's.

    Args:
        cases: judged questions of both kinds.
        models: names the models that found and read the passages.
        runtime: names what computed them.

    Raises:
        InputError: fewer than five of a kind.
    """
    useful = [case for case in cases if not case.noise]
    answerable = sum(case.answerable for case in useful)
    unanswerable = len(useful) - answerable
    if min(answerable, unanswerable) < FEWEST_OF_EACH:
        raise InputError(
            f"{counted(answerable, 'answerable question')} and {unanswerable} unanswerable are "
            "too few to fit a threshold.",
            f"At least {FEWEST_OF_EACH} of each are needed. A question counts as unanswerable "
            "when at least three of its passages, including the first, were judged and all got "
            "a 0.",
        )
    held_out = tally(
        (case.answerable, case.noise or case.logit <= threshold_of([*cases[:i], *cases[i + 1 :]]))
        for i, case in enumerate(cases)
    )
    today = tally((case.answerable, case.abstains) for case in cases)
    accepted = held_out.balanced > today.balanced
    verdict = _verdict(held_out, today, accepted=accepted)
    on = FittedOn(tuple(case.text for case in cases), runtime)
    return AbstentionFit(threshold_of(cases), held_out, today, accepted, verdict, models, on)


def _verdict(held_out: Tally, today: Tally, *, accepted: bool) -> str:
    start = "" if accepted else "Refused, because it decides no better than the current threshold. "
    return (
        f"{start}Each question was decided by a threshold fitted on the others: quotes answer "
        f"{held_out.answered} of {counted(held_out.answerable, 'answerable question')} and "
        f"abstain on {held_out.abstained} of {held_out.unanswerable} unanswerable. Without the "
        f"fit: {today.answered} and {today.abstained}."
    )
