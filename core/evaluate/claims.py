"""What may be claimed of a difference: on questions that nothing was fitted on, and of abstention.

Weights, a skip predictor or a threshold look better on their own questions than on any other. What
is said of them says so, and separates the questions they have not seen.

An abstention threshold leaves the ranking as it is, so no measure of a ranking sees it. What it
decides is right or wrong for each question of which people know whether it has an answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.evaluate.compare import Difference, difference_of, verdict
from core.evaluate.configurations import Plan
from core.evaluate.judging.judgments import folded
from core.evaluate.outcome import Measured, Outcome
from core.evaluate.rankings import Ranking
from core.search_settings import Fits, SecondStageSettings
from core.text.counting import counted

RIGHT = "right decisions"
ANSWERING_GRADE = 2
"""From this grade a passage answers the question, at least in part."""
JUDGED = 3
Values = Mapping[str, float]
"""Question -> value of one configuration."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A difference, and what both sides were fitted on.

    ``values`` are those of both sides on the measured questions. ``own`` are the questions that
    either side was fitted on, None when nobody kept them; ``fitted`` says whether anything was.
    ``held_out`` is what was said of questions that were left out of the fit, if that is known.
    """

    difference: Difference
    values: tuple[Values, Values]
    own: frozenset[str] | None
    fitted: bool
    held_out: str = ""

    @property
    def verdict(self) -> str:
        """The verdict; on questions that something was fitted on it claims nothing beyond them."""
        words = verdict(self.difference)
        if not self.fitted or self.own == frozenset():
            return words
        if self.own is None:
            return f"Perhaps in-sample: {words}"
        part = "In-sample" if len(self.own) == len(self.values[0]) else "Partly in-sample"
        return f"{part}: {words}"

    @property
    def settled(self) -> bool:
        """Whether the verdict speaks of a gain or a loss on questions that nothing learned from."""
        return self.difference.settled and self.verdict == verdict(self.difference)

    @property
    def remark(self) -> str:
        """What the verdict is worth where something was fitted; empty where nothing was."""
        left_out = f" On questions that were held out of the fit: {self.held_out}"
        return self._worth() + (left_out if self.held_out and self.own != frozenset() else "")

    def _worth(self) -> str:
        if not self.fitted:
            return ""
        if self.own is None:
            return (
                "The questions it was fitted on were not recorded. If they are among these, the "
                "difference is too optimistic. Fit it again to be sure."
            )
        measured = counted(len(self.values[0]), "question")
        if not self.own:
            return f"It was fitted on none of the {measured} measured here."
        if len(self.own) == len(self.values[0]):
            return (
                f"It was fitted on the {measured} measured here, so the difference is too "
                "optimistic. Measure it on other questions."
            )
        others = len(self.values[0]) - len(self.own)
        return (
            f"It was fitted on {len(self.own)} of the {measured} measured here, which makes it "
            "look better. "
            f"On the {'other one' if others == 1 else f'{others} others'}: {self._unseen()}"
        )

    def _unseen(self) -> str:
        d = self.difference
        base, other = (
            {q: value for q, value in values.items() if q not in (self.own or ())}
            for values in self.values
        )
        return verdict(difference_of(base, other, d.measure, (d.base, d.other)))


def claim_of(outcome: Outcome, difference: Difference) -> Claim:
    """A difference of an outcome, with what the orders of its configurations were fitted on."""
    base, other = (outcome.run(name) for name in (difference.base, difference.other))
    values = base.values[difference.measure], other.values[difference.measure]
    return _claim(difference, values, [run for run in (base, other) if not run.keeps_order])


def _claim(
    difference: Difference, values: tuple[Values, Values], fitted: Sequence[Measured]
) -> Claim:
    """A difference of any values, with what these configurations were fitted on."""
    fits = [fit for run in fitted if (fit := run.configuration.fitted_on) is not None]
    fitted_on = {folded(question) for fit in fits for question in fit.questions}
    own = frozenset(question for question in values[0] if folded(question) in fitted_on)
    unknown = not all(fit.questions for fit in fits)
    held_out = fits[-1].held_out if fits else ""
    return Claim(difference, values, None if unknown else own, bool(fits), held_out)


def twin_of(outcome: Outcome, run: Measured) -> Measured | None:
    """The same search without what was fitted, else without reranking, if it was measured too."""
    configuration = run.configuration
    second = configuration.settings.second
    on = second.skip_predictor and second.fits.skip_predictor is None
    plain = replace(second, fits=Fits(), skip_predictor=on)
    if configuration.fitted_on is None:
        plain = SecondStageSettings(enabled=False)
    settings = replace(configuration.settings, second=plain)
    wanted = replace(configuration, name="", fitted_on=None, settings=settings)
    runs = {replace(other.configuration, name=""): other for other in outcome.runs}
    return runs.get(wanted)


def against_the_same(outcome: Outcome, name: str, measure: str) -> Claim | None:
    """What the fit, or reranking, changes alone; None where the baseline shows it anyway.

    Nor for an abstention threshold, which changes no ranking (see ``abstentions``).
    """
    run = outcome.run(name)
    twin = twin_of(outcome, run)
    if twin is None or twin.name in {outcome.baseline, name} or run.keeps_order:
        return None
    values = twin.values[measure], run.values[measure]
    return claim_of(outcome, difference_of(*values, measure, (twin.name, name)))


@dataclass(frozen=True, slots=True)
class Tally:
    """Right decisions: ``answered`` of ``answerable``, ``abstained`` of ``unanswerable``."""

    answered: int
    answerable: int
    abstained: int
    unanswerable: int

    @property
    def balanced(self) -> float:
        """The mean of both shares, 0 to 1; each of them at least of one question."""
        return (self.answered / self.answerable + self.abstained / self.unanswerable) / 2


def has_answer(firsts: Iterable[str], grades: Mapping[str, int]) -> bool | None:
    """Whether the documents answer a question, as people judged it; None when that is open.

    Yes with a grade of 2 or 3. No when three or more passages were judged, the first of every
    list among them, and all got a 0.

    Args:
        firsts: chunk ids of the first passages; none when nothing was found.
        grades: chunk id -> grade.

    >>> has_answer(["a"], {"a": 0, "b": 2}), has_answer(["a"], {"a": 0, "b": 0, "c": 0})
    (True, False)
    """
    if max(grades.values(), default=0) >= ANSWERING_GRADE:
        return True
    ids = list(firsts)
    zeros = len(grades) >= JUDGED and not any(grades.values())
    return False if zeros and ids and all(first in grades for first in ids) else None


def decides_abstention(plan: Plan) -> bool:
    """Whether an abstention threshold is measured."""
    return any(c.settings.second.fits.abstention is not None for c in plan.configurations)


def answerable(
    plan: Plan,
    rankings: Mapping[str, Mapping[str, Ranking]],
    grades: Mapping[str, Mapping[str, int]],
) -> dict[str, bool]:
    """Question -> whether the documents answer it, for those of which people know.

    Args:
        plan: what was asked.
        rankings: configuration -> question -> ranking.
        grades: question -> chunk id -> grade, on the chunks of the baseline.
    """
    place = plan.configuration(plan.baseline).collection
    lists = [rankings[c.name] for c in plan.configurations if c.collection == place]
    answers = {
        q.text: has_answer([i for each in lists for i in each[q.text].final[:1]], grades[q.text])
        for q in plan.questions
        if q.text in grades
    }
    return {question: answer for question, answer in answers.items() if answer is not None}


def tally(decisions: Iterable[tuple[bool, bool]]) -> Tally:
    """How many decisions are right; each is whether there is an answer, and whether it abstained.

    >>> tally([(True, False), (False, False)])
    Tally(answered=1, answerable=1, abstained=0, unanswerable=1)
    """
    counts = Counter(decisions)
    return Tally(
        answered=counts[True, False],
        answerable=counts[True, False] + counts[True, True],
        abstained=counts[False, True],
        unanswerable=counts[False, True] + counts[False, False],
    )


def right(outcome: Outcome, run: Measured) -> dict[str, float]:
    """Question -> 1 for a right decision, else 0."""
    return {q: float(abstains != outcome.answerable[q]) for q, abstains in run.abstains.items()}


def abstentions(outcome: Outcome) -> list[Claim]:
    """Every configuration with an abstention threshold, against the same one without it.

    By the questions that both decided, 1 for a right decision; empty when there is none.
    """
    claims = []
    for run in outcome.runs:
        twin = twin_of(outcome, run)
        if not run.keeps_order or twin is None:
            continue
        base, other = right(outcome, twin), right(outcome, run)
        both = [question for question in base if question in other]
        if both:
            values = {q: base[q] for q in both}, {q: other[q] for q in both}
            difference = difference_of(*values, RIGHT, (twin.name, run.name))
            claims.append(_claim(difference, values, (twin, run)))
    return claims


def abstention_words(outcome: Outcome, name: str) -> str:
    """How often quotes answer and abstain as they should, in one sentence.

    Args:
        outcome: in which the configuration was measured.
        name: of the configuration.
    """
    decisions = outcome.run(name).abstains.items()
    right = tally((outcome.answerable[question], abstains) for question, abstains in decisions)
    return (
        f"{name}: answers {right.answered} of "
        f"{counted(right.answerable, 'answerable question')} and abstains on {right.abstained} "
        f"of {right.unanswerable} unanswerable."
    )
