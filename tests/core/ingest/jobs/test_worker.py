"""The child process that reads, and what becomes of it when it does not come back."""

import subprocess
import sys

import numpy as np
import pytest

from core.ingest.jobs.worker import parse
from core.ingest.pdf.reading import extract
from core.settings import Limits
from tests.core.ingest.pdf_maker import LEFT_COLUMN, Put, drawn, other_child, paragraph, refusal

DATA = drawn([paragraph(60, 100, LEFT_COLUMN)])


def test_the_child_reads_what_this_process_reads():
    """Text, pages and headings are the same; boxes but for their rounding."""
    there, here = parse(DATA, Limits()), extract(DATA, Limits())
    assert (there.text, there.pages, there.headings) == (here.text, here.pages, here.headings)
    assert np.allclose(there.boxes, here.boxes, atol=1e-4)


def test_a_refusal_of_the_child_arrives_whole():
    """Code, message and advice are the child's."""
    data = drawn([[]])
    here, there = (refusal(lambda read=read: read(data, Limits())) for read in (extract, parse))
    assert (there.code, there.message, there.advice) == (here.code, here.message, here.advice)


def test_the_wall_clock_stops_a_slow_child():
    """No time at all is a timeout, and says which setting to raise."""
    found = refusal(lambda: parse(DATA, Limits(parse_seconds=0)))
    assert found.code == "timeout"
    assert "SECOND_LOOK_PARSE_SECONDS" in found.advice


@pytest.mark.skipif(sys.platform != "linux", reason="memory of a process is bounded on Linux only")
def test_too_little_memory_is_a_refusal():
    """A reader that cannot get its memory ends as a refusal, not as an error.

    It has time enough: a slow processor must not end it before its memory does.
    """
    lines = [Put(20, 20 + 8 * i, "many words on one page " * 9, size=5) for i in range(95)]
    limits = Limits(parse_memory_mb=160, parse_seconds=600)
    found = refusal(lambda: parse(drawn([lines] * 60), limits))
    assert found.code in {"too_large", "damaged"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("import os; os.abort()", "too_large"),
        ("import os; os.write(2, b'free(): invalid pointer'); os.abort()", "damaged"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "damaged"),
        ("pass", "damaged"),
        ("raise SystemExit(1)", "damaged"),
        ("raise SystemExit(4)", "too_large"),
        ("import time; time.sleep(60)", "timeout"),
    ],
)
def test_every_end_of_a_child_has_its_reason(body, code, monkeypatch):
    """A crash, an early end and a hang are refusals; who aborts in silence got no memory."""
    other_child(monkeypatch, body)
    assert refusal(lambda: parse(DATA, Limits(parse_seconds=1))).code == code


def test_the_child_imports_no_heavy_library():
    """The reader starts fast because it loads neither torch nor the pages."""
    code = (
        "import sys, core.ingest.jobs.worker as w; import pypdfium2, pypdf;"
        "heavy = {'torch', 'streamlit', 'transformers', 'qdrant_client', 'sentencex'};"
        "sys.exit(len(heavy & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
