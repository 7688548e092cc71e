"""What an evaluation needs of whatever searches, and the grades of its questions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.evaluate.configurations import Configuration
from core.evaluate.judging.grading import Graded, grade
from core.evaluate.judging.judgments import Judgments
from core.evaluate.metrics import MEASURE, evaluate_lists
from core.evaluate.questions.question_sets import Question, known_judgments
from core.schema import Chunk, Comparison, ModelInfo
from core.search.calibration import NoiseFloor
from core.search.depth import Quality


class EvaluationClient(Protocol):
    """What an evaluation needs of an engine; by default nobody waits, and nothing is answered."""

    judgments: Judgments
    """Where everything is kept."""

    def compare(self, collection_id: str, query: str, configuration: Configuration) -> Comparison:
        """Ask a question; the quotes do not matter."""
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

    def grades(self, collection_id: str, questions: tuple[Question, ...], place: str) -> Graded:
        """Those of questions of a collection on the chunks of ``place``, or its own ("")."""
        return grade_questions(self, collection_id, questions, place)

    def abstains(self, comparison: Comparison, configuration: Configuration) -> bool | None:
        """Whether quotes would abstain from it; None when no passage was read."""
        return None

    def floor(self, collection_id: str, configuration: Configuration) -> NoiseFloor | None:
        """What off-topic questions reach there now; None as long as it was not measured."""
        return None

    def busy(self) -> bool:
        """Whether a person waits for a model now."""
        return False

    def release(self) -> None:
        """Let go of the models that only an evaluation used."""
        ...


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
        values = evaluate_lists({query: qrels}, {query: order}, [MEASURE], leave_out_unjudged=False)
        return values[MEASURE][query]

    return quality
