"""Axes and names of the pictures: never raw, never of no length, never on each other."""

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from core.evaluate.compare import difference_of
from pages.ui.axes import APART, apart, around_zero, shares
from pages.ui.evaluate.charts import by_group
from pages.ui.evaluate.depth import marks_of

SHARES = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30)


@given(SHARES)
def test_a_measures_axis_holds_every_value_and_ends_at_tenths(values):
    """Inside 0 to 1, at least a tenth long, whole tenths: what its labels can say."""
    low, high = shares(values)
    assert 0.0 <= low <= min(values) + 1e-6
    assert max(values) - 1e-6 <= high <= 1.0
    assert high - low >= 0.1 - 1e-9
    assert low * 10 == pytest.approx(round(low * 10))
    assert high * 10 == pytest.approx(round(high * 10))


@given(st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=30))
def test_an_axis_of_differences_has_zero_in_it_and_a_length(values):
    """Also when every question stays as it was."""
    low, high = around_zero(values)
    assert low <= min(0.0, *values) + 1e-9
    assert max(0.0, *values) - 1e-9 <= high
    assert high > low


@given(SHARES)
def test_names_never_stand_on_each_other_nor_outside(heights):
    """Up to fifteen have their full distance, more share the room; the order stays."""
    found = apart(heights, 0.0, 1.0)
    assert all(-1e-6 <= height <= 1.0 + 1e-6 for height in found)
    least = min(APART, 1.0 / max(1, len(heights) - 1))
    assert all(b - a >= least - 1e-6 for a, b in pairwise(sorted(found)))
    order = sorted(range(len(heights)), key=lambda i: (-heights[i], i))
    assert order == sorted(range(len(found)), key=lambda i: -found[i])


def test_names_with_room_stay_where_they_are():
    """Nothing moves that need not."""
    assert apart([0.2, 0.9, 0.5], 0.0, 1.0) == [0.2, 0.9, 0.5]


def test_marks_at_one_depth_share_a_line_and_those_at_the_end_turn_back():
    """Two lines in one place would print their words on each other."""
    both = marks_of({"now": 50, "knee": 50}, 100)
    assert list(both["label"]) == ["now = knee"]
    two = marks_of({"now": 95, "knee": 90}, 100)
    assert list(two["end"]) == [True, True]
    assert two["height"].is_unique


def test_a_group_of_few_questions_has_no_colour():
    """Three wins of three leave zero out of the interval, and happen by chance once in four."""
    low, high = ({f"q{i}": value for i in range(3)} for value in (0.25, 0.75))
    few = difference_of(low, high, "nDCG@10")
    assert few.low > 0
    (data,) = [
        rows
        for rows in by_group({"few": few}, "Kind").to_dict()["datasets"].values()
        if "Change" in rows[0]
    ]
    assert data[0]["Change"] == "the same"
    many = {f"q{i}": 0.25 for i in range(12)}, {f"q{i}": 0.75 for i in range(12)}
    found = by_group({"many": difference_of(*many, "nDCG@10")}, "Kind").to_dict()["datasets"]
    assert "helped" in {row.get("Change") for rows in found.values() for row in rows}
