"""Files that office programs wrote: pandoc 2.17, LibreOffice 7.4."""

from pathlib import Path

import pytest

from core.ingest.jobs.worker import parse
from core.settings import Limits
from tests.core.ingest.made_files import assert_placed
from tests.core.ingest.paged_texts import cut

FILES = Path(__file__).parent / "files"
DOCUMENT = "\n".join(
    (
        *(
            "The Agreement",
            "1 Scope",
            "Text with a footnote.¹ And struck [struck out: old] H₂O 10⁶.",
        ),
        *("¹ The note itself.", "1.1 Payment", "1. first", "2. second", "a. sub", "def f(x):"),
        *("    return x", "Prices of things", "Item: Locker | Price: 12 | Staff price: 8"),
        "Item: Towel | Price: 3 | Staff price: 1",
    )
)
SHEET = "\n".join(
    (
        *("Fees of the sports hall", "Item: Locker | Price: 12.00 EUR | Staff price: 8"),
        *(
            "Item: Towel | Price: 3.50 EUR | Staff price: 1",
            "Item: Sum | Price: 15.50 EUR | Staff price: 9",
        ),
    )
)


@pytest.mark.parametrize(
    ("name", "unit", "labels", "text"),
    [
        ("pandoc.docx", "section", ["“The Agreement”", "1", "1.1"], DOCUMENT),
        (
            "libreoffice.docx",
            "section",
            ["“The Agreement”", "“Scope”", "“Payment”"],
            DOCUMENT.replace("1 Scope", "Scope").replace("1.1 Payment", "Payment"),
        ),
        ("libreoffice.xlsx", "row", ["1", "4", "5", "6"], SHEET),
        (
            "libreoffice.csv",
            "row",
            ["1", "4", "5", "6"],
            SHEET.replace(".00 EUR", "").replace("0 EUR", ""),
        ),
    ],
)
def test_a_file_of_a_program_is_read_in_a_child(name, unit, labels, text):
    """Every line, and every place."""
    found = parse((FILES / name).read_bytes(), Limits(), name)
    assert (found.text, found.unit, [page.label for page in found.pages]) == (text, unit, labels)
    assert_placed(found)


@pytest.mark.parametrize("name", ["pandoc.pptx", "libreoffice.pptx"])
def test_a_presentation_of_a_program(name):
    """The table's rows with their heads, on the slide of their section."""
    found = parse((FILES / name).read_bytes(), Limits(), name)
    chunks = cut(found)
    assert [h.title for h in found.headings] == ["The Agreement", "Scope", "Notes"]
    assert any("Item: Locker | Price: 12 | Staff price: 8" in c.text for c in chunks)
    assert_placed(found)
