"""What an evaluation found: every value of every question, and what may be said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np

from core.errors import NotFound
from core.evaluate.compare import SAME, Difference, difference_of, holm
from core.evaluate.configurations import Configuration
from core.schema import ModelInfo

RBO = "RBO"


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds that one stage took for a question: the middle and the 95th percentile."""

    stage: str
    median_ms: float
    p95_ms: float


def latency(stage: str, milliseconds: Sequence[float]) -> Latency:
    """Summarise one stage; the percentile is interpolated linearly.

    >>> latency("search", [1.0, 2.0, 3.0])
    Latency(stage='search', median_ms=2.0, p95_ms=2.9)
    """
    median, p95 = np.percentile(milliseconds, [50, 95])
    return Latency(stage, float(median), float(p95))


@dataclass(frozen=True, slots=True)
class Measured:
    """A configuration's values: ``values[measure][question]``.

    ``ceiling`` is the recall of its candidates for each question: no reranking can lift recall
    above it. ``latencies`` are of the first stage, the second and both; questions whose scores
    came from a cache are not in them (empty when none is left).
    ``notes`` say what of its settings was not used; ``abstains`` whether quotes abstain from a
    question of ``Outcome.answerable``.
    """

    configuration: Configuration
    values: dict[str, dict[str, float]]
    ceiling: dict[str, float]
    latencies: tuple[Latency, ...]
    notes: tuple[str, ...] = ()
    abstains: dict[str, bool] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Of the configuration."""
        return self.configuration.name

    @property
    def keeps_order(self) -> bool:
        """Whether what was fitted is an abstention threshold, which changes no ranking."""
        return self.configuration.settings.second.fits.abstention is not None

    @property
    def mean_ceiling(self) -> float:
        """Recall of the candidates, over the questions."""
        return sum(self.ceiling.values()) / len(self.ceiling)

    def mean(self, measure: str) -> float:
        """Over the questions."""
        values = self.values[measure].values()
        return sum(values) / len(values)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One evaluation of ``asked`` questions; only those with a relevant passage are measured.

    ``compared`` are the differences to the baseline, their p-values Holm's over all configurations.
    ``kinds`` and ``documents`` say, for each measured question, what it asks for and where its
    best passage stands. ``uncertain`` judgments fitted no chunk of today. ``answerable`` says of
    the questions of which people know it whether the documents answer them, where a threshold for
    abstention is measured.
    """

    set_name: str
    made_at: datetime
    corpus_version: str
    algorithms: str
    models: tuple[ModelInfo, ...]
    measures: tuple[str, ...]
    baseline: str
    leave_out_unjudged: bool
    asked: int
    runs: tuple[Measured, ...]
    compared: tuple[Difference, ...]
    kinds: dict[str, str]
    documents: dict[str, str]
    uncertain: int
    answerable: dict[str, bool] = field(default_factory=dict)

    @property
    def questions(self) -> list[str]:
        """The measured ones, in the order of the set."""
        return list(self.kinds)

    def run(self, name: str) -> Measured:
        """A configuration's values.

        Raises:
            NotFound: it was not measured.
        """
        for run in self.runs:
            if run.name == name:
                return run
        raise NotFound(f"{name!r} was not measured.")

    def differences(self, name: str, measure: str) -> dict[str, float]:
        """Question -> value of a configuration minus that of the baseline, largest first."""
        base, other = self.run(self.baseline).values[measure], self.run(name).values[measure]
        values = {question: other[question] - base[question] for question in base}
        return dict(sorted(values.items(), key=lambda item: (-item[1], item[0])))


def compare_all(
    runs: Sequence[Measured], baseline: str, measures: Sequence[str]
) -> tuple[Difference, ...]:
    """Every configuration against the baseline; for each measure Holm's correction over all.

    One with an abstention threshold has the order of the same one without it. It is no comparison
    of its own, so it does not make the others' correction stronger.
    """
    base = next(run for run in runs if run.name == baseline)
    others = [run for run in runs if run.name != baseline]
    compared: list[Difference] = []
    for measure in measures:
        differences = [
            difference_of(base.values[measure], run.values[measure], measure, (baseline, run.name))
            for run in others
        ]
        own = [d.p_value for run, d in zip(others, differences, strict=True) if not run.keeps_order]
        adjusted = dict(zip(own, holm(own), strict=True))
        compared += [replace(d, p_value=adjusted.get(d.p_value, d.p_value)) for d in differences]
    return tuple(compared)


def groups(
    outcome: Outcome, name: str, measure: str, members: Mapping[str, str]
) -> dict[str, Difference]:
    """Group -> the paired difference to the baseline on its questions, the largest group first.

    Args:
        outcome: an evaluation.
        name: of the configuration that is compared with the baseline.
        measure: by which.
        members: question -> group, such as ``outcome.kinds`` or ``outcome.documents``.
    """
    names = (outcome.baseline, name)
    base, other = (outcome.run(run).values[measure] for run in names)
    differences = {}
    sizes = Counter(members[question] for question in base)
    for group in sorted(sizes, key=lambda name: (-sizes[name], name)):
        of_group = [question for question in base if members[question] == group]
        differences[group] = difference_of(
            {q: base[q] for q in of_group}, {q: other[q] for q in of_group}, measure, names
        )
    return differences


def stage_at_fault(run: Measured, recall: str) -> str:
    """Which stage the missing recall is due to, in one sentence made from the figures alone."""
    ceiling, depth = run.mean_ceiling, run.configuration.settings.top_k
    if ceiling >= 1 - SAME:
        return (
            f"All known answers are among the {depth} candidates, so only a better order can "
            "gain more."
        )
    return (
        f"{ceiling:.0%} of the known answers are among the {depth} candidates. No reranking can "
        f"recover the other {1 - ceiling:.0%}: the first stage lost them ({recall} of the final "
        f"list: {run.mean(recall):.0%})."
    )
