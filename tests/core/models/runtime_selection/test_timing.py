"""Races on a made clock: who is faster when other load comes and goes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.models.runtime_selection import timing as racing
from core.models.runtime_selection.timing import ROUNDS, lead, least, race, spread
from core.models.scheduler import InferenceScheduler

SECONDS = st.floats(0.001, 10)


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
        monkeypatch.setattr(racing.time, "perf_counter", lambda: machine.now)
        return machine

    return put


def test_each_slice_is_done_in_turn(on):
    """A, B, A, B: whatever comes meets both."""
    machine = on(Machine(lambda _: 1.0))
    race([machine.runner("a", 1), machine.runner("b", 2)], [1, 2], InferenceScheduler(), rounds=2)
    assert machine.calls == [("a", 1), ("b", 1), ("a", 2), ("b", 2)] * 2


def test_on_a_quiet_machine_the_figures_are_exact(on):
    """Slices of 1 and 2 at 3 and at 6 seconds: 9 against 18, twice as fast, no spread."""
    machine = on(Machine(lambda _: 1.0))
    one, other = race(
        [machine.runner("a", 3), machine.runner("b", 6)], [1, 2], InferenceScheduler()
    )
    assert (least(one), least(other), spread(one)) == pytest.approx((9, 18, 0))
    found = lead(one, other)
    assert (found.ratio, found.low, found.high) == pytest.approx((2, 2, 2))
    assert found.settled


def test_load_that_comes_and_goes_does_not_turn_the_winner(on):
    """Five times slower for two thirds of the time: one run after the other would be misled."""

    def load(now):
        return 5.0 if (now // 7) % 3 else 1.0

    slices = list(np.linspace(0.2, 1.0, 24))
    machine = on(Machine(load))
    quick, slow = machine.runner("quick", 0.8), machine.runner("slow", 1.0)
    taken = race([quick, slow], slices, InferenceScheduler())
    assert lead(*taken).ratio > 1
    assert max(spread(seconds) for seconds in taken) > 0.2  # and it is seen that it was not quiet


def test_a_difference_within_the_noise_is_not_settled(on):
    """Every second call is disturbed by another third: 2 % more speed is not seen there."""
    machine = on(Machine(lambda now: 1 + 0.6 * math.sin(now * 12.9898) ** 2))
    runners = [machine.runner("a", 1.0), machine.runner("b", 1.02)]
    taken = race(runners, [1.0, 1.3, 1.7], InferenceScheduler(), rounds=1)
    assert not lead(*taken).settled


def test_the_same_speed_is_settled(on):
    """Who is 1 % faster does not matter; of one slice nothing is known."""
    machine = on(Machine(lambda _: 1.0))
    runners = [machine.runner("a", 1.0), machine.runner("b", 1.01)]
    assert lead(*race(runners, [1, 2, 3], InferenceScheduler())).settled
    assert not lead(*race(runners, [1], InferenceScheduler())).settled


@given(st.lists(SECONDS, min_size=2, max_size=8), st.lists(SECONDS, min_size=2, max_size=8))
def test_a_lead_turned_around_is_its_inverse(one, other):
    """Whoever stands first."""
    count = min(len(one), len(other))
    a, b = (np.array([side[:count]]) for side in (one, other))
    forth, back = lead(a, b), lead(b, a)
    assert forth.ratio == pytest.approx(1 / back.ratio)
    assert forth.low <= forth.ratio <= forth.high
    assert forth.settled == back.settled
    assert ROUNDS > 1
