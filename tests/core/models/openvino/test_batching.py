"""Batches of one length each."""

from hypothesis import given, strategies as st

from core.models.openvino.setup import BATCH_TOKENS, STEP, batches, rounded

lengths = st.lists(st.integers(1, 32).map(lambda steps: steps * STEP), max_size=60)
workers = st.integers(1, 8)


@given(lengths, workers)
def test_every_item_is_in_one_batch_of_its_own_length(given_lengths, several):
    """A partition into equal lengths; a batch of several keeps to the limit."""
    made = batches(given_lengths, several)
    assert sorted(i for batch in made for i in batch) == list(range(len(given_lengths)))
    for batch in made:
        assert len({given_lengths[i] for i in batch}) == 1
        assert len(batch) == 1 or sum(given_lengths[i] for i in batch) <= BATCH_TOKENS


@given(lengths, workers)
def test_batches_go_from_long_to_short(given_lengths, several):
    """No item of a later batch is longer than one of an earlier batch."""
    flat = [given_lengths[i] for batch in batches(given_lengths, several) for i in batch]
    assert flat == sorted(given_lengths, reverse=True)


@given(st.integers(1, 60), st.integers(1, 32), st.integers(2, 8))
def test_workers_finish_within_one_item_of_each_other(count, steps, several):
    """Each batch goes to whoever is free first, as the queue does it: nobody ends much later."""
    length = steps * STEP
    busy = [0] * several
    for batch in batches([length] * count, several):
        busy[busy.index(min(busy))] += len(batch)
    assert max(busy) - min(busy) <= 1


@given(st.integers(1, 512), st.integers(1, 512))
def test_a_rounded_length_holds_the_item_and_fits_the_window(length, window):
    """Never shorter than an item that fits, less than a step longer, never above the window."""
    found = rounded(min(length, window), window)
    assert min(length, window) <= found <= window
    assert found < length + STEP


def test_the_example_of_the_docstring():
    """Seven of 256 for two workers."""
    assert [len(batch) for batch in batches([256] * 7, workers=2)] == [2, 2, 2, 1]
    assert [len(batch) for batch in batches([256] * 7 + [16], workers=2)] == [2, 2, 2, 1, 1]
