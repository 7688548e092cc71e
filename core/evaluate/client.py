"""What an evaluation needs of whatever searches, and the rankings it keeps of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from core.evaluate.configurations import Configuration
from core.evaluate.judging.grading import Graded, grade
from core.evaluate.judging.judgments import Judgments, folded
from core.evaluate.metrics import evaluate_lists
from core.evaluate.questions.question_sets import Question, known_judgments
from core.evaluate.rankings import (
    Ranking,
    RankingKey,
    Rankings,
    decided_by,
    ranking_of,
    settings_name,
    version_name,
)
from core.schema import Chunk, Comparison, ModelInfo
from core.search.calibration import NoiseFloor
from core.search.depth import Quality

MEASURE = "nDCG@10"


class EvaluationClient(Protocol):
    """What an evaluation needs of an engine."""

    @property
    def judgments(self) -> Judgments:
        """Where everything is kept."""
        ...

    def compare(self, collection_id: str, query: str, configuration: Configuration) -> Comparison:
        """Ask a question; the quotes do not matter."""
        ...

    def abstains(self, comparison: Comparison, configuration: Configuration) -> bool | None:
        """Whether quotes would abstain from it; None when no passage was read."""
        ...

    def floor(self, collection_id: str, configuration: Configuration) -> NoiseFloor | None:
        """What off-topic questions reach there now; None as long as it was not measured."""
        ...

    def chunks(self, collection_id: str, document_id: str) -> list[Chunk]:
        """The chunks of a document."""
        ...

    def corpus_version(self, collection_id: str) -> str:
        """Names the documents of a collection and how they are indexed."""
        ...

    def model_infos(self, configuration: Configuration) -> tuple[ModelInfo, ModelInfo]:
        """The bi-encoder and what reads the candidates, once they are loaded."""
        ...

    def release(self) -> None:
        """Let go of the models that only an evaluation used."""
        ...

    def busy(self) -> bool:
        """Whether a person waits for a model now."""
        ...


def version_of(client: EvaluationClient, collection: str, configuration: Configuration) -> str:
    """Names documents, algorithms and models of a configuration."""
    version = client.corpus_version(configuration.collection or collection)
    return version_name(version, client.model_infos(configuration))


def ranking_key(collection: str, configuration: Configuration, version: str) -> RankingKey:
    """Under which key the rankings of a configuration are kept, made under that version."""
    place = configuration.collection or collection
    return RankingKey(place, settings_name(configuration.settings), version)


def rank(
    client: EvaluationClient,
    key: RankingKey,
    configuration: Configuration,
    question: str,
    rules: str = "",
) -> Ranking:
    """Ask a question and keep its ranking; with what quotes decide, where ``rules`` are named."""
    settings = configuration.settings
    quick = settings if settings.second.skip_predictor else replace(settings, top_n=1)
    configuration = replace(configuration, settings=quick)
    comparison = client.compare(key.collection, question, configuration)
    ranking = ranking_of(comparison)
    if rules:
        decision = client.abstains(comparison, configuration)
        ranking = replace(ranking, abstains=decision, decided_by=rules)
    Rankings(client.judgments.database).put(key, ranking)
    return ranking


def rules_of(client: EvaluationClient, collection: str, configuration: Configuration) -> str:
    """Names what decides abstention for a configuration now."""
    floor = client.floor(configuration.collection or collection, configuration)
    return decided_by(floor, client.model_infos(configuration)[1].calibration)


def rank_all(
    client: EvaluationClient,
    collection: str,
    question: str,
    configurations: Sequence[Configuration],
) -> list[Ranking]:
    """The ranking of each configuration, for the evaluation too; a kept one is not made again."""
    rankings = []
    for configuration in configurations:
        key = _key(client, collection, configuration)
        kept = Rankings(client.judgments.database).all(key, folded(question))
        ranking = kept.get(folded(question))
        rankings.append(ranking or rank(client, key, configuration, question))
    return rankings


def kept_rankings(
    client: EvaluationClient, collection: str, configurations: Sequence[Configuration]
) -> list[dict[str, Ranking]]:
    """For each configuration: question -> ranking, of those that were made before."""
    rankings = Rankings(client.judgments.database)
    return [rankings.all(_key(client, collection, c)) for c in configurations]


def _key(client: EvaluationClient, collection: str, configuration: Configuration) -> RankingKey:
    return ranking_key(collection, configuration, version_of(client, collection, configuration))


def grade_questions(
    client: EvaluationClient,
    collection: str,
    questions: tuple[Question, ...],
    place: str = "",
    until: datetime | None = None,
) -> Graded:
    """All that is known about these questions: their own source and what people said.

    ``place`` is another collection, of the same documents, whose chunks get the grades. ``until``
    leaves out what people said later.
    """
    texts = {question.text for question in questions}
    people = [j for j in client.judgments.of(collection, until=until) if j.query in texts]
    judgments = [*known_judgments(collection, questions), *people]
    return grade(judgments, lambda document_id: client.chunks(place or collection, document_id))


def judged_quality(client: EvaluationClient, collection: str, query: str) -> Quality | None:
    """The nDCG@10 of a ranking of chunk ids; None when nothing is known to be relevant."""
    qrels = grade_questions(client, collection, (Question(query),)).qrels.get(query, {})
    if not any(grade > 0 for grade in qrels.values()):
        return None

    def quality(order: Sequence[str]) -> float:
        return evaluate_lists({query: qrels}, {query: order}, [MEASURE], leave_out_unjudged=False)[
            MEASURE
        ][query]

    return quality
