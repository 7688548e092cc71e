"""The choice of a runtime, with fakes that are fast, slow, right and wrong."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from core.errors import ModelError
from core.models.runtime_selection import measuring
from core.models.runtime_selection.material import (
    Material,
    RankingTask,
    ranking_tasks,
    sample_texts,
)
from core.models.runtime_selection.measuring import (
    cross_encoder_work,
    encoder_work,
    least,
    race,
    select,
    spread,
)
from core.models.scheduler import InferenceScheduler
from tests.fakes import FakeCrossEncoder, FakeEncoder

TASKS = (
    RankingTask("a b c", ("a", "a b", "a b c", "x"), ("y", "z")),
    RankingTask("d", ("d", "e")),
)


def selected(reference, others, scheduler=None):
    """What is selected of cross-encoders that rerank the tasks."""
    scheduler = scheduler or InferenceScheduler()
    work = cross_encoder_work(reference, Material(TASKS, ()), scheduler)
    return select(reference, others, work, scheduler)


class Timed(FakeCrossEncoder):
    """Waits so many seconds for each call, and adds ``drift`` times the passage's length."""

    def __init__(self, runtime, seconds=0.0, drift=0.0):
        super().__init__()
        self._runtime, self._seconds, self._drift = runtime, seconds, drift

    @property
    def info(self):
        """Says which runtime it plays."""
        return replace(super().info, runtime=self._runtime)

    def score(self, query, passages):
        """The fake's logits, late or wrong."""
        time.sleep(self._seconds)
        logits = super().score(query, passages)
        for i, passage in enumerate(passages):
            logits[i] -= self._drift * len(passage)
        return logits


def missing():
    """A runtime that cannot be had."""
    raise ModelError("It is not here.")


def test_the_fastest_that_agrees_is_chosen_and_every_refusal_has_its_reason():
    """Right and fast wins over wrong and faster, and over what is missing."""
    reference, right = Timed("torch-fp32", 0.02), Timed("right", 0.005)
    wrong = Timed("wrong", 0.0, drift=9.0)
    others = {"right": lambda: right, "wrong": lambda: wrong, "missing": missing}
    chosen, selection = selected(reference, others)
    assert chosen is right
    assert selection.runtime == "right"
    assert "times as fast as torch-fp32" in selection.reason
    refused = {result.runtime: result.refused for result in selection.results}
    assert refused["torch-fp32"] == refused["right"] == ""
    assert "below 0.95" in refused["wrong"]
    assert refused["missing"] == "It is not here."


def test_the_reference_stays_when_nothing_is_faster():
    """A slower one that agrees is no reason to change."""
    reference = Timed("torch-fp32")
    chosen, selection = selected(reference, {"slow": lambda: Timed("slow", 0.02)})
    assert chosen is reference
    assert selection.reason.startswith("No other runtime was faster")


def test_vectors_that_differ_are_refused():
    """An encoder with other vectors is not taken, however fast."""

    class Turned(FakeEncoder):
        def encode(self, texts):
            return super().encode(texts)[:, ::-1]

    class Slow(FakeEncoder):
        def encode(self, texts):
            time.sleep(0.01)
            return super().encode(texts)

    reference = Slow()
    scheduler = InferenceScheduler()
    work = encoder_work(reference, Material((), ("one two", "three")), scheduler)
    chosen, selection = select(reference, {"turned": Turned}, work, scheduler)
    assert chosen is reference
    assert "lowest cosine" in selection.results[1].refused


def test_searches_go_first_while_runtimes_are_measured():
    """Every measured call holds a background turn of the scheduler, never more."""
    scheduler, seen = InferenceScheduler(), []

    class Watching(FakeCrossEncoder):
        def score(self, query, passages):
            seen.append((scheduler._taken, len(passages) <= 5))
            return super().score(query, passages)

    selected(Watching(), {}, scheduler)
    assert seen
    assert set(seen) == {(True, True)}


def test_the_material_is_made_of_the_samples():
    """Each question comes with its nearest passages first, and with others that are far."""
    questions, passages = sample_texts()
    tasks = ranking_tasks(questions, passages, FakeEncoder())
    assert len(tasks) == len(questions) == 12
    assert all(len(task.passages) == 20 and len(task.far) == 5 for task in tasks)
    assert all(not {*task.passages} & {*task.far} for task in tasks)


class Machine:
    """A clock that runners move on: each call takes its seconds times the load of the moment."""

    def __init__(self, load):
        self.now, self._load, self.calls = 0.0, load, []

    def runner(self, name, seconds):
        """A model that needs so many seconds for a slice on a quiet machine."""

        def run(part):
            self.now += seconds * part * self._load(self.now)
            self.calls.append((name, part))

        return run


@pytest.fixture
def on(monkeypatch):
    """Puts a machine's clock in place of the real one."""

    def put(machine):
        monkeypatch.setattr(measuring.time, "perf_counter", lambda: machine.now)
        return machine

    return put


def test_each_slice_is_done_in_turn(on):
    """A, B, A, B: whatever comes meets both."""
    machine = on(Machine(lambda _: 1.0))
    race([machine.runner("a", 1), machine.runner("b", 2)], [1, 2], InferenceScheduler(), rounds=2)
    assert machine.calls == [("a", 1), ("b", 1), ("a", 2), ("b", 2)] * 2


def test_on_a_quiet_machine_the_figures_are_exact(on):
    """Slices of 1 and 2 at 3 and at 6 seconds: 9 against 18, no spread."""
    machine = on(Machine(lambda _: 1.0))
    one, other = race(
        [machine.runner("a", 3), machine.runner("b", 6)], [1, 2], InferenceScheduler()
    )
    assert (least(one), least(other), spread(one)) == pytest.approx((9, 18, 0))


def test_load_that_comes_and_goes_does_not_turn_the_winner(on):
    """Five times slower for two thirds of the time: one run after the other would be misled."""

    def load(now):
        return 5.0 if (now // 7) % 3 else 1.0

    slices = list(np.linspace(0.2, 1.0, 24))
    machine = on(Machine(load))
    quick, slow = machine.runner("quick", 0.8), machine.runner("slow", 1.0)
    taken = race([quick, slow], slices, InferenceScheduler())
    assert least(taken[0]) < least(taken[1])
    assert max(spread(seconds) for seconds in taken) > 0.2  # and it is seen that it was not quiet
