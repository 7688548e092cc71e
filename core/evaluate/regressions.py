"""The same questions again: which of them got worse since the evaluation before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.evaluate.causes import Cause
from core.evaluate.compare import SAME
from core.evaluate.evaluating import Evaluation
from core.evaluate.outcome import Change, Outcome, changes


def previous(evaluations: Sequence[Evaluation], current: Evaluation) -> Evaluation | None:
    """The latest finished evaluation of the same set before this one, None for the first.

    One that shares no configuration with this one, with the same settings, does not count.
    """
    own = set(current.plan.configurations)
    older = [
        found
        for found in evaluations
        if found.status == "done"
        and found.plan.set_name == current.plan.set_name
        and not own.isdisjoint(found.plan.configurations)
        and found.started_at < current.started_at
    ]
    return max(older, key=lambda found: found.started_at, default=None)


def comparable(before: Outcome, after: Outcome) -> list[str]:
    """Names of the configurations that both measured with the same settings.

    A name alone is not enough: ``Dense, reranked`` may have read 50 candidates then, and 100 now.
    """
    known = {run.name: run.configuration for run in before.runs}
    return [run.name for run in after.runs if known.get(run.name) == run.configuration]


def fallen(before: Outcome, after: Outcome, measure: str) -> dict[str, list[Change]]:
    """Configuration -> its questions with a lower value than before, the largest loss first.

    Empty when the measure is new, or when what nobody judged was treated otherwise.
    """
    if measure not in before.measures or before.leave_out_unjudged != after.leave_out_unjudged:
        return {}
    found = {name: changes(before, after, name, measure) for name in comparable(before, after)}
    lost = {name: [c for c in each if c.after < c.before] for name, each in found.items()}
    return {name: each for name, each in lost.items() if each}


@dataclass(frozen=True, slots=True)
class Fall:
    """A question of a configuration that fell since an evaluation before, and why."""

    configuration: str
    measure: str
    cause: Cause
    since: datetime

    @property
    def regression(self) -> bool:
        """Whether the search got worse: its ranking lowers the value, or nobody can tell any more.

        A value that fell by other judgments alone says that people looked closer.
        """
        return self.cause.kind == "unknown" or self.cause.by_ranking < -SAME

    @property
    def line(self) -> str:
        """For a terminal."""
        change = self.cause.change
        return (
            f"{self.configuration}: {self.measure} of “{change.question}” fell from "
            f"{change.before:.3f} to {change.after:.3f} since {self.since:%Y-%m-%d %H:%M} UTC: "
            f"{self.cause.words}"
        )


def falls(
    before: Outcome, after: Outcome, measure: str, causes: Callable[[str], Sequence[Cause]]
) -> list[Fall]:
    """Every question that fell, with its cause.

    Args:
        before: the evaluation to compare with.
        after: the one that is judged.
        measure: that decides.
        causes: of all changes of a configuration.
    """
    return [
        Fall(name, measure, cause, before.made_at)
        for name in fallen(before, after, measure)
        for cause in causes(name)
        if cause.change.after < cause.change.before
    ]
