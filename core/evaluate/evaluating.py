"""One evaluation: its record, and the loop over questions and configurations."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Literal

from core.errors import InputError
from core.evaluate.abstaining import decides_abstention
from core.evaluate.client import (
    EvaluationClient,
    grade_questions,
    rank,
    ranking_key,
    rules_of,
    version_of,
)
from core.evaluate.configurations import Configuration, Plan
from core.evaluate.judging.grading import Graded
from core.evaluate.judging.judgments import Judgments
from core.evaluate.measuring import Circumstances, evaluate_rankings
from core.evaluate.outcome import Outcome
from core.evaluate.questions.question_sets import Question
from core.evaluate.rankings import Ranking, RankingKey, Rankings
from core.search.fitted import models_key, without_foreign_fits

Status = Literal["waiting", "running", "done", "cancelled", "failed"]
_POLITE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation and how far it is: ``done`` of ``total`` searches, in ``seconds``.

    ``versions`` names documents, algorithms and models of each configuration; they stay the same
    for all its questions. ``reason`` says why it ended without an outcome.
    """

    id: str
    collection: str
    started_at: datetime
    plan: Plan
    status: Status = "waiting"
    done: int = 0
    seconds: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)
    reason: str = ""

    @property
    def total(self) -> int:
        """How many searches it takes."""
        return len(self.plan.questions) * len(self.plan.configurations)

    @property
    def finished(self) -> bool:
        """Whether nothing of it waits or runs."""
        return self.status not in {"waiting", "running"}

    @property
    def seconds_left(self) -> float | None:
        """What the rest takes at the speed so far.

        None until every configuration was asked once: the first one may be a thousand times faster
        than the others.
        """
        if self.done < len(self.plan.configurations):
            return None
        return self.seconds / self.done * (self.total - self.done)


class Stopped(Exception):
    """The person stopped it, or the process ends."""


Report = Callable[[Evaluation], None]
"""Told how far an evaluation is; raises ``Stopped`` when it should end."""
Grade = Callable[[str, tuple[Question, ...], str], Graded]
"""A collection's questions -> their grades on the chunks of another one, or of its own ("")."""


def run_evaluation(
    client: EvaluationClient, evaluation: Evaluation, report: Report, grade: Grade | None = None
) -> tuple[Evaluation, Outcome]:
    """Ask every question in every configuration, and measure; what is known is not asked again.

    Questions are the outer loop: whatever is there when somebody stops it can be compared.

    Args:
        client: searches, and knows models and documents.
        evaluation: what is measured, and how far it was.
        report: told before every search.
        grade: gives the grades of questions; without it, what is judged.

    Raises:
        InputError: the documents changed since it began, or nothing can be measured.
        SecondLookError: a search failed.
        Stopped: by ``report``.
    """
    collection, plan = evaluation.collection, evaluation.plan
    versions = {c.name: version_of(client, collection, c) for c in plan.configurations}
    if evaluation.versions not in ({}, versions):
        raise InputError(
            "Documents, models or algorithms changed since this evaluation began.",
            "Start a new one, so that all figures come from the same state.",
        )
    begun = time.monotonic() - evaluation.seconds
    evaluation = replace(evaluation, versions=versions, status="running", done=0)
    rankings: dict[str, dict[str, Ranking]] = {c.name: {} for c in plan.configurations}
    kept = {c.name: rankings_of(client.judgments, evaluation, c) for c in plan.configurations}
    for question in plan.questions:
        for configuration in plan.configurations:
            report(evaluation)
            old = kept[configuration.name].get(question.text)
            ranking = _ranking(client, evaluation, configuration, question.text, old)
            rankings[configuration.name][question.text] = ranking
            seconds = time.monotonic() - begun
            evaluation = replace(evaluation, done=evaluation.done + 1, seconds=seconds)
    places = {c.collection for c in plan.configurations}
    grade = grade or partial(grade_questions, client)
    graded = {place: grade(collection, plan.questions, place) for place in places}
    outcome = evaluate_rankings(plan, rankings, graded, _circumstances(client, evaluation))
    return replace(evaluation, status="done"), outcome


def _circumstances(client: EvaluationClient, evaluation: Evaluation) -> Circumstances:
    """With what of each configuration's settings belongs to other models than it is read by."""
    plan, collection = evaluation.plan, evaluation.collection
    infos = {c.name: client.model_infos(c) for c in plan.configurations}
    notes = {
        c.name: tuple(note.text for note in without_foreign_fits(c.settings.second, on)[1])
        for c in plan.configurations
        for on in [models_key(*infos[c.name])]
    }
    models = tuple(dict.fromkeys(info for pair in infos.values() for info in pair))
    return Circumstances(collection, client.corpus_version(collection), models, notes)


def _key(evaluation: Evaluation, configuration: Configuration) -> RankingKey:
    version = evaluation.versions.get(configuration.name, "")
    return ranking_key(evaluation.collection, configuration, version)


def rankings_of(
    judgments: Judgments, evaluation: Evaluation, configuration: Configuration
) -> Mapping[str, Ranking]:
    """Question -> what a configuration found, as far as the evaluation has come."""
    return Rankings(judgments.database).all(_key(evaluation, configuration))


def _ranking(
    client: EvaluationClient,
    evaluation: Evaluation,
    configuration: Configuration,
    question: str,
    kept: Ranking | None,
) -> Ranking:
    """The kept one, unless it lacks a decision under the rules and the noise floor of now."""
    decides = decides_abstention(evaluation.plan) and configuration.reranked
    rules = rules_of(client, evaluation.collection, configuration) if decides else ""
    if kept is not None and (not decides or kept.decided_by == rules):
        return kept
    while client.busy():
        time.sleep(_POLITE_SECONDS)
    return rank(client, _key(evaluation, configuration), configuration, question, rules)
