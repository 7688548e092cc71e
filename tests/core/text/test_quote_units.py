"""Units that a reader would point at: with their lead, and nothing left out."""

import pytest
from hypothesis import given, strategies as st

from core.text.quote_units import units_of

LINES = st.sampled_from(
    [
        "Delays are these:", "• Bugs: 5 days", "2. Press Find. Then wait.", "Plain words stand.",
        "Name Limit", "Breakfast nine pounds", "Lunch 13 pounds", "3.1 Limits", "", "> x <- 1",
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("One. Two is here.", ["One.", "Two is here."]),
        (
            "Two ways:\n1. Ask for it.\n2. Take it.\nEnd.",
            ["Two ways:", "Two ways: 1. Ask for it.", "Two ways: … 2. Take it.", "End."],
        ),
        (
            "100-999:\nSystem users. They vary.",
            ["100-999:", "100-999: System users.", "They vary."],
        ),
        (
            "Meals cost this.\nMeal Home\nLunch 13 pounds\nDinner 28 pounds\nTea 5 pounds",
            [
                "Meals cost this.",
                "Meal Home",
                "Meal Home Lunch 13 pounds",
                "Meal Home … Dinner 28 pounds",
                "Meal Home … Tea 5 pounds",
            ],
        ),
        # A table that goes on from the passage before has no heads here, and two rows are none.
        ("Poisson pois\nNormal norm\nGamma gamma\nBeta beta", None),
        ("All is said.\nBig Words\nLunch cheap\nTea dear", None),
    ],
)
def test_units_have_their_leads(text, read):
    """Items their list's line, rows their heads, a definition its term."""
    units = units_of(text)
    if read is None:
        assert all(unit.lead is None for unit in units)
    else:
        assert [unit.words(text) for unit in units] == read


@given(st.lists(LINES, max_size=12).map("\n".join))
def test_laws_of_units(text):
    """In order, disjoint, all that is written, each lead before its unit."""
    units = units_of(text)
    said = "".join(text[unit.span.start : unit.span.end] for unit in units)
    assert "".join(said.split()) == "".join(text.split())
    ends = [0, *(unit.span.end for unit in units)]
    assert all(unit.span.start >= end for unit, end in zip(units, ends, strict=False))
    assert all(unit.lead is None or unit.lead.end <= unit.span.start for unit in units)
