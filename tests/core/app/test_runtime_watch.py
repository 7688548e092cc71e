"""Runtimes are measured when nobody searches, and not for ever."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest

from core.app.runtime_watch import AGAIN_SECONDS, FAILURES, QUIET_SECONDS, RuntimeWatch
from core.models.loading import Models
from tests.fakes import FakeCrossEncoder, FakeEncoder


@dataclass
class Work:
    """Stands in for a measurement; it is due so many times."""

    times: int
    wanted: str = "auto"
    passages: int = 0
    name: str = "made"
    looked: int = 0
    done: int = 0

    @property
    def own(self):
        """The passages of the person who uses it."""
        return SimpleNamespace(count=lambda: self.passages)

    @property
    def cross_encoder(self):
        """The place of the model."""
        return SimpleNamespace(spec=SimpleNamespace(name=self.name))

    def due(self, _):
        """Whether it is."""
        self.looked += 1
        return self.done < self.times

    def __call__(self, _):
        """Measure once."""
        self.done += 1


@pytest.fixture
def models():
    """Loaded ones, and nobody has asked them anything for a long time."""
    made = Models(FakeEncoder, FakeCrossEncoder)
    made.wait()
    made.scheduler._asked -= QUIET_SECONDS
    return made


class Clock:
    """Seconds that a test lets pass."""

    now = 0.0

    def __call__(self):
        """The time."""
        return self.now


def test_what_is_due_is_measured_and_then_it_is_not_looked_at_for_a_while(models):
    """Looking closer reads the weights of both models."""
    work, clock = Work(1), Clock()
    watch = RuntimeWatch(models, lambda: work, lambda: False, clock)
    assert watch.look()
    assert [watch.look() for _ in range(3)] == [False] * 3
    assert (work.done, work.looked) == (1, 2)
    clock.now = AGAIN_SECONDS
    assert not watch.look()
    assert (work.done, work.looked) == (1, 3)


@pytest.mark.parametrize("change", ["passages", "wanted", "model"])
def test_a_change_is_seen_at_once(models, change):
    """Documents, the runtime wanted, another cross-encoder."""
    work = Work(0)
    watch = RuntimeWatch(models, lambda: work, lambda: False, Clock())
    watch.look()
    work.times = 1
    assert not watch.look()
    if change == "passages":
        work.passages = 100
    elif change == "wanted":
        work.wanted = "openvino-f32"
    else:
        models.replace_cross_encoder(Other())
        models.scheduler._asked -= QUIET_SECONDS
    assert watch.look()


class Other(FakeCrossEncoder):
    """Another model."""

    @property
    def info(self):
        """Under another name."""
        return replace(super().info, name="other")


def test_a_measurement_that_leaves_it_due_is_tried_a_few_times(models):
    """With time between them; another model has its own tries."""
    work, clock = Work(99), Clock()
    watch = RuntimeWatch(models, lambda: work, lambda: False, clock)
    for _ in range(2 * FAILURES):
        watch.look()
        clock.now += AGAIN_SECONDS
    assert work.done == FAILURES
    work.name = "another"
    clock.now += AGAIN_SECONDS
    assert watch.look()


def test_nothing_is_measured_beside_searches_and_jobs(models):
    """Nor while it is measured already, nor soon after somebody searched."""
    work, busy = Work(1), [True]
    watch = RuntimeWatch(models, lambda: work, lambda: busy[0], Clock())
    assert not watch.look()
    busy[0] = False
    with models.measuring:
        assert not watch.look()
    with models.scheduler.searching():
        models.scheduler._asked -= QUIET_SECONDS
        assert not watch.look()
    assert not watch.look(), "somebody searched just now"
    models.scheduler._asked -= QUIET_SECONDS
    assert watch.look()


def test_it_ends_when_it_is_closed(models):
    """And before it began nothing has to end."""
    watch = RuntimeWatch(models, lambda: Work(0), lambda: False)
    watch.close()
    watch = RuntimeWatch(models, lambda: Work(0), lambda: False)
    watch.start()
    watch.close()
    assert not watch._thread.is_alive()
