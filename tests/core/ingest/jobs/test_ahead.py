"""The next file is read while this one is embedded: in order, one at a time, and droppable."""

import subprocess
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from core.errors import Stopping
from core.home import sandbox as confine
from core.ingest.jobs import ahead
from core.ingest.jobs.ahead import ReadAhead
from core.ingest.jobs.queue import Jobs
from core.schema import Chunking
from core.settings import Limits
from tests.core.ingest.paged_texts import paged
from tests.made_home import wait_until
from tests.made_pdfs import made_pdf, sentences

SECONDS = 60
FILES = {name: made_pdf(sentences(name, 20)) for name in ("a", "b", "c")}
FIRST, SECOND, THIRD = ((f"{name}.pdf", data) for name, data in FILES.items())


class Reading:
    """Stands for the child: the text of a file is its bytes; notes what is read, and how many."""

    def __init__(self):
        self.begun, self.at_once, self.most = [], 0, 0

    def __call__(self, data, _limits, _name):
        """The text."""
        self.begun.append(int(data))
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        time.sleep(0)
        self.at_once -= 1
        return paged(data.decode())


@given(st.lists(st.sampled_from(["take", "drop at once", "drop late"]), max_size=12))
def test_texts_come_in_order_one_at_a_time_and_one_ahead_at_most(fates):
    """Whichever jobs are dropped: each other gets its own text, none is begun before its turn."""
    reading = Reading()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ahead, "parse", reading)
        reader = ReadAhead(Limits())
        for job in range(len(fates)):
            reader.put(job, str(job).encode(), "a.pdf")
        for job, fate in enumerate(fates):
            if fate == "drop at once":
                reader.drop(job)
        for job, fate in enumerate(fates):
            following = (n for n in range(job, len(fates)) if fates[n] != "drop at once")
            assert max(reading.begun, default=0) <= next(following, len(fates))
            if fate == "take":
                assert reader.take(job).text == str(job)
            else:
                reader.drop(job)
                with pytest.raises(Stopping):
                    reader.take(job)
        assert reader._worker.wait(SECONDS)
    assert reading.begun == sorted(set(reading.begun))
    assert reading.most <= 1


@pytest.fixture
def begun(monkeypatch):
    """The files whose reading has begun, in order."""
    files, parse = [], ahead.parse

    def noted(data, limits, name):
        files.append(data)
        return parse(data, limits, name)

    monkeypatch.setattr(ahead, "parse", noted)
    return files


def statuses(jobs):
    """How the jobs stand, oldest first."""
    return [job.status for job in jobs.snapshot()]


def test_the_next_file_is_read_while_this_one_is_embedded(jobs, collection, gate, begun):
    """The second is read, the third not yet; then all are indexed in their order."""
    jobs.add(collection, [FIRST, SECOND, THIRD])
    wait_until(lambda: jobs._ahead._next and jobs._ahead._next[1].done() and len(begun) == 2)
    assert statuses(jobs) == ["running", "waiting", "waiting"]
    gate.opened.set()
    assert jobs.wait(SECONDS)
    assert statuses(jobs) == ["indexed"] * 3
    assert begun == list(FILES.values())


def test_the_first_file_is_read_while_the_encoder_loads(ingest, collection, begun):
    """Reading needs no model."""
    loaded = threading.Event()
    jobs = Jobs(lambda: loaded.wait(SECONDS) and ingest)
    jobs.add(collection, [FIRST])
    wait_until(lambda: begun and statuses(jobs) == ["running"])
    loaded.set()
    assert jobs.wait(SECONDS)
    assert statuses(jobs) == ["indexed"]
    jobs.close()


def test_a_file_can_be_cancelled_while_it_is_read_ahead(jobs, ingest, collection, gate, begun):
    """Its text goes, the one behind it is read instead, and only the others are indexed."""
    _, second, _ = jobs.add(collection, [FIRST, SECOND, THIRD])
    wait_until(lambda: len(begun) == 2)
    jobs.cancel(second.id)
    wait_until(lambda: len(begun) == 3)
    gate.opened.set()
    assert jobs.wait(SECONDS)
    assert statuses(jobs) == ["indexed", "cancelled", "indexed"]
    names = [document.name for document in ingest.storage.library.documents(collection)]
    assert names == ["a.pdf", "c.pdf"]


def test_a_collection_deleted_while_its_file_is_read_ahead_gets_nothing(
    jobs, ingest, collection, gate, begun
):
    """The file of another collection is indexed all the same."""
    other = ingest.storage.library.create_collection("other", Chunking(64, 0)).id
    jobs.add(other, [FIRST])
    jobs.add(collection, [SECOND])
    wait_until(lambda: len(begun) == 2)
    ingest.storage.library.delete_collection(collection)
    gate.opened.set()
    assert jobs.wait(SECONDS)
    assert statuses(jobs) == ["indexed", "failed"]


@pytest.mark.parametrize(
    ("signal", "code"), [("SIGKILL", "damaged"), ("SIGXCPU", "timeout"), ("SIGABRT", "too_large")]
)
def test_a_child_that_dies_while_it_reads_ahead_costs_its_own_file_only(
    jobs, collection, monkeypatch, signal, code
):
    """Killed, out of time or out of memory: that file is refused, its neighbours are indexed."""
    run = subprocess.run
    dies = f"import os, signal; os.kill(os.getpid(), signal.{signal})"

    def fatal_for_the_second(command, **options):
        if Path(command[3]).read_bytes() == SECOND[1]:
            command = [command[0], "-c", dies]
        return run(command, **options)

    monkeypatch.setattr(confine.subprocess, "run", fatal_for_the_second)
    jobs.add(collection, [FIRST, SECOND, THIRD])
    assert jobs.wait(SECONDS)
    assert statuses(jobs) == ["indexed", "refused", "indexed"]
    assert jobs.snapshot()[1].code == code


def test_an_error_while_a_file_is_read_ahead_fails_that_file_only(jobs, collection, monkeypatch):
    """It is raised where the text is taken, not lost in the thread that reads."""
    parse = ahead.parse

    def full_disk(data, limits, name):
        if data == SECOND[1]:
            raise OSError("no space left")
        return parse(data, limits, name)

    monkeypatch.setattr(ahead, "parse", full_disk)
    jobs.add(collection, [FIRST, SECOND, THIRD])
    assert jobs.wait(SECONDS)
    assert statuses(jobs) == ["indexed", "failed", "indexed"]


@pytest.mark.parametrize("stop", [Jobs.cancel_all, lambda jobs: jobs.close(timeout=0)])
def test_who_is_stopped_waits_for_no_child(ingest, collection, monkeypatch, stop):
    """The job that waits for its text is cancelled at once, and so is what waits behind it."""
    takes, goes_on = threading.Event(), threading.Event()
    take = ReadAhead.take
    monkeypatch.setattr(ahead, "parse", lambda *_: goes_on.wait(SECONDS))
    monkeypatch.setattr(ReadAhead, "take", lambda *given: takes.set() or take(*given))
    jobs = Jobs(lambda: ingest)
    jobs.add(collection, [FIRST, SECOND])
    assert takes.wait(SECONDS)
    stop(jobs)
    assert jobs.wait(SECONDS)
    assert statuses(jobs) == ["cancelled", "cancelled"]
    assert not goes_on.is_set()
    goes_on.set()
    jobs.close()
