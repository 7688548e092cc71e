"""The lines of a passage become few rectangles: one a column and page."""

from __future__ import annotations

from collections.abc import Sequence

from core.schema import Box


def _goes_on(before: Box, line: Box) -> bool:
    """Whether a line stands beside or below the one before it, not at the top of a new column."""
    height = before.bottom - before.top
    return before.page == line.page and line.top >= before.top - height


def _around(outline: Box, line: Box) -> Box:
    return Box(
        outline.page,
        min(outline.left, line.left),
        min(outline.top, line.top),
        max(outline.right, line.right),
        max(outline.bottom, line.bottom),
    )


def outline_of(lines: Sequence[Box]) -> list[Box]:
    """Rectangles around lines that follow each other down the page, in reading order.

    A new rectangle begins where the text goes on further up (the next column) or on another
    page. Example: two lines, one above the other, and a third at the top of the next column,
    give two.
    """
    outlines: list[Box] = []
    for position, line in enumerate(lines):
        if position and _goes_on(lines[position - 1], line):
            outlines[-1] = _around(outlines[-1], line)
        else:
            outlines.append(line)
    return outlines
