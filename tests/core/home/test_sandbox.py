"""The child process: bounded in time, memory, processor time and what it writes."""

import subprocess
import sys
import tempfile

import pytest

from core.errors import DocumentRefused, NotFound
from core.home.sandbox import (
    DONE,
    OUT_OF_MEMORY,
    REFUSED,
    out_of_processor_time,
    report_from_child,
    reported_error,
    run_child,
)

CONFINED = "from core.home.sandbox import confine_this_process as confine; confine(400, 1)\n"


def run(body):
    """Exit status of an interpreter that runs this."""
    return subprocess.run([sys.executable, "-c", body], check=False, capture_output=True).returncode


def test_a_slow_child_is_stopped_and_leaves_nothing(tmp_path, monkeypatch):
    """The wall clock ends it; the folder with its copy of the file goes."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(TimeoutError):
        run_child("core.ingest.jobs.worker", b"%PDF-1.7", ["{}"], 0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="a process is bounded on Linux only")
@pytest.mark.parametrize(("size", "ends_well"), [(50, True), (500, False)])
def test_memory_is_bounded(size, ends_well):
    """50 MB may be had of 400, and 500 may not."""
    assert (run(f"{CONFINED}bytearray({size} * 2**20)") == 0) == ends_well


@pytest.mark.skipif(sys.platform != "linux", reason="a process is bounded on Linux only")
def test_processor_time_is_bounded():
    """An endless loop is ended by the signal that says so; an ordinary end is another."""
    assert out_of_processor_time(run(f"{CONFINED}while True: pass"))
    assert not out_of_processor_time(run(CONFINED))
    assert not out_of_processor_time(1)


@pytest.mark.skipif(sys.platform != "linux", reason="a process is bounded on Linux only")
def test_what_a_child_writes_is_bounded(tmp_path):
    """A file of more than 512 MB cannot be made; here of a hole, so that no disk is filled."""
    path = tmp_path / "out"
    body = f"{CONFINED}open({str(path)!r}, 'wb').truncate({{}} * 2**20)"
    assert run(body.format(512)) == 0
    assert run(body.format(513)) != 0


def raising(error):
    """A child's work that ends with this error."""

    def work():
        raise error

    return work


def test_a_child_reports_what_its_work_gives(tmp_path):
    """The bytes, and the status that says so."""
    assert report_from_child(lambda: b"text", tmp_path / "out") == DONE
    assert (tmp_path / "out").read_bytes() == b"text"


@pytest.mark.parametrize(
    "error", [DocumentRefused("no_text", "Empty.", "Scan it."), NotFound("No page 7.", "Go back.")]
)
def test_an_error_of_the_child_is_the_same_in_the_parent(error, tmp_path):
    """Kind, code, message and advice."""
    assert report_from_child(raising(error), tmp_path / "out") == REFUSED
    found = reported_error((tmp_path / "out").read_bytes())
    assert type(found) is type(error)
    assert (found.message, found.advice) == (error.message, error.advice)
    assert getattr(found, "code", None) == getattr(error, "code", None)


def test_a_child_without_memory_says_so_by_its_status(tmp_path):
    """Nothing is written, and the parent knows why."""
    assert report_from_child(raising(MemoryError()), tmp_path / "out") == OUT_OF_MEMORY
    assert not (tmp_path / "out").exists()
