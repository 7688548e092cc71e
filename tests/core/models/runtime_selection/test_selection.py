"""The choice of a runtime, with fakes that are fast, slow, right and wrong."""

import time
from contextlib import nullcontext
from dataclasses import replace
from functools import partial

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
    BF16,
    INT8,
    ModelWork,
    least,
    race,
    select,
    spread,
)
from core.models.scheduler import InferenceScheduler
from tests.fakes import FakeCrossEncoder, FakeEncoder

TASKS = (RankingTask("a b c", ("a", "a b", "a b c", "x"), ("y", "z")), RankingTask("d", ("d", "e")))


def selected(reference, others, turn=nullcontext, **gain):
    """What is selected of cross-encoders that rerank the tasks."""
    return select(reference, others, ModelWork(Material(TASKS, ()), turn), **gain)


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
    work = ModelWork(Material((), ("one two", "three")), nullcontext)
    chosen, selection = select(reference, {"turned": Turned}, work)
    assert chosen is reference
    assert "lowest cosine" in selection.results[1].refused


def test_every_call_of_a_model_has_a_turn_of_its_own():
    """Those that are timed are of five passages at most: a search need not wait long."""
    scheduler, seen = InferenceScheduler(), []

    class Watching(FakeCrossEncoder):
        def score(self, query, passages):
            seen.append((scheduler._taken, len(passages) <= 20))
            return super().score(query, passages)

    selected(Watching(), {}, partial(scheduler.turn, background=True))
    assert seen
    assert set(seen) == {(True, True)}


@pytest.mark.parametrize(("gain", "expected"), [(1.1, BF16), (1.0, INT8)])
def test_int8_must_be_so_much_faster_than_bf16(gain, expected, monkeypatch):
    """A twentieth more is not worth the digits where a tenth is asked for; the record says so."""
    speeds = {"openvino-f32": 30.0, BF16: 20.0, INT8: 19.0}
    monkeypatch.setattr(
        measuring, "race", lambda runners, _, __: [np.array([[s]]) for s in speeds.values()]
    )
    others = {name: partial(Timed, name) for name in (BF16, INT8)}
    _, selection = selected(Timed("openvino-f32"), others, least_gain=gain)
    assert selection.runtime == expected
    refused = {result.runtime: result.refused for result in selection.results}
    assert refused[INT8] == ("" if expected == INT8 else f"it is not 1.1 times as fast as {BF16}")
    assert refused[BF16] == ""


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
    race([machine.runner("a", 1), machine.runner("b", 2)], [1, 2], nullcontext, rounds=2)
    assert machine.calls == [("a", 1), ("b", 1), ("a", 2), ("b", 2)] * 2


def test_on_a_quiet_machine_the_figures_are_exact(on):
    """Slices of 1 and 2 at 3 and at 6 seconds: 9 against 18, no spread."""
    machine = on(Machine(lambda _: 1.0))
    one, other = race([machine.runner("a", 3), machine.runner("b", 6)], [1, 2], nullcontext)
    assert (least(one), least(other), spread(one)) == pytest.approx((9, 18, 0))


def test_load_that_comes_and_goes_does_not_turn_the_winner(on):
    """Five times slower for two thirds of the time: one run after the other would be misled."""

    def load(now):
        return 5.0 if (now // 7) % 3 else 1.0

    slices = list(np.linspace(0.2, 1.0, 24))
    machine = on(Machine(load))
    quick, slow = machine.runner("quick", 0.8), machine.runner("slow", 1.0)
    taken = race([quick, slow], slices, nullcontext)
    assert least(taken[0]) < least(taken[1])
    assert max(spread(seconds) for seconds in taken) > 0.2  # and it is seen that it was not quiet
