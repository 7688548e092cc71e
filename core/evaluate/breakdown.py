"""Where a difference comes from: by kind of question, by document; and in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from core.evaluate.compare import SAME, Difference
from core.evaluate.compare import compare as compare_values
from core.evaluate.outcome import Compared, Measured, Outcome
from core.text.counting import counted


@dataclass(frozen=True, slots=True)
class Group:
    """The difference on a part of the questions."""

    name: str
    difference: Difference


def groups(
    outcome: Outcome, name: str, measure: str, members: Mapping[str, str]
) -> tuple[Group, ...]:
    """The paired difference to the baseline for each group, the largest group first.

    Args:
        outcome: an evaluation.
        name: of the configuration that is compared with the baseline.
        measure: by which.
        members: question -> group, such as ``outcome.kinds`` or ``outcome.documents``.

    """
    base, other = outcome.run(outcome.baseline).values[measure], outcome.run(name).values[measure]
    questions: dict[str, list[str]] = defaultdict(list)
    for question in base:
        questions[members[question]].append(question)
    found = [
        Group(
            group,
            compare_values(
                {q: base[q] for q in own},
                {q: other[q] for q in own},
                measure,
                (outcome.baseline, name),
            ),
        )
        for group, own in questions.items()
    ]
    return tuple(sorted(found, key=lambda group: (-group.difference.questions, group.name)))


def enough(compared: Compared, measured: int) -> str:
    """How many questions would be needed, in one sentence; empty when the values do not say."""
    if compared.needed is None:
        return ""
    verb = "are enough" if compared.needed <= measured else f"would be needed, {measured} are here"
    return (
        f"To see a difference as small as 0.02 in four of five experiments, "
        f"{counted(compared.needed, 'question')} {verb}."
    )


def stage_at_fault(run: Measured, recall: str) -> str:
    """Which stage the missing recall is due to, in one sentence made from the figures alone."""
    ceiling = sum(run.ceiling.values()) / len(run.ceiling)
    depth = run.configuration.settings.top_k
    if ceiling >= 1 - SAME:
        return (
            f"All known answers are among the {depth} candidates: what is missing at the top is "
            "the order."
        )
    return (
        f"{ceiling:.0%} of the known answers are among the {depth} candidates. The other "
        f"{1 - ceiling:.0%} no reranking can bring back: that is the first stage's part "
        f"({recall} of the final list: {run.mean(recall):.0%})."
    )
