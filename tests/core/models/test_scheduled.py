"""Models behind the scheduler give what they give without it."""

import threading

import numpy as np
from hypothesis import given, strategies as st

from core.models.loading import Models
from core.models.scheduler import (
    INDEX_BATCH,
    LONE_INDEX_BATCH,
    SEARCH_BATCH,
    InferenceScheduler,
    ScheduledCrossEncoder,
    ScheduledEncoder,
)
from tests.fakes import FakeCrossEncoder, FakeEncoder

texts = st.lists(st.text("ab ", max_size=12), max_size=40)


@given(st.lists(st.text("ab ", max_size=12), max_size=140), st.booleans(), st.booleans())
def test_vectors_are_the_encoders(given_texts, background, searched):
    """Batches put together in the order given, as large as they may be.

    An indexing takes larger ones while nobody searches.
    """
    inner, scheduler = FakeEncoder(), InferenceScheduler()
    if searched:
        with scheduler.searching():
            pass
    vectors = ScheduledEncoder(inner, scheduler, background=background).encode(given_texts)
    most = (INDEX_BATCH if searched else LONE_INDEX_BATCH) if background else SEARCH_BATCH
    assert [len(call) for call in inner.calls[:-1]] == [most] * (len(inner.calls) - 1)
    assert all(len(call) <= most for call in inner.calls)
    assert np.array_equal(vectors, FakeEncoder().encode(given_texts))
    assert vectors.dtype == np.float32


@given(texts)
def test_scores_are_the_cross_encoders_in_the_order_given(passages):
    """Sorting by length inside changes nothing outside."""
    inner, scheduled = (
        FakeCrossEncoder(),
        ScheduledCrossEncoder(FakeCrossEncoder(), InferenceScheduler()),
    )
    assert np.array_equal(scheduled.score("a b", passages), inner.score("a b", passages))
    assert scheduled.truncated("a b", passages) == inner.truncated("a b", passages)
    assert scheduled.info == inner.info


def test_a_long_reranking_lets_others_in_between():
    """A short call that comes during the first batch of a long one does not wait for the last."""
    scheduler, inner, short = InferenceScheduler(), FakeCrossEncoder(), FakeCrossEncoder()
    person = threading.Thread(
        target=ScheduledCrossEncoder(short, scheduler).score, args=("b", ["b"])
    )
    score, seen = inner.score, []

    def scored(query, passages):
        if not seen:
            person.start()
            while scheduler.waiting == 0:
                pass
        seen.append(len(short.pairs))
        return score(query, passages)

    inner.score = scored
    ScheduledCrossEncoder(inner, scheduler).score("a", ["a"] * (3 * SEARCH_BATCH))
    person.join()
    assert seen == [0, 1, 1]


def test_the_loader_hands_out_models_that_share_its_gate():
    """Indexing waits while a search is on, and the search does not wait for it."""
    models = Models(FakeEncoder, FakeCrossEncoder)
    encoder, _ = models.wait()
    indexing = models.wait_in_background()
    thread = threading.Thread(target=indexing.encode, args=(["text"],))
    with models.scheduler.searching():
        thread.start()
        while models.scheduler.waiting == 0:
            pass
        assert encoder.encode(["question"]).shape == (1, encoder.dimension)
        assert models.scheduler.waiting == 1
    thread.join()
