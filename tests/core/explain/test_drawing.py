"""Pages as pictures: drawn in a child, which may fail, hang or lie."""

import subprocess
import sys

import pytest

from core.errors import DocumentRefused
from core.explain import highlight
from core.explain.drawing import draw
from core.explain.highlight import render_page
from tests.attack.measure import processor_seconds
from tests.core.ingest.pdf_maker import LEFT_COLUMN, drawn, other_child, paragraph

DATA = drawn([paragraph(60, 100, LEFT_COLUMN)])


def test_the_child_draws_what_this_process_draws():
    """Byte by byte."""
    assert render_page(DATA, 1, 300) == draw(DATA, 1, 300)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import os; os.abort()", "memory"),
        ("import os; os.write(2, b'free(): invalid pointer'); os.abort()", "damaged"),
        ("pass", "damaged"),
        ("import sys; open(sys.argv[2], 'wb').write(b'GIF89a')", "damaged"),
        ("raise SystemExit(4)", "memory"),
        ("import time; time.sleep(60)", "longer than 1 seconds"),
    ],
)
def test_every_end_of_the_child_is_an_error_with_words(body, words, monkeypatch):
    """A crash, silence, another format, no memory, a hang: the page is named, its text remains."""
    other_child(monkeypatch, body)
    monkeypatch.setattr(highlight, "SECONDS", 1)
    with pytest.raises(DocumentRefused, match="Page 7 cannot be shown") as caught:
        render_page(DATA, 7, 300)
    assert words in caught.value.message
    assert "text can still be read" in caught.value.advice


def test_a_page_is_drawn_while_people_wait():
    """It takes less than half a second of the processor, a fresh interpreter included."""
    seconds = []
    for _ in range(3):
        begun = processor_seconds()
        render_page(DATA, 1, 1200)
        seconds.append(processor_seconds() - begun)
    assert min(seconds) < 0.5


def test_the_child_that_draws_imports_little():
    """Neither numpy nor pypdf: each would make people wait."""
    code = (
        "import sys, core.explain.drawing; import pypdfium2;"
        "sys.exit(len({'numpy', 'pypdf', 'torch', 'streamlit'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
