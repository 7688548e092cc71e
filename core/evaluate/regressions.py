"""The same questions again: which of them got another value, and why.

The ranking of then is measured once more with the judgments of now. What that changes comes from
the judgments, the rest from the ranking. Nothing is said unless both values of the evaluations
come out again: passages may be cut differently since, and judgments may have been taken back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from core.evaluate.client import EvaluationClient, grade_questions
from core.evaluate.compare import SAME
from core.evaluate.evaluating import Evaluation, rankings_of
from core.evaluate.metrics import evaluate_lists, judged
from core.evaluate.outcome import Outcome
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


CauseKind = Literal["ranking", "judgments", "both", "unknown"]
_WORDS = {
    "ranking": "the ranking changed",
    "judgments": "the judgments changed, not the ranking",
    "unknown": "the ranking or the judgments: the earlier ones are no longer available",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a question has another value: ``between`` is the ranking of then, judged as now.

    None when that cannot be found out any more.
    """

    question: str
    before: float
    after: float
    between: float | None

    @property
    def by_judgments(self) -> float:
        """What other judgments did to the value; 0 when nobody knows."""
        return 0.0 if self.between is None else self.between - self.before

    @property
    def by_ranking(self) -> float:
        """What another ranking did to the value; 0 when nobody knows."""
        return 0.0 if self.between is None else self.after - self.between

    @property
    def kind(self) -> CauseKind:
        """Where the change comes from."""
        if self.between is None:
            return "unknown"
        if abs(self.by_judgments) <= SAME:
            return "ranking"
        return "judgments" if abs(self.by_ranking) <= SAME else "both"

    @property
    def regression(self) -> bool:
        """Whether the search got worse: its ranking lowers the value, or nobody can tell any more.

        A value that fell by other judgments alone says that people looked closer.
        """
        return self.after < self.before and (self.kind == "unknown" or self.by_ranking < -SAME)

    @property
    def words(self) -> str:
        """Where the change comes from, in a few words.

        >>> Cause("q", 1.0, 0.5, between=1.0).words
        'the ranking changed'
        >>> Cause("q", 1.0, 0.5, between=0.75).words
        'the judgments changed (−0.250) and the ranking changed (−0.250)'
        """
        if self.kind == "both":
            return (
                f"the judgments changed ({signed(self.by_judgments, 3)}) and the ranking changed "
                f"({signed(self.by_ranking, 3)})"
            )
        return _WORDS[self.kind]


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
        return next((cause for cause in changed if cause.question == question), None)

    def value(self, name: str, question: str) -> float | None:
        """What a question had then; None when it was not measured so."""
        if name not in self.causes:
            return None
        return self.before.run(name).values[self.measure].get(question)

    def falls(self) -> list[tuple[str, Cause]]:
        """A line for a terminal for every question that fell, with its cause."""
        return [
            (self._line(name, cause), cause)
            for name, causes in self.causes.items()
            for cause in causes
            if cause.after < cause.before
        ]

    def _line(self, name: str, cause: Cause) -> str:
        return (
            f"{name}: {self.measure} of “{cause.question}” fell from {cause.before:.3f} to "
            f"{cause.after:.3f} since {self.before.made_at:%Y-%m-%d %H:%M} UTC: {cause.words}"
        )


def around(before: Outcome, after: Outcome) -> str:
    """What else is another one since then: documents, models, algorithms."""
    same = {
        "Documents": before.corpus_version == after.corpus_version,
        "models": before.models == after.models,
        "algorithms": before.algorithms == after.algorithms,
    }
    return " · ".join(f"{what} {'unchanged' if so else 'changed'}" for what, so in same.items())


@dataclass(frozen=True, slots=True)
class Ended:
    """A finished evaluation and what it found."""

    evaluation: Evaluation
    outcome: Outcome


def causes(
    client: EvaluationClient, before: Ended, after: Ended, name: str, measure: str
) -> list[Cause]:
    """Every question of both evaluations that got another value, the largest loss first.

    Args:
        client: knows the judgments and the chunks.
        before: the evaluation of then.
        after: that of now.
        name: of a configuration that both measured with the same settings.
        measure: that both measured.
    """
    old, new = (end.outcome.run(name).values[measure] for end in (before, after))
    changed = {q for q in new if q in old and abs(new[q] - old[q]) > SAME}
    old_again = _values(client, before, before, name, measure, changed)
    new_again = _values(client, after, after, name, measure, changed)
    mixed = _values(client, before, after, name, measure, changed)
    found_again = {
        q for q in changed if _same(old_again.get(q), old[q]) and _same(new_again.get(q), new[q])
    }
    explained = [
        Cause(q, old[q], new[q], mixed.get(q) if q in found_again else None) for q in changed
    ]
    return sorted(explained, key=lambda cause: (cause.after - cause.before, cause.question))


def _same(value: float | None, expected: float) -> bool:
    return value is not None and abs(value - expected) <= SAME


def _values(
    client: EvaluationClient,
    ranked: Ended,
    judging: Ended,
    name: str,
    measure: str,
    among: Set[str],
) -> Mapping[str, float]:
    """Values of the first one's rankings with the second one's judgments."""
    plan = judging.evaluation.plan
    configuration = ranked.evaluation.plan.configuration(name)
    rankings = rankings_of(client.judgments, ranked.evaluation, configuration)
    questions = tuple(q for q in plan.questions if q.text in among & rankings.keys())
    collection, place = judging.evaluation.collection, configuration.collection
    graded = grade_questions(client, collection, questions, place, judging.outcome.made_at)
    qrels = judged({q.text: graded.qrels.get(q.text, {}) for q in questions})
    lists = {question: rankings[question].final for question in qrels}
    if not lists:
        return {}
    leave_out = plan.leave_out_unjudged
    return evaluate_lists(qrels, lists, [measure], leave_out_unjudged=leave_out)[measure]
