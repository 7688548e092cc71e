"""A threshold for silence, fitted on judged questions, and what it is worth on unseen ones.

Some questions have an answer in the documents, some have none: people have judged their first
passages. The best logit tells the two apart as well as a single number can.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.errors import InputError
from core.evaluate.abstaining import Tally as Tally  # noqa: PLC0414 - a re-export
from core.search.fitted import FittedOn
from core.text.counting import counted

FEWEST_OF_EACH = 5


@dataclass(frozen=True, slots=True)
class SilenceCase:
    """A judged question: the best logit of what an answer is made from, and what is right.

    ``speaks`` is what quotes do today. ``noise``: silent whatever the threshold, because the
    first stage found nothing or the question only repeats itself. ``text`` is the question.
    """

    logit: float
    answerable: bool
    speaks: bool
    noise: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class SilenceFit:
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


def tally(cases: Sequence[SilenceCase], speaks: Sequence[bool]) -> Tally:
    """How many decisions are right.

    >>> tally([SilenceCase(1.0, True, True), SilenceCase(0.0, False, True)], [True, True])
    Tally(spoke=1, answerable=1, silent=0, unanswerable=1)
    """
    both = list(zip(cases, speaks, strict=True))
    return Tally(
        spoke=sum(case.answerable and spoke for case, spoke in both),
        answerable=sum(case.answerable for case in cases),
        silent=sum(not case.answerable and not spoke for case, spoke in both),
        unanswerable=sum(not case.answerable for case in cases),
    )


def threshold_of(cases: Sequence[SilenceCase]) -> float:
    """The best threshold of all midpoints; of equal ones that in the widest gap, then the lowest.

    The best has the highest mean of both shares of right decisions, so that a rare kind of
    question counts as much as a frequent one.

    >>> threshold_of([SilenceCase(x, x > 0, True) for x in (-3.0, -2.0, 1.0, 1.5)])
    -0.5
    """
    known = [case for case in cases if not case.noise]
    logits = sorted({case.logit for case in known})
    gaps = list(pairwise(logits))
    if not gaps or len({case.answerable for case in known}) < 2:
        raise InputError("These questions do not tell silence and answers apart.")

    def worth(gap: tuple[float, float]) -> tuple[float, float, float]:
        middle = sum(gap) / 2
        right = tally(known, [case.logit > middle for case in known]).balanced
        return round(right, 9), gap[1] - gap[0], -middle

    low, high = max(gaps, key=worth)
    return (low + high) / 2


def fit_silence(cases: Sequence[SilenceCase], models: str = "", runtime: str = "") -> SilenceFit:
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
            f"{counted(answerable, 'question')} with an answer and {unanswerable} without one "
            "cannot teach when to keep silent.",
            f"It takes {FEWEST_OF_EACH} of each. A question is without an answer when at least "
            "three of its passages, the first among them, were judged and all got a 0.",
        )
    held = [
        not case.noise and case.logit > threshold_of([*cases[:i], *cases[i + 1 :]])
        for i, case in enumerate(cases)
    ]
    held_out = tally(cases, held)
    today = tally(cases, [case.speaks for case in cases])
    accepted = held_out.balanced > today.balanced
    verdict = _verdict(held_out, today, accepted=accepted)
    on = FittedOn(tuple(case.text for case in cases), runtime)
    return SilenceFit(threshold_of(cases), held_out, today, accepted, verdict, models, on)


def _verdict(held_out: Tally, today: Tally, *, accepted: bool) -> str:
    start = "" if accepted else "Refused, because it decides no better than today. "
    return (
        f"{start}Each question decided by a threshold fitted on the others: it speaks on "
        f"{held_out.spoke} of {counted(held_out.answerable, 'question')} with an answer and is "
        f"silent on {held_out.silent} of {held_out.unanswerable} without one. "
        f"Today: {today.spoke} and {today.silent}."
    )
