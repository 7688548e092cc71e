"""The product's whole point in five sentences and one question, computed live."""

from __future__ import annotations

from core.app.retriever import TwoStageRetriever
from core.ports import CrossEncoder, Encoder
from core.schema import Comparison

QUESTION = "Can I approve my own travel expenses?"
SENTENCES = (
    "Expense reports are approved by your direct manager within five working days.",
    "You can approve travel expenses for your team in the expense portal.",
    "Self-approval of expense reports is strictly forbidden.",
    "Travel expenses must be submitted within 30 days of the trip.",
    "The travel desk books flights and hotels for employees.",
)


def demonstrate(encoder: Encoder, cross_encoder: CrossEncoder) -> Comparison:
    """The five sentences, found by the bi-encoder and reordered by the cross-encoder."""
    retriever = TwoStageRetriever(encoder, cross_encoder)
    retriever.index(SENTENCES)
    return retriever.compare(QUESTION, top_k=5, top_n=1)
