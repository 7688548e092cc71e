"""What re-indexing is said to cost."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.ingest.jobs.cost import USUAL_TOKENS_PER_SECOND, EncodeMeter, reindex_cost
from core.schema import Document
from tests.strategies import make_chunk


def document(chunks):
    """A record with so many chunks."""
    return Document("a" * 64, "a.pdf", "", 1, chunks, 10, datetime.now(UTC), "rev")


def test_the_example_of_the_docstring_holds():
    """10 -> 30 chunks of 100 tokens in the sample: 40 become 120, 12,000 tokens, 4 s."""
    sample, other = document(10), document(30)
    cut = [replace(make_chunk(i), tokens=100) for i in range(30)]
    cost = reindex_cost([sample, other], sample, cut, 3000.0)
    assert (cost.documents, cost.chunks) == (2, 40 * 30 // 10)
    assert cost.seconds == pytest.approx(120 * 100 / 3000)


def test_a_sample_without_chunks_costs_nothing():
    """No text under the new chunking: nothing to embed, and no division by zero."""
    cost = reindex_cost([document(0)], document(0), [], 3000.0)
    assert (cost.chunks, cost.seconds) == (0, 0.0)


def test_the_meter_believes_a_measurement_only_when_there_is_enough_of_it():
    """Few tokens: the usual speed. Many: tokens through seconds."""
    meter = EncodeMeter()
    meter.add(100, 1.0)
    assert meter.tokens_per_second == USUAL_TOKENS_PER_SECOND
    assert not meter.measured
    meter.add(7900, 3.0)
    assert meter.measured
    assert meter.tokens_per_second == pytest.approx((100 + 7900) / (1 + 3))
