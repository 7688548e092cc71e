"""The same questions again: which of them got worse since the evaluation before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.evaluate.causes import Cause
from core.evaluate.compare import SAME
from core.evaluate.evaluating import Evaluation
from core.evaluate.outcome import Outcome


def previous(evaluations: Sequence[Evaluation], current: Evaluation) -> Evaluation | None:
    """The latest finished evaluation of the same set before this one, None for the first.

    One that shares no configuration with this one, with the same settings, does not count, nor one
    that treated what nobody judged otherwise.
    """
    own = set(current.plan.configurations)
    older = [
        found
        for found in evaluations
        if found.status == "done"
        and found.plan.set_name == current.plan.set_name
        and not own.isdisjoint(found.plan.configurations)
        and found.plan.leave_out_unjudged == current.plan.leave_out_unjudged
        and found.started_at < current.started_at
    ]
    return max(older, key=lambda found: found.started_at, default=None)


def comparable(before: Outcome, after: Outcome) -> list[str]:
    """Names of the configurations that both measured with the same settings.

    A name alone is not enough: ``Dense, reranked`` may have read 50 candidates then, and 100 now.
    None when what nobody judged was treated otherwise: every value would be another one.
    """
    if before.leave_out_unjudged != after.leave_out_unjudged:
        return []
    known = {run.name: run.configuration for run in before.runs}
    return [run.name for run in after.runs if known.get(run.name) == run.configuration]


@dataclass(frozen=True, slots=True)
class Since:
    """What became of the values of ``measure`` since an evaluation before, and why.

    ``causes`` holds the changes of each configuration that both measured with the same settings.
    """

    before: Outcome
    measure: str
    causes: Mapping[str, Sequence[Cause]]

    def cause(self, name: str, question: str) -> Cause | None:
        """Why a question has another value; None when it has not, or is new."""
        found = self.causes.get(name, ())
        return next((cause for cause in found if cause.change.question == question), None)

    def value(self, name: str, question: str) -> float | None:
        """What a question had then; None when it was not measured so."""
        if name not in self.causes:
            return None
        return self.before.run(name).values[self.measure].get(question)


def around(before: Outcome, after: Outcome) -> str:
    """What else is another one since then: documents, models, algorithms."""
    same = {
        "Documents": before.corpus_version == after.corpus_version,
        "models": before.models == after.models,
        "algorithms": before.algorithms == after.algorithms,
    }
    return " · ".join(f"{what} {'unchanged' if so else 'changed'}" for what, so in same.items())


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


def falls(since: Since) -> list[Fall]:
    """Every question that fell, with its cause, the largest loss of a configuration first."""
    return [
        Fall(name, since.measure, cause, since.before.made_at)
        for name, found in since.causes.items()
        for cause in found
        if cause.change.after < cause.change.before
    ]
