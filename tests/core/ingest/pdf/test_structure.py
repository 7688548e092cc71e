"""pypdf is asked, never trusted."""

import threading
from unittest.mock import Mock

import pytest

from core.ingest.pdf import structure
from core.ingest.pdf.reading import extract
from core.ingest.pdf.records import OutlineItem, Structure
from core.ingest.pdf.structure import clean, has_no_pages, read_structure
from core.settings import Limits
from tests.core.ingest.pdf_maker import LEFT_COLUMN, Put, drawn, paragraph

DATA = drawn(
    [[Put(60, 80, "Travel", size=16), *paragraph(60, 120, LEFT_COLUMN)]],
    outline=[("Travel", 0, 1), ("Hotels", 1, 1)],
)


def test_the_outline_has_titles_levels_and_pages():
    """Levels and pages start at 1."""
    items = read_structure(DATA, 10).outline
    assert [(i.title, i.level, i.page) for i in items] == [("Travel", 1, 1), ("Hotels", 2, 1)]


def test_page_labels_are_read():
    """Without labels of its own, a page is labelled with its number."""
    assert read_structure(DATA, 10).labels == ("1",)


def test_bytes_that_are_no_pdf_have_no_structure():
    """A failure of pypdf is an empty structure."""
    assert read_structure(b"no pdf", 10) == Structure()


@pytest.mark.parametrize("failure", [RecursionError, MemoryError, KeyError, ZeroDivisionError])
def test_a_failing_outline_costs_the_outline_only(failure, monkeypatch):
    """Whatever is raised while the outline is read, the text is indexed."""
    monkeypatch.setattr(structure, "_outline", Mock(side_effect=failure))
    paged = extract(DATA, Limits())
    assert LEFT_COLUMN[0] in paged.text
    assert [h.title for h in paged.headings] == ["Travel"]  # by its size


def test_a_hanging_outline_costs_its_time_only(monkeypatch):
    """After the time for it the document goes on without an outline."""
    end = threading.Event()
    item = OutlineItem("Late", 1, 1)
    monkeypatch.setattr(structure, "_outline", lambda _reader: end.wait(60) and (item,))
    assert read_structure(DATA, 0.5).outline == ()
    end.set()


def test_titles_are_cleaned():
    """Ligatures, odd spaces and control characters do not reach a heading."""
    assert clean("\x00Of\ufb01ce\xa0 hours\u200b ") == "Office hours"


def test_a_file_with_a_page_has_pages():
    """Only a readable file without a page has none."""
    assert not has_no_pages(DATA, 10)
    assert not has_no_pages(b"no pdf", 10)
