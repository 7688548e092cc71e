"""Batches that several questions share: the same logits, in the same order, for everybody."""

import threading

import numpy as np
import pytest
from hypothesis import given, strategies as st

from core.errors import ModelError
from core.models.loading import Models
from core.models.scheduler import InferenceScheduler, ScheduledCrossEncoder, ScheduledEncoder
from core.models.shared_batches import Batched, BatchedEncoder, SharedBatches
from tests.core.models.batching import Batching, made
from tests.fakes import FakeEncoder
from tests.made_home import SECONDS, at_once, wait_until

lengths = st.lists(st.integers(1, 60), max_size=30)


def numbered(sizes, start):
    """Pairs of these lengths whose first tokens count from ``start``."""
    return [made(size, start + i) for i, size in enumerate(sizes)]


@given(st.lists(lengths, max_size=5), st.integers(1, 200))
def test_everybody_gets_the_logits_of_his_own_pairs(jobs, budget):
    """Whoever runs the batches, each job has its own order, and no batch is too large."""
    shared, model = SharedBatches(budget), Batching()
    added = [shared.add(numbered(sizes, 100 * i)) for i, sizes in enumerate(jobs)]
    while not all(job.done for job in added):
        shared.step(model)
    for i, (job, sizes) in enumerate(zip(added, jobs, strict=True)):
        assert job.result().tolist() == [100 * i + k for k in range(len(sizes))]
    assert all(len(batch) == 1 or sum(batch) <= budget for batch in model.batches)


@given(lengths, lengths)
def test_the_oldest_job_is_finished_as_soon_as_alone(first, second):
    """Riders use room that would be wasted: the first job needs no more steps than alone."""
    alone, together = SharedBatches(100), SharedBatches(100)
    job, same = alone.add(numbered(first, 0)), together.add(numbered(first, 0))
    together.add(numbered(second, 0))
    while not job.done:
        alone.step(Batching())
        together.step(Batching())
    assert same.done


def test_the_example_of_the_docstring():
    """30 and 20 together, what does not fit later."""
    shared, model = SharedBatches(100), Batching()
    shared.add([made(30)])
    shared.add([made(80), made(60)])
    shared.add([made(20)])
    for _ in range(3):
        shared.step(model)
    assert model.batches == [[30, 20], [80], [60]]


def test_an_error_reaches_all_whose_pairs_were_in_the_batch():
    """Nobody waits for ever for a batch that failed, and the next one goes on."""

    class Broken(Batching):
        def run(self, pairs):
            raise ModelError("It failed.")

    shared = SharedBatches(100)
    jobs = [shared.add([made(30)]), shared.add([made(30)]), shared.add([made(50, first=7)])]
    shared.step(Broken())
    for job in jobs[:2]:
        with pytest.raises(ModelError, match="It failed"):
            job.result()
    shared.remove(jobs[0])
    shared.step(Batching())
    assert jobs[2].result().tolist() == [7]


def test_an_interrupted_batch_leaves_nobody_waiting():
    """Also what is no error of ours ends the wait of the others."""

    class Interrupted(Batching):
        def run(self, pairs):
            raise KeyboardInterrupt

    shared = SharedBatches()
    job = shared.add([made(3)])
    with pytest.raises(KeyboardInterrupt):
        shared.step(Interrupted())
    with pytest.raises(ModelError, match="cancelled"):
        job.result()


def test_eight_threads_behind_the_gate_get_what_one_gets():
    """Calls that wait for the same scheduler are served from shared batches, each with its own."""
    inner = Batching()
    assert isinstance(inner, Batched)
    scheduled, found = ScheduledCrossEncoder(inner, InferenceScheduler()), {}
    texts = {name: [name * size for size in (3, 40, 20)] for name in "abcdefgh"}

    def ask(name):
        found[name] = scheduled.score("question", texts[name]).tolist()

    at_once(ask, texts)
    assert found == {name: [ord(name)] * 3 for name in texts}


def test_all_sessions_get_the_same_cross_encoder():
    """Else their questions could not share batches; after a change it is another one."""
    models = Models(FakeEncoder, Batching)
    first = models.wait()[1]
    assert models.wait()[1] is first
    models.replace_cross_encoder(Batching())
    assert models.wait()[1] is not first


class BatchingEncoder(FakeEncoder):
    """Tokens are the text's letters; the vector of a text is its first token, and 1 of a query."""

    def __init__(self):
        super().__init__(dimension=2)
        self.batches = []

    def prepare_texts(self, texts, *, as_query=False):
        """One token a letter; the first says what it is."""
        return [made(len(text), -1 if as_query else ord(text[0])) for text in texts]

    def run(self, texts):
        """The first token of each, and 1 for a query."""
        self.batches.append(len(texts))
        rows = [[text.ids[0], float(text.ids[0] == -1)] for text in texts]
        return np.array(rows, dtype=np.float32)


def test_texts_of_several_calls_are_encoded_together():
    """Questions and passages in one batch; an indexing stays for itself."""
    inner, scheduler, found = BatchingEncoder(), InferenceScheduler(), {}
    assert isinstance(inner, BatchedEncoder)
    shared = SharedBatches()
    encoder = ScheduledEncoder(inner, scheduler, shared=shared)

    def ask(name):
        found[name] = (
            encoder.encode([name, 3 * name]) if name != "q" else encoder.encode_query(name)
        )

    with scheduler.turn():
        threads = [threading.Thread(target=ask, args=(name,)) for name in "abcq"]
        for thread in threads:
            thread.start()
        wait_until(lambda: scheduler.waiting == 4)
    for thread in threads:
        thread.join(SECONDS)
    assert inner.batches == [7]
    assert found.pop("q").tolist() == [-1, 1]
    assert {name: rows.tolist() for name, rows in found.items()} == {
        name: [[ord(name), 0]] * 2 for name in "abc"
    }
    background = ScheduledEncoder(inner, scheduler, background=True, shared=shared)
    assert background.encode(["hat", "a hat"]).shape == (2, 2)
    assert inner.batches == [7]
    assert encoder.encode([]).shape == (0, 2)
