"""The four numbers on how different the lists are."""

from dataclasses import replace

import pytest

from core.text.overlap import list_difference
from pages.ui.compare.figures import difference, figures
from tests.browser.made_comparison import made_comparison


def test_the_numbers_are_those_of_the_record():
    """Ranks 7, 9, 4, 2, 11 are the new top 5: 7, 9 and 11 entered, 2 of 8 are in both."""
    made = made_comparison(60)
    found = difference(made)
    assert (found.entered, found.jaccard) == (3, pytest.approx(2 / 8))
    before = [c.chunk.id for c in made.candidates]
    assert found == list_difference(before, [r.chunk.id for r in made.reranked], 5)


def test_each_number_is_shown_with_its_meaning():
    """Rounded to two places; an undefined tau is a dash, not a zero."""
    made = made_comparison(60)
    found = difference(made)
    shown = {name: value for name, value, _ in figures(found)}
    assert shown["Entered"] == "3 of 5"
    assert shown["RBO"] == f"{found.rbo:.2f}"
    assert shown["Kendall's tau"] == f"{found.tau:+.2f}".replace("-", "−")
    assert all(meaning.endswith(".") for _, _, meaning in figures(found))
    assert figures(replace(found, tau=None))[-1][1] == "–"
