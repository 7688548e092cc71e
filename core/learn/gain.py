"""What a new cross-encoder gains over the bi-encoder on a collection with known answers."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from core.evaluate.compare import Difference
from core.evaluate.datasets import Dataset
from core.evaluate.experiment import Plan, evaluate_first_stages, questions
from core.evaluate.indexed import indexed_stages
from core.ports import CrossEncoder, Encoder

MEASURE = "nDCG@10"
TOP = 30
"""Candidates that are reranked, as in the bundled model's card."""


@dataclass(frozen=True, slots=True)
class Gain:
    """The difference on a collection, of whose questions ``known`` were learned from."""

    dataset: str
    passages: int
    known: int
    difference: Difference


def gain(
    dataset: Dataset, encoder: Encoder, cross_encoder: CrossEncoder, learned: Container[str]
) -> Gain:
    """nDCG@10 of the bi-encoder's list, and of its first thirty reranked.

    Args:
        dataset: a collection with judgments.
        encoder: the bi-encoder.
        cross_encoder: the new one.
        learned: the questions that it learned from.

    Raises:
        InputError: the collection has no question with a relevant document.
    """
    plan = Plan(top_k=TOP, measures=(MEASURE,))
    known = sum(text in learned for text in questions(dataset).values())
    with indexed_stages(dataset.corpus, encoder, names=("dense",)) as stages:
        report = evaluate_first_stages(dataset, stages, cross_encoder, plan)
    return Gain(dataset.name, report.passages, known, report.differences[0])
