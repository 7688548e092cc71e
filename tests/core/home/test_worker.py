"""Work in the background, and what is done before Python takes everything apart."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from core.errors import Stopping, StoreError
from core.home.worker import BackgroundWorker

SECONDS = 60  # never waited for where all is well
ROOT = Path(__file__).parents[3]
ORDER = """
import atexit
import sys
from pathlib import Path
from core.home.worker import before_the_end

def close():
    print("closed while its folder is", Path(folder.name).is_dir())

def other():
    print("never")

before_the_end(close)
before_the_end(other)
atexit.unregister(other)
from tempfile import TemporaryDirectory
folder = TemporaryDirectory()
"""


def test_what_is_closed_at_the_end_still_has_its_temporary_folders():
    """Also when the folder is the first thing of the process that wants to be cleaned away."""
    command = [sys.executable, "-W", "ignore", "-c", ORDER]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == "closed while its folder is True\n"
    assert run.stderr == ""


def doing(done, number, error):
    """A piece of work: notes its number, then ends as told."""

    def work():
        done.append(number)
        if error is not None:
            raise error

    return work


def held(worker):
    """Hand over work that runs until the event is set; returns when it has begun."""
    begun, go_on = threading.Event(), threading.Event()

    def work():
        begun.set()
        assert go_on.wait(SECONDS)

    assert worker.put(work)
    assert begun.wait(SECONDS)
    return go_on


ENDS = [None, StoreError("No.", "Wait."), ZeroDivisionError(), SystemExit(), Stopping("The end.")]


@given(st.lists(st.sampled_from(ENDS)))
def test_all_work_is_done_in_order_until_one_says_that_the_end_has_come(ends):
    """Errors of any kind end their piece only."""
    worker, done = BackgroundWorker("test"), []
    go_on = held(worker)
    taken = [worker.put(doing(done, number, end)) for number, end in enumerate(ends)]
    go_on.set()
    assert worker.wait(SECONDS)
    last = [isinstance(end, Stopping) for end in [*ends, Stopping("")]].index(True)
    assert all(taken)
    assert done == list(range(len(ends)))[: last + 1]
    assert worker.closed == (last < len(ends))
    assert not worker.busy


@given(st.lists(st.lists(st.none(), max_size=5), max_size=5))
def test_a_thread_lives_while_there_is_work_and_the_next_work_starts_another(batches):
    """No thread waits for work that may never come, and none is missing when it does."""
    worker, done = BackgroundWorker("test-thread"), []
    for batch in batches:
        for _ in batch:
            worker.put(lambda: done.append(threading.current_thread().name))
        assert worker.wait(SECONDS)
        assert not worker.busy
    assert done == ["test-thread"] * sum(map(len, batches))


def test_errors_are_logged_ours_as_a_sentence_and_defects_whole(caplog):
    """``Stopping`` is no error."""
    worker = BackgroundWorker("test")
    for error in (StoreError("The disk is full.", "Free some space."), ZeroDivisionError()):
        worker.put(doing([], 0, error))
    worker.put(doing([], 0, Stopping("The end.")))
    assert worker.wait(SECONDS)
    ours, defect = caplog.records
    assert (ours.levelname, ours.exc_info) == ("WARNING", None)
    assert ours.getMessage() == "test: The disk is full. Free some space."
    assert defect.levelname == "ERROR"
    assert defect.exc_info[0] is ZeroDivisionError


def test_no_more_than_allowed_waits():
    """What runs does not count."""
    worker, done = BackgroundWorker("test", most_waiting=2), []
    go_on = held(worker)
    assert [worker.put(doing(done, n, None)) for n in range(4)] == [True, True, False, False]
    go_on.set()
    assert worker.wait(SECONDS)
    assert done == [0, 1]
    assert worker.put(doing(done, 4, None))
    assert worker.wait(SECONDS)
    assert done == [0, 1, 4]


@pytest.mark.parametrize("finish", [False, True])
def test_closing_ends_after_the_piece_that_runs_or_after_all_that_wait(finish):
    """Then nothing is taken any more."""
    worker, done = BackgroundWorker("test"), []
    go_on = held(worker)
    worker.put(doing(done, 0, None))
    assert not worker.close(0, finish=finish)
    assert worker.closed
    assert not worker.put(doing(done, 1, None))
    go_on.set()
    assert worker.close(SECONDS, finish=finish)
    assert done == [0] * finish


def test_closing_without_work_is_at_once():
    """There is no thread to wait for."""
    worker = BackgroundWorker("test")
    assert worker.close(0)
    assert worker.close(0)


def test_repeated_work_goes_on_until_the_end_whatever_fails(caplog):
    """Closing does not wait for the pause."""
    worker, times = BackgroundWorker("test"), []
    third = threading.Event()

    def work():
        times.append(1)
        if len(times) == 3:
            third.set()
        raise StoreError("No.", "Wait.")

    worker.every(0.001, work)
    assert third.wait(SECONDS)
    assert worker.close(SECONDS)
    assert len(caplog.records) == len(times)
    waiting = BackgroundWorker("test")
    waiting.every(10 * SECONDS, work)
    assert waiting.close(SECONDS)


def test_repeated_work_ends_itself():
    """As everything does at the end of the process."""
    worker, times = BackgroundWorker("test"), []
    worker.every(0.001, doing(times, 1, Stopping("The end.")))
    assert worker.wait(SECONDS)
    assert times == [1]
    assert worker.closed
