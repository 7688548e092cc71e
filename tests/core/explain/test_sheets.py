"""A text without pages is cut into sheets, and its lines show every character with its mark."""

from hypothesis import given, strategies as st

from core.explain.sheets import SHEET_CHARACTERS, Mark, lines_of, sheet_at, sheets_of
from tests.core.ingest.made_files import read

SOURCE = "# One\n\nSoft\nlines here.\n\n```\ndef f():\n    return 1\n```\n\n" + "word " * 60 + "\n"


@given(st.integers(1, 90), st.integers(0, 20_000), st.integers(0, 400))
def test_sheets_hold_the_whole_text_and_marks_show_their_part(times, start, length):
    """Every character is on one sheet, in its line, in order; each mark has exactly its text."""
    paged = read(SOURCE * times, "a.md")
    mark = Mark(min(start, len(paged.text)), min(start + length, len(paged.text)), "quote")
    sheets = sheets_of(paged)
    lines = [line for sheet in sheets for line in lines_of(paged, sheet, [mark])]
    shown = "".join(text for line in lines for text, _ in line.pieces)
    assert "".join(shown.split()) == "".join(paged.text.split())
    marked = "".join(text for line in lines for text, kind in line.pieces if kind == "quote")
    assert "".join(marked.split()) == "".join(paged.text[mark.start : mark.end].split())
    assert all(sheet.end - sheet.start < 2 * SHEET_CHARACTERS for sheet in sheets)
    at = sheets[sheet_at(paged, mark.start) - 1]
    assert at.start <= mark.start <= at.end


def test_lines_have_their_numbers_headings_and_indents():
    """As the document says them."""
    paged = read(SOURCE, "a.md")
    (sheet,) = sheets_of(paged)
    lines = list(lines_of(paged, sheet, [Mark(0, 3, "passage"), Mark(1, 2, "quote")]))
    assert [(line.label, line.level, line.code) for line in lines] == [
        *(("1", 1, False), ("3", 0, False), ("4", 0, False)),
        *(("7", 0, True), ("8", 0, True), ("11", 0, False)),
    ]
    assert lines[0].pieces == (("O", "passage"), ("n", "quote"), ("e", "passage"))
    assert lines[4].pieces == (("    return 1", ""),)
