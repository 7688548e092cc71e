"""The same questions again: which of them got another value, and why.

The ranking of then is measured once more with the judgments of now. What that changes comes from
the judgments, the rest from the ranking. Nothing is said unless both values of the evaluations
come out again: passages may be cut differently since, and judgments may have been taken back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.evaluate.client import EvaluationClient, grade_questions
from core.evaluate.compare import SAME
from core.evaluate.evaluating import Evaluation, rankings_of
from core.evaluate.metrics import evaluate_lists, judged
from core.evaluate.outcome import Change, Outcome
from core.text.counting import signed


def previous(evaluations: Sequence[Evaluation], current: Evaluation) -> Evaluation | None:
    """The latest finished evaluation of the same set before this one, None for the first.

    One that shares no configuration with this one, with the same settings, does not count, nor one
    that treated what nobody judged otherwise.
    """
    own = set(current.plan.configurations)
    older = [
        evaluation
        for evaluation in evaluations
        if evaluation.status == "done"
        and evaluation.plan.set_name == current.plan.set_name
        and not own.isdisjoint(evaluation.plan.configurations)
        and evaluation.plan.leave_out_unjudged == current.plan.leave_out_unjudged
        and evaluation.started_at < current.started_at
    ]
    return max(older, key=lambda evaluation: evaluation.started_at, default=None)


def comparable(before: Outcome, after: Outcome) -> list[str]:
    """Names of the configurations that both measured with the same settings.

    A name alone is not enough: ``Dense, reranked`` may have read 50 candidates then, and 100 now.
    None when what nobody judged was treated otherwise: every value would be another one.
    """
    if before.leave_out_unjudged != after.leave_out_unjudged:
        return []
    configurations = {run.name: run.configuration for run in before.runs}
    return [run.name for run in after.runs if configurations.get(run.name) == run.configuration]


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
        changed = self.causes.get(name, ())
        return next((cause for cause in changed if cause.change.question == question), None)

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
        for name, changed in since.causes.items()
        for cause in changed
        if cause.change.after < cause.change.before
    ]


CauseKind = Literal["ranking", "judgments", "both", "unknown"]
_WORDS = {
    "ranking": "the ranking changed",
    "judgments": "the judgments changed, not the ranking",
    "unknown": "ranking or judgments: those of then are not to be found as they were",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """A change in two steps: ``between`` is the ranking of then with the judgments of now.

    None when that cannot be found out any more.
    """

    change: Change
    between: float | None

    @property
    def by_judgments(self) -> float:
        """What other judgments did to the value; 0 when nobody knows."""
        return 0.0 if self.between is None else self.between - self.change.before

    @property
    def by_ranking(self) -> float:
        """What another ranking did to the value; 0 when nobody knows."""
        return 0.0 if self.between is None else self.change.after - self.between

    @property
    def kind(self) -> CauseKind:
        """Where the change comes from."""
        if self.between is None:
            return "unknown"
        if abs(self.by_judgments) <= SAME:
            return "ranking"
        return "judgments" if abs(self.by_ranking) <= SAME else "both"

    @property
    def words(self) -> str:
        """Where the change comes from, in a few words.

        >>> Cause(Change("q", 1.0, 0.5), 1.0).words
        'the ranking changed'
        >>> Cause(Change("q", 1.0, 0.5), 0.75).words
        'the judgments changed (−0.250) and the ranking changed (−0.250)'
        """
        if self.kind == "both":
            return (
                f"the judgments changed ({signed(self.by_judgments, 3)}) and the ranking changed "
                f"({signed(self.by_ranking, 3)})"
            )
        return _WORDS[self.kind]


@dataclass(frozen=True, slots=True)
class Ended:
    """A finished evaluation, and when its values were taken."""

    evaluation: Evaluation
    at: datetime


def causes(
    client: EvaluationClient,
    ends: tuple[Ended, Ended],
    name: str,
    measure: str,
    changed: Sequence[Change],
) -> list[Cause]:
    """The cause of every change of a configuration, in the order given.

    Args:
        client: knows the judgments and the chunks.
        ends: the evaluation of then, and that of now.
        name: of a configuration that both measured with the same settings.
        measure: that changed.
        changed: its old and new values.
    """
    before, after = ends
    questions = {change.question for change in changed}
    old = _values(client, (before, before), name, measure, questions)
    new = _values(client, (after, after), name, measure, questions)
    mixed = _values(client, (before, after), name, measure, questions)
    return [
        Cause(change, mixed.get(change.question))
        if _same(old, change.question, change.before) and _same(new, change.question, change.after)
        else Cause(change, None)
        for change in changed
    ]


def _same(values: Mapping[str, float], question: str, expected: float) -> bool:
    return question in values and abs(values[question] - expected) <= SAME


def _values(
    client: EvaluationClient, ended: tuple[Ended, Ended], name: str, measure: str, among: Set[str]
) -> Mapping[str, float]:
    """Values of the first one's rankings with the second one's judgments."""
    ranked, judging = ended
    plan = judging.evaluation.plan
    configuration = ranked.evaluation.plan.configuration(name)
    rankings = rankings_of(client.judgments, ranked.evaluation, configuration)
    questions = tuple(q for q in plan.questions if q.text in among & rankings.keys())
    collection, place = judging.evaluation.collection, configuration.collection
    graded = grade_questions(client, collection, questions, place, judging.at)
    qrels = judged({q.text: graded.qrels.get(q.text, {}) for q in questions})
    lists = {question: rankings[question].final for question in qrels}
    if not lists:
        return {}
    leave_out = plan.leave_out_unjudged
    return evaluate_lists(qrels, lists, [measure], leave_out_unjudged=leave_out)[measure]
