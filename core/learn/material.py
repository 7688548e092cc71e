"""Everything that is known about questions, gathered for learning: rankings and grades."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from core.errors import InputError
from core.evaluate.client import EvaluationClient, grade_questions
from core.evaluate.configurations import Configuration
from core.evaluate.questions.question_sets import MADE_ORIGINS, Question
from core.learn.groups import TrainingGroup, training_group
from core.learn.weights import WeightQuestion, weight_question
from core.schema import Comparison, SearchSettings

Advance = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Judged:
    """A question as it is ranked today, with its grades by chunk id.

    ``known_item``: it was made from its answer, so unjudged passages are no answers.
    """

    comparison: Comparison
    grades: dict[str, int]
    known_item: bool


def gather(
    client: EvaluationClient,
    collection: str,
    questions: Sequence[Question],
    settings: SearchSettings,
    advance: Advance,
) -> list[Judged]:
    """Ask every question that somebody judged or that knows its answer.

    Args:
        client: the engine.
        collection: its id.
        questions: asked in their order, each once.
        settings: how they are asked; what is learned holds for these.
        advance: told (done, total) after every question.
    """
    graded = grade_questions(client, collection, tuple(questions))
    by_text = {question.text: question for question in questions}
    judged = [text for text in by_text if graded.qrels.get(text)]
    material = []
    for number, text in enumerate(judged, start=1):
        known_item = by_text[text].origin in MADE_ORIGINS
        comparison = client.compare(collection, text, Configuration("", settings))
        material.append(Judged(comparison, graded.qrels[text], known_item))
        advance(number, len(judged))
    return material


def with_unjudged(judged: Judged) -> dict[str, int]:
    """The grades; of a question with one known source every other passage is a 0."""
    if not judged.known_item:
        return judged.grades
    zeros = {item.chunk.id: 0 for item in judged.comparison.reranked}
    return zeros | judged.grades


def weight_questions(material: Sequence[Judged]) -> list[WeightQuestion]:
    """The material as weights are learned from it."""
    return [weight_question(judged.comparison, with_unjudged(judged)) for judged in material]


def training_groups(material: Sequence[Judged]) -> list[TrainingGroup]:
    """The material as a cross-encoder learns from it; what teaches nothing is left out."""
    groups = []
    for judged in material:
        with suppress(InputError):  # its answer was no candidate, or nothing to hold against it
            groups.append(
                training_group(judged.comparison, judged.grades, unjudged=judged.known_item)
            )
    return groups
