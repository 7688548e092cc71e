"""One evaluation: its record, the loop over questions and configurations, and what it measures."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from core.errors import InputError
from core.evaluate.claims import answerable, decides_abstention
from core.evaluate.client import EvaluationClient
from core.evaluate.configurations import Configuration, Plan
from core.evaluate.judging.grading import Graded
from core.evaluate.judging.judgments import Judgments
from core.evaluate.metrics import Qrels, evaluate_lists, judged
from core.evaluate.outcome import RBO, Latency, Measured, Outcome, compare_all, latency
from core.evaluate.questions.question_sets import question_kind
from core.evaluate.rankings import (
    ALGORITHMS,
    Ranking,
    RankingKey,
    Rankings,
    on_chunks_of,
    rank,
    ranking_key,
    rules_of,
    version_of,
)
from core.schema import ModelInfo, SearchSettings
from core.search.fitted import models_key, without_foreign_fits
from core.search_settings import Fits
from core.text.overlap import rbo

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


ReportProgress = Callable[[Evaluation], None]
"""Told how far an evaluation is; raises ``Stopped`` when it should end."""


def run_evaluation(
    client: EvaluationClient, evaluation: Evaluation, report: ReportProgress
) -> tuple[Evaluation, Outcome]:
    """Ask every question in every configuration, and measure; what is known is not asked again.

    Questions are the outer loop: whatever is there when somebody stops it can be compared.

    Args:
        client: searches, and knows models, documents and grades.
        evaluation: what is measured, and how far it was.
        report: told before every search.

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
    graded = {place: client.grades(collection, plan.questions, place) for place in places}
    outcome = _measure(client, evaluation, rankings, graded)
    return replace(evaluation, status="done"), outcome


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


def _measure(
    client: EvaluationClient,
    evaluation: Evaluation,
    rankings: Mapping[str, Mapping[str, Ranking]],
    graded: Mapping[str, Graded],
) -> Outcome:
    """Measure what the configurations found.

    Args:
        client: knows models and documents.
        evaluation: what was asked for.
        rankings: configuration -> question -> ranking; every question of the plan is there.
        graded: a configuration's ``collection`` -> the grades of the questions on its chunks.

    Raises:
        InputError: no question has a relevant passage.
    """
    plan, collection = evaluation.plan, evaluation.collection
    measurable = _measurable(plan, graded)
    base = plan.configuration(plan.baseline)
    grades, first = measurable[base.collection], rankings[base.name]
    decides, qrels = decides_abstention(plan), graded[base.collection].qrels
    answered = answerable(plan, rankings, qrels) if decides else {}
    infos = {c.name: client.model_infos(c) for c in plan.configurations}
    runs = tuple(
        replace(
            _measured(plan, c, measurable[c.collection], timed(plan, c, rankings), first),
            notes=_not_used(c, infos[c.name]),
            abstains=_abstains(rankings[c.name], answered),
        )
        for c in plan.configurations
    )
    return Outcome(
        set_name=plan.set_name,
        made_at=datetime.now(UTC),
        corpus_version=client.corpus_version(collection),
        algorithms=ALGORITHMS,
        models=tuple(dict.fromkeys(info for pair in infos.values() for info in pair)),
        measures=(*plan.measures, RBO),
        baseline=plan.baseline,
        leave_out_unjudged=plan.leave_out_unjudged,
        asked=len(plan.questions),
        runs=runs,
        compared=compare_all(runs, plan.baseline, plan.measures),
        kinds={question: question_kind(question) for question in grades},
        documents={question: _document(grades[question], first[question]) for question in grades},
        uncertain=len(graded[base.collection].uncertain),
        answerable=answered,
    )


def _not_used(configuration: Configuration, on: tuple[ModelInfo, ModelInfo]) -> tuple[str, ...]:
    """What of its settings belongs to other models than it is read by."""
    _, notes = without_foreign_fits(configuration.settings.second, models_key(*on))
    return tuple(note.text for note in notes)


def _abstains(rankings: Mapping[str, Ranking], answerable: Mapping[str, bool]) -> dict[str, bool]:
    """Whether quotes abstain, for the questions of which that can be right or wrong."""
    decisions = {question: rankings[question].abstains for question in answerable}
    return {question: abstains for question, abstains in decisions.items() if abstains is not None}


def _measurable(plan: Plan, graded: Mapping[str, Graded]) -> dict[str, Qrels]:
    """Collection -> the grades of those questions that can be measured in every collection."""
    texts = [question.text for question in plan.questions]
    qrels = {
        place: judged({q: grades_there.qrels[q] for q in texts if q in grades_there.grades})
        for place, grades_there in graded.items()
    }
    common = [q for q in texts if all(q in grades for grades in qrels.values())]
    if not common:
        raise InputError(
            "No question has a passage that is known to be relevant, so nothing can be measured.",
            "Judge some passages, or use questions made from the documents.",
        )
    return {place: {q: grades[q] for q in common} for place, grades in qrels.items()}


def _measured(
    plan: Plan,
    configuration: Configuration,
    qrels: Qrels,
    rankings: Mapping[str, Ranking],
    base: Mapping[str, Ranking],
) -> Measured:
    lists = {question: rankings[question].final for question in qrels}
    values = evaluate_lists(qrels, lists, plan.measures, leave_out_unjudged=plan.leave_out_unjudged)
    values[RBO] = {q: rbo(on_chunks_of(rankings[q], base[q]), base[q].final) for q in qrels}
    depth = f"R@{configuration.settings.top_k}"
    first = {question: rankings[question].first for question in qrels}
    ceiling = evaluate_lists(qrels, first, [depth], leave_out_unjudged=False)[depth]
    fresh = [rankings[question] for question in qrels if not rankings[question].cached]
    if configuration.settings.second.skip_predictor and len(fresh) < len(qrels):
        fresh = []  # only skipped questions are left: no time of a question
    return Measured(configuration, values, ceiling, _latencies(fresh))


def _latencies(rankings: Sequence[Ranking]) -> tuple[Latency, ...]:
    if not rankings:
        return ()
    return (
        latency("first stage", [ranking.first_ms for ranking in rankings]),
        latency("second stage", [ranking.rerank_ms for ranking in rankings]),
        latency("both", [ranking.total_ms for ranking in rankings]),
    )


def _document(grades: Mapping[str, int], ranking: Ranking) -> str:
    """Where the question's relevant passages stand: the most frequent name among the found."""
    names = Counter(f.document_name for f in ranking.found if grades.get(f.chunk_id, 0) > 0)
    return names.most_common(1)[0][0] if names else "not among the candidates"


def timed(
    plan: Plan, configuration: Configuration, rankings: Mapping[str, Mapping[str, Ranking]]
) -> dict[str, Ranking]:
    """Its rankings; where scores were remembered, with the time of who read the same pairs.

    Weights, a blend and a skip predictor order what was read: a question that is read in full takes
    what it takes without them. Measured again from kept scores, it would seem to take nothing.
    """
    own = dict(rankings[configuration.name])
    for other in plan.configurations:
        if other != configuration and _reads(other) == _reads(configuration):
            for question, ranking in rankings[other.name].items():
                if own[question].cached and not (ranking.cached or ranking.skipped):
                    ms = ranking.rerank_ms
                    own[question] = replace(own[question], rerank_ms=ms, cached=False)
    return own


def _reads(configuration: Configuration) -> tuple[SearchSettings, str, str, str, str]:
    """What a configuration reads, and with what; how it orders that does not count."""
    second = configuration.settings.second
    plain = replace(second, fits=Fits(), blend=1.0, skip_predictor=False)
    settings = replace(configuration.settings, top_n=1, second=plain)
    c = configuration
    return settings, c.reranker, c.runtime, c.collection, c.run
