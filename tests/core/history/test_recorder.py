"""Work that nobody waits for."""

import threading
from unittest.mock import Mock

from core.errors import StoreError
from core.history.recorder import Recorder


def test_work_is_done_in_order():
    """First come, first served."""
    recorder, done = Recorder(), []
    for number in range(50):
        recorder.put(lambda number=number: done.append(number))
    recorder.wait()
    assert done == list(range(50))
    recorder.close()


def test_handing_over_does_not_wait_and_a_full_queue_leaves_out():
    """A stuck disk costs entries, never time."""
    recorder, stuck = Recorder(most_waiting=2), threading.Event()
    begun = threading.Event()

    def block():
        begun.set()
        stuck.wait(20)

    assert recorder.put(block)
    assert begun.wait(20)
    assert [recorder.put(lambda: None) for _ in range(3)] == [True, True, False]
    assert "faster than they can be recorded" in recorder.trouble
    stuck.set()
    recorder.close()


def test_a_failure_is_remembered_until_something_succeeds():
    """One warning, not one for every search."""
    recorder = Recorder()
    recorder.put(Mock(side_effect=StoreError("The disk is full.", "Free some space.")))
    recorder.wait()
    assert recorder.trouble == "The disk is full. Free some space."
    recorder.put(lambda: None, proves=False)
    recorder.wait()
    assert "disk is full" in recorder.trouble
    recorder.put(lambda: None)
    recorder.wait()
    assert recorder.trouble == ""
    recorder.close()


def test_after_closing_nothing_is_taken():
    """What waits is done, what comes later is refused."""
    recorder, done = Recorder(), []
    recorder.put(lambda: done.append(1))
    recorder.close(None, finish=True)
    assert done == [1]
    assert not recorder.put(lambda: done.append(2))
    recorder.close()
