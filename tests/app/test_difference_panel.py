"""The four numbers on how different the lists are."""

from dataclasses import replace

from pages.ui.compare.figures import difference, figures
from tests.browser.made_comparison import made_comparison


def test_each_number_is_shown_with_its_meaning():
    """Ranks 7, 9, 4, 2, 11 are the new top 5: 7, 9 and 11 entered, 2 of 8 are in both.

    An undefined tau is a dash, not a zero.
    """
    found = difference(made_comparison(60))
    assert [value for _, value, _ in figures(found)][:2] == ["3 of 5", "0.25"]
    assert all(meaning.endswith(".") for _, _, meaning in figures(found))
    assert figures(replace(found, tau=None))[-1][1] == "–"
