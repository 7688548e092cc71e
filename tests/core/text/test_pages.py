"""How a page is said: the printed label and, where it differs, the index."""

from dataclasses import replace

import pytest

from core.answer.citations import check_citations
from core.text.pages import page_words, source_words
from tests.core.answer.builders import policy


@pytest.mark.parametrize(
    ("first", "last", "labels", "shown"),
    [
        (1, 1, ("i",), "p. i (1)"),
        (2, 3, ("ii", "1"), "pp. ii–1 (2–3)"),
        (7, 7, ("A-3",), "p. A-3 (7)"),
        (2, 4, ("ii", "", ""), "pp. ii–4 (2–4)"),
        (9, 9, (), "p. 9"),
        (12, 13, (), "pp. 12–13"),
        (0, 0, (), ""),
    ],
)
def test_pages_are_named_by_label_and_number(first, last, labels, shown):
    """A label that differs from the number is shown before it; a missing one is the number."""
    chunk = replace(policy()[0], first_page=first, last_page=last, labels=labels)
    assert page_words(chunk) == shown
    assert source_words(chunk) == ", ".join(filter(None, ["policy.pdf", shown]))


@pytest.mark.parametrize(
    ("unit", "labels", "one", "two"),
    [
        ("line", (), "line 14", "lines 14–15"),
        ("row", ("3", "9"), "row 3", "rows 3–9"),
        ("slide", (), "slide 14", "slides 14–15"),
        ("section", (), "section 14", "sections 14–15"),
        ("time", ("0:12:07", "0:12:40"), "0:12:07", "0:12:07–0:12:40"),
    ],
)
def test_other_places_are_said_by_their_unit(unit, labels, one, two):
    """Their label alone: nobody counts the cues of a transcript."""
    made = replace(policy()[0], first_page=14, last_page=15, labels=labels, unit=unit)
    assert (page_words(made, 14), page_words(made)) == (one, two)


def test_a_citation_names_the_page_of_its_quote():
    """Of a passage on two pages, by the label of the second."""
    two = replace(policy()[0], first_page=3, last_page=4, labels=("A-3", "A-4"))
    (citation,), _ = check_citations("You have 30 days [1].", [two], lambda _, at: 3 + (at > 0))
    assert (citation.page, citation.where) == (4, "p. A-4 (4)")
