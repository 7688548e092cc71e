"""How far judges agree, and where they do not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from core.evaluate.judging.grading import Grades
from core.evaluate.judging.judgments import GRADES, MADE, SETTLED

Unit = tuple[str, str]
"""(question, chunk id): what is judged."""


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa of two judges on ``units`` passages that both judged.

    ``weighted`` has quadratic weights: 0 against 3 is worse than 2 against 3. Either is nan when
    both judges gave one and the same grade throughout, where chance explains everything.
    """

    one: str
    other: str
    units: int
    plain: float
    weighted: float


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A passage whose grades differ; ``spread`` is the largest minus the smallest."""

    query: str
    chunk_id: str
    grades: Mapping[str, int]

    @property
    def spread(self) -> int:
        """1 to 3."""
        return max(self.grades.values()) - min(self.grades.values())


@dataclass(frozen=True, slots=True)
class Agreement:
    """``alpha`` is Krippendorff's for ordinal grades over ``units`` passages of two judges or more.

    It is nan when no passage has two judges, or all grades are the same.
    """

    units: int
    alpha: float
    kappas: tuple[Kappa, ...]
    disagreements: tuple[Disagreement, ...]


def judge_agreement(graded: Mapping[str, Grades]) -> Agreement:
    """Compare the judges on everything that at least two of them judged.

    Args:
        graded: question -> chunk id -> judge -> grade. Grades that no person gave, and settled
            ones, are left out.
    """
    units = {
        (query, chunk_id): people
        for query, chunks in graded.items()
        for chunk_id, by_judge in chunks.items()
        if len(people := _people(by_judge)) >= 2
    }
    unsettled = {unit for unit in units if SETTLED not in graded[unit[0]][unit[1]]}
    disagreements = [Disagreement(*unit, units[unit]) for unit in unsettled]
    differing = sorted(
        (d for d in disagreements if d.spread), key=lambda d: (-d.spread, d.query, d.chunk_id)
    )
    judges = sorted({judge for people in units.values() for judge in people})
    kappas = tuple(_kappa(units, one, other) for one, other in combinations(judges, 2))
    return Agreement(
        len(units), alpha(units), tuple(k for k in kappas if k.units), tuple(differing)
    )


def alpha(units: Mapping[Unit, Mapping[str, int]]) -> float:
    """Krippendorff's alpha with the ordinal metric (Krippendorff 2011), by ``krippendorff``.

    1 is perfect agreement, 0 is what chance gives, below 0 is worse than chance.
    """
    grades = {grade for people in units.values() for grade in people.values()}
    if len(grades) < 2:
        return math.nan
    import krippendorff  # noqa: PLC0415 - only who asks for agreement pays for it

    judges = sorted({judge for people in units.values() for judge in people})
    table = [[people.get(judge, math.nan) for people in units.values()] for judge in judges]
    return float(
        krippendorff.alpha(
            reliability_data=table, value_domain=list(GRADES), level_of_measurement="ordinal"
        )
    )


def _people(by_judge: Mapping[str, int]) -> dict[str, int]:
    return {judge: grade for judge, grade in by_judge.items() if judge not in {MADE, SETTLED}}


def _kappa(units: Mapping[Unit, Mapping[str, int]], one: str, other: str) -> Kappa:
    pairs = [(p[one], p[other]) for p in units.values() if one in p and other in p]
    if len({grade for pair in pairs for grade in pair}) < 2:
        return Kappa(one, other, len(pairs), math.nan, math.nan)
    from sklearn.metrics import cohen_kappa_score  # noqa: PLC0415 - a second to import

    ones, others = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    labels = list(GRADES)
    plain, weighted = (
        float(cohen_kappa_score(ones, others, labels=labels, weights=weights))
        for weights in (None, "quadratic")
    )
    return Kappa(one, other, len(pairs), plain, weighted)
