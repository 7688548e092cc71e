"""From what the configurations found to every value of every question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from core.errors import InputError
from core.evaluate.abstaining import answerable, decides_abstention
from core.evaluate.configurations import Configuration, Plan
from core.evaluate.judging.grading import Graded
from core.evaluate.metrics import Qrels, evaluate_lists, judged
from core.evaluate.outcome import RBO, Latency, Measured, Outcome, compare_all, latency
from core.evaluate.questions.question_sets import question_kind
from core.evaluate.rankings import ALGORITHMS, Ranking, on_chunks_of
from core.schema import ModelInfo, SearchSettings
from core.search_settings import Fits
from core.text.overlap import rbo


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Under what an evaluation was made."""

    collection: str
    corpus_version: str
    models: tuple[ModelInfo, ...]
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Configuration -> what of its settings was not used."""


def evaluate_rankings(
    plan: Plan,
    rankings: Mapping[str, Mapping[str, Ranking]],
    graded: Mapping[str, Graded],
    circumstances: Circumstances,
) -> Outcome:
    """Measure what the configurations found.

    Args:
        plan: what was asked for.
        rankings: configuration -> question -> ranking; every question of the plan is there.
        graded: a configuration's ``collection`` -> the grades of the questions on its chunks.
        circumstances: collection, its version, the models.

    Raises:
        InputError: no question has a relevant passage.
    """
    measurable = _measurable(plan, graded)
    base = plan.configuration(plan.baseline)
    grades, first = measurable[base.collection], rankings[base.name]
    decides, qrels = decides_abstention(plan), graded[base.collection].qrels
    answered = answerable(plan, rankings, qrels) if decides else {}
    runs = tuple(
        replace(
            _measured(plan, c, measurable[c.collection], timed(plan, c, rankings), first),
            notes=circumstances.notes.get(c.name, ()),
            abstains=_abstains(rankings[c.name], answered),
        )
        for c in plan.configurations
    )
    return Outcome(
        collection=circumstances.collection,
        set_name=plan.set_name,
        made_at=datetime.now(UTC),
        corpus_version=circumstances.corpus_version,
        algorithms=ALGORITHMS,
        models=circumstances.models,
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
    return Measured(configuration, values, ceiling, _latencies(fresh), len(qrels) - len(fresh))


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
                if own[question].cached and _read_in_full(ranking):
                    ms = ranking.rerank_ms
                    own[question] = replace(own[question], rerank_ms=ms, cached=False)
    return own


def _read_in_full(ranking: Ranking) -> bool:
    return not (ranking.cached or ranking.skipped)


def _reads(configuration: Configuration) -> tuple[SearchSettings, str, str, str, str]:
    """What a configuration reads, and with what; how it orders that does not count."""
    second = configuration.settings.second
    plain = replace(second, fits=Fits(), blend=1.0, skip_predictor=False)
    settings = replace(configuration.settings, top_n=1, second=plain)
    c = configuration
    return settings, c.reranker, c.runtime, c.collection, c.run
