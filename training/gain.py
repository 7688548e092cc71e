"""What a new cross-encoder gains over the bi-encoder on a collection with known answers."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from core.evaluate.compare import Difference
from core.evaluate.configurations import presets
from core.evaluate.dataset_client import dataset_plan, evaluate_dataset
from core.evaluate.datasets import Dataset
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
    plan = dataset_plan(dataset, presets(TOP)[:2], measures=(MEASURE,))
    (difference,) = evaluate_dataset(dataset, plan, encoder, cross_encoder).compared
    known = sum(question.text in learned for question in plan.questions)
    return Gain(dataset.name, len(dataset.corpus), known, difference)
