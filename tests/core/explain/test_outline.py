"""Rectangles around the lines of a passage."""

from hypothesis import given, strategies as st

from core.explain.highlight import outline_of
from core.schema import Box

fractions = st.floats(0, 0.9)
sizes = st.floats(0.01, 0.1)
lines = st.lists(
    st.builds(
        lambda page, left, top, width, height: Box(page, left, top, left + width, top + height),
        st.integers(1, 3),
        fractions,
        fractions,
        sizes,
        sizes,
    ),
    max_size=12,
)


def contains(outer, inner):
    """Whether a rectangle lies in another on the same page."""
    return (
        outer.page == inner.page
        and outer.left <= inner.left
        and outer.top <= inner.top
        and outer.right >= inner.right
        and outer.bottom >= inner.bottom
    )


@given(lines)
def test_every_line_lies_in_an_outline(drawn):
    """No line is lost, and no outline is made of nothing."""
    outlines = outline_of(drawn)
    assert all(any(contains(outline, line) for outline in outlines) for line in drawn)
    assert len(outlines) <= len(drawn)


def test_lines_of_a_column_and_cells_of_a_table_become_one_outline():
    """Below each other, the last one short; row by row: the smallest rectangle around all."""
    column = [
        Box(1, 0.1, 0.1, 0.9, 0.12),
        Box(1, 0.1, 0.13, 0.9, 0.15),
        Box(1, 0.1, 0.16, 0.3, 0.18),
    ]
    assert outline_of(column) == [Box(1, 0.1, 0.1, 0.9, 0.18)]
    cells = [
        Box(1, 0.1, 0.50, 0.3, 0.52),
        Box(1, 0.6, 0.50, 0.8, 0.52),
        Box(1, 0.1, 0.53, 0.2, 0.55),
        Box(1, 0.6, 0.53, 0.9, 0.55),
    ]
    assert outline_of(cells) == [Box(1, 0.1, 0.50, 0.9, 0.55)]


def test_another_column_and_another_page_begin_a_new_outline():
    """Down the left column, up to the right one, on to the next page: three."""
    left, right = Box(1, 0.1, 0.8, 0.45, 0.82), Box(1, 0.55, 0.1, 0.9, 0.12)
    after = Box(2, 0.1, 0.9, 0.45, 0.92)
    assert outline_of([left, right, after]) == [left, right, after]
