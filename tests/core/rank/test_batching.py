"""Batches by token budget."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.rank.batching import batches

lengths = st.lists(st.integers(1, 512), max_size=60)


@given(lengths, st.integers(1, 4096))
def test_every_item_is_in_one_batch_and_no_batch_outgrows_the_budget(given_lengths, budget):
    """A partition; padded to its longest, a batch of several fits the budget."""
    made = batches(given_lengths, budget)
    assert sorted(i for batch in made for i in batch) == list(range(len(given_lengths)))
    for batch in made:
        assert len(batch) == 1 or len(batch) * max(given_lengths[i] for i in batch) <= budget


@given(lengths)
def test_batches_go_from_long_to_short(given_lengths):
    """No item of a later batch is longer than one of an earlier batch."""
    flat = [given_lengths[i] for batch in batches(given_lengths, 1000) for i in batch]
    assert flat == sorted(given_lengths, reverse=True)


def test_the_example_of_the_docstring():
    """2 x 30 <= 60 < 3 x 30."""
    assert batches([10, 30, 20], budget=60) == [[1, 2], [0]]
