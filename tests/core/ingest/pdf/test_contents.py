"""Tables of contents and indexes, and what only looks like them."""

import numpy as np
import pytest

from core.ingest.pdf.contents import contents_lines
from core.schema import Page, PagedText

DOTS = " . . . . . . . . "


def paged(*pages: str) -> PagedText:
    """A document of these pages."""
    text = "\n".join(pages)
    numbered = []
    start = 0
    for number, page in enumerate(pages, start=1):
        numbered.append(Page(number, str(number), start, start + len(page), 600.0, 800.0))
        start += len(page) + 1
    return PagedText(text, tuple(numbered), (), np.zeros((len(text), 4), dtype=np.float32))


def found(document):
    """The texts of what was found."""
    return [document.text[s.start : s.end] for s in contents_lines(document)]


@pytest.mark.parametrize("dots", [DOTS, "......... ", " ..... ", "…………", "· · · · · "])
def test_dot_leaders_of_any_kind_are_known(dots):
    """Three entries are enough when they have dots."""
    entries = "\n".join(f"Section {n}{dots}{3 * n}" for n in range(1, 4))
    assert found(paged("Before.\n" + entries, *["After."] * 20)) == [entries]


def test_entries_without_dots_between_those_with_are_included():
    """Chapter lines often have no dots."""
    lines = [
        "1 Travel 3",
        f"1.1 Hotels{DOTS}3",
        f"1.2 Trains{DOTS}4",
        "2 Money 6",
        f"2.1 Cash{DOTS}6",
    ]
    text = "\n".join(lines)
    assert found(paged(text, *["After."] * 20)) == [text]


def test_six_rising_entries_without_dots_are_contents_on_the_first_pages():
    """The same lines later in the document are a table of something else."""
    text = "\n".join(f"Chapter about matter {n} {n * 2}" for n in range(1, 8))
    assert found(paged(text, *["After."] * 40)) == [text]
    assert found(paged(*["Before."] * 30, text)) == []


@pytest.mark.parametrize(
    "numbers", [[9, 4, 7, 2, 8, 1], [100, 200, 300, 400, 500, 600]], ids=["falling", "too large"]
)
def test_numbers_that_cannot_be_pages_are_kept(numbers):
    """Prices neither rise line by line nor stay below the number of pages."""
    text = "\n".join(f"Item {i}{DOTS}{n}" for i, n in enumerate(numbers))
    assert found(paged(text, "After.")) == []


def test_an_index_at_the_end_of_a_long_document_is_found():
    """Ten dotted lines from A to Z on the last of thirty pages."""
    index = "\n".join(f"{chr(65 + i)}-word{DOTS}{(7 * i) % 29 + 1}" for i in range(10))
    assert found(paged(*["Before."] * 29, index)) == [index]
    assert found(paged("Before.", index)) == []


def test_two_dotted_lines_are_no_table():
    """A form with two dotted fields keeps them."""
    assert found(paged(f"Page{DOTS}1\nOf{DOTS}2", *["After."] * 9)) == []
