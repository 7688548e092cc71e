"""The receipt of one comparison: everything that is needed to check it later.

The JSON is the record, and the page made of it (``core.history.receipt_page``) is for reading. The
page names the sha256 of the record, so that the two can be told to belong together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from core.errors import InputError
from core.history.records import GivenAnswer, Provenance, provenance
from core.home.library import Library
from core.schema import Comparison
from core.serialize import from_json, to_json

RECEIPT_FORMAT = 1
MOST_RECEIPT_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Receipt:
    """A comparison with the answers that were shown; ``format`` is of this record."""

    made_at: datetime
    comparison: Comparison
    provenance: Provenance
    answers: tuple[GivenAnswer, ...] = ()
    format: int = RECEIPT_FORMAT


def make_receipt(
    library: Library,
    collection_id: str,
    comparison: Comparison,
    answers: tuple[GivenAnswer, ...] = (),
) -> Receipt:
    """The receipt of a comparison that was made just now.

    Raises:
        StoreError: the library cannot be read.
    """
    made_from = provenance(library, collection_id, comparison.corpus_version)
    return Receipt(datetime.now(UTC), comparison, made_from, answers)


def receipt_json(receipt: Receipt) -> bytes:
    """The record as it is kept, UTF-8."""
    return to_json(receipt, indent=1).encode()


def read_receipt(data: bytes) -> Receipt:
    """The receipt that ``receipt_json`` wrote, once its own numbers agree with each other.

    Raises:
        InputError: it is none, of another version, or its numbers contradict each other.
    """
    if len(data) > MOST_RECEIPT_BYTES:
        raise InputError(
            f"A file of over {MOST_RECEIPT_BYTES // 1_000_000} MB is not a receipt of Second Look."
        )
    receipt = from_json(Receipt, data)
    if receipt.format != RECEIPT_FORMAT:
        raise InputError("This receipt was made by another version of Second Look.")
    wrong = next(contradictions(receipt), "")
    if wrong:
        raise InputError(f"This receipt contradicts itself: {wrong}", "It was changed afterwards.")
    return receipt


def contradictions(receipt: Receipt) -> Iterator[str]:
    """What in the receipt cannot be true together, in sentences; nothing for a true one."""
    comparison = receipt.comparison
    before = {c.chunk.id: c for c in comparison.candidates}
    if sorted(c.rank for c in before.values()) != list(range(1, len(before) + 1)):
        yield "the ranks of the candidates do not count from 1."
    if sorted(r.rank for r in comparison.reranked) != list(range(1, len(comparison.reranked) + 1)):
        yield "the ranks of the reranked list do not count from 1."
    for item in comparison.reranked:
        candidate = before.get(item.chunk.id)
        if candidate is None or candidate.chunk != item.chunk:
            yield f"the passage at rank {item.rank} is not a candidate."
        elif item.rank_delta != candidate.rank - item.rank:
            yield f"the rank delta at rank {item.rank} is not its move."
    yield from _order(comparison)
    yield from _citations(receipt)


def _order(comparison: Comparison) -> Iterator[str]:
    """Where the cross-encoder alone decides, a better logit stands higher."""
    second = comparison.settings.second
    ranked = sorted(comparison.reranked, key=lambda item: item.rank)
    if second.enabled and second.blend == 1.0 and all(item.scored == "full" for item in ranked):
        logits = [item.logit for item in ranked if item.logit is not None]
        if logits != sorted(logits, reverse=True):
            yield "the reranked list is not in the order of its logits."


def _citations(receipt: Receipt) -> Iterator[str]:
    texts = {item.chunk.id: item.chunk.text for item in receipt.comparison.reranked}
    for given in receipt.answers:
        for cited in given.answer.citations:
            if not cited.verified or cited.chunk_id is None:
                continue
            text = texts.get(cited.chunk_id)
            if text is None:
                yield f"citation {cited.number} names a passage that is not listed."
            elif cited.quote is not None and not 0 <= cited.quote.start <= cited.quote.end <= len(
                text
            ):
                yield f"citation {cited.number} lies outside its passage."
