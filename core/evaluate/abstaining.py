"""Whether quotes answer where the documents hold an answer, and abstain where they hold none.

An abstention threshold leaves the ranking as it is, so no measure of a ranking sees it. What it
decides is right or wrong for each question of which people know whether it has an answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.evaluate.compare import compare
from core.evaluate.configurations import Plan
from core.evaluate.in_sample import Sample, sample_of, twin_of
from core.evaluate.outcome import Measured, Outcome
from core.evaluate.rankings import Ranking
from core.text.counting import counted

RIGHT = "right decisions"
ANSWERS = 2
"""From this grade a passage answers the question, at least in part."""
JUDGED = 3


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
    if max(grades.values(), default=0) >= ANSWERS:
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


def abstentions(outcome: Outcome) -> list[Sample]:
    """Every configuration with an abstention threshold, against the same one without it.

    By the questions that both decided, 1 for a right decision; empty when there is none.
    """
    samples = []
    for run in outcome.runs:
        twin = twin_of(outcome, run.name)
        if not run.keeps_order or twin is None:
            continue
        base, other = right(outcome, twin), right(outcome, run)
        both = [question for question in base if question in other]
        if both:
            values = {q: base[q] for q in both}, {q: other[q] for q in both}
            difference = compare(*values, RIGHT, (twin.name, run.name))
            samples.append(sample_of(outcome, difference, values, (twin.name, run.name)))
    return samples


def words(outcome: Outcome, name: str) -> str:
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
