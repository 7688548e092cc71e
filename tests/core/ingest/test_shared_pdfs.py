"""Real and odd PDFs: each is read or refused with a reason, none hangs, none crashes."""

import re

import numpy as np
import pytest

from core.errors import DocumentRefused
from core.ingest.chunking import chunk
from core.ingest.jobs.worker import parse
from core.schema import Chunking
from core.settings import Limits
from tests.core.ingest.paged_texts import assert_lawful, word_spans
from tests.shared import shared_path

PDFS = shared_path("pdfs")
FILES = sorted(PDFS.glob("*/*.pdf"))
GOOD_CODES = {"encrypted", "no_text", "not_a_pdf", "damaged", "empty", "no_pages"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_file_ends_as_text_or_as_a_refusal(path):
    """A text obeys its laws and can be cut; a refusal has a code and says what to do."""
    try:
        paged = parse(path.read_bytes(), Limits())
    except DocumentRefused as exc:
        assert exc.code in GOOD_CODES  # noqa: PT017 - either end is right
        assert exc.advice  # noqa: PT017 - either end is right
        return
    assert_lawful(paged)
    pieces = chunk(paged, "d" * 64, path.name, Chunking(), word_spans)
    assert pieces
    assert all(c.text == paged.text[c.start : c.end] for c in pieces)
    assert np.diff([c.start for c in pieces]).min(initial=1) > 0


def text_of(name):
    """A shared PDF, read."""
    return parse((PDFS / name).read_bytes(), Limits())


@pytest.mark.parametrize(
    "name", ["r2", "r3", "r4-aes", "r4", "r5", "r6"], ids=lambda name: f"{name}-user"
)
def test_files_with_a_user_password_are_encrypted(name):
    """Every revision of PDF encryption is recognised."""
    with pytest.raises(DocumentRefused) as caught:
        text_of(f"odd/pypdf-{name}-user-password.pdf")
    assert caught.value.code == "encrypted"


@pytest.mark.parametrize("name", ["r2-empty", "r3-empty", "r5-empty", "r6-empty", "r4-owner"])
def test_files_without_a_user_password_are_read(name):
    """An owner's password keeps nobody from reading."""
    assert "r" in text_of(f"odd/pypdf-{name}-password.pdf").text


def test_running_titles_of_a_manual_are_left_out():
    """The running header of Debian Policy is on nearly every page, and in none of the text."""
    paged = text_of("real/policy.pdf")
    assert paged.text.count("Debian Policy Manual, Release") == 0
    assert not re.search(r"^\d+ Chapter \d+\. ", paged.text, re.MULTILINE)
    assert len(paged.headings) > 300


def test_a_latex_paper_in_two_columns_is_read_in_order():
    """The left column ends where the right one begins, and divided words are mended."""
    text = text_of("odd/sample-multicolumn.pdf").text
    assert "Donec nonummy pellentesque ante." in text
    assert "consectetuer adipiscing elit." in text
