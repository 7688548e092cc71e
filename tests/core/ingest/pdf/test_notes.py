"""What of a file is not searched is said."""

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader

from core.ingest.packing import load_notes, load_paged_text, save_paged_text
from core.ingest.pdf.notes import page_ranges
from core.ingest.pdf.reading import extract
from core.settings import Limits
from tests.core.ingest.pdf_maker import changed, painted, refusal
from tests.shared import shared_path

SENTENCE = "The chlorine cylinders are stored behind the north wall. "
GREY = ImageReader(Image.new("RGB", (40, 30), "grey"))


def pages_of(kinds: str) -> bytes:
    """A page for each letter: t has text, s is a scan, b is blank."""
    paints = {
        "t": lambda canvas: canvas.drawString(30, 250, SENTENCE),
        "s": lambda canvas: canvas.drawImage(GREY, 0, 0, 400, 300),
        "b": lambda canvas: None,
    }
    return painted(*map(paints.__getitem__, kinds))


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        ("tsss", "Pages 2 to 4 hold no text"),
        ("stts", "Pages 1 and 4 hold no text"),
        ("ts", "Page 2 holds no text"),
        ("tbt", ""),
        ("tt", ""),
    ],
)
def test_scanned_pages_inside_a_text_are_named(kinds, said):
    """Pages with a picture alone; a blank page is none."""
    paged = extract(pages_of(kinds), Limits())
    notes = [note.text for note in paged.notes]
    assert len(notes) == bool(said)
    assert all(note.startswith(said) for note in notes)
    kept = save_paged_text(paged)
    assert load_paged_text(kept).notes == load_notes(kept) == paged.notes
    assert load_notes(kept[:-20]) == ()


def test_files_inside_are_named():
    """As in a portfolio."""

    def attach(writer):
        for name in ("plan.pdf", "offer.pdf"):
            writer.add_attachment(name, b"%PDF-1.4")

    (note,) = extract(changed(pages_of("t"), attach), Limits()).notes
    assert note.kind == "not searched"
    assert "2 files inside it are not searched" in note.text
    assert "plan.pdf" in note.text
    assert "offer.pdf" in note.text


def test_a_font_that_does_not_say_its_letters_is_refused():
    """The letters are codes of the font: what would be indexed is no text."""
    data = (shared_path("cases/pdf") / "garbled.pdf").read_bytes()
    refused = refusal(lambda: extract(data, Limits()))
    assert refused.code == "no_text"
    assert "OCR" in refused.advice


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([1], "Page 1"),
        ([1, 2], "Pages 1 to 2"),
        ([1, 3], "Pages 1 and 3"),
        ([1, 3, 5, 6], "Pages 1, 3 and 5 to 6"),
    ],
)
def test_page_numbers_in_words(numbers, words):
    """Neighbours are a range."""
    assert page_ranges(numbers) == words
