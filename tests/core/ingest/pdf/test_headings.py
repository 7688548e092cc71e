"""Where sections start."""

import pytest

from tests.core.ingest.pdf_maker import LEFT_COLUMN, RIGHT_COLUMN, Put, paragraph, read


def test_an_outline_gives_the_headings():
    """A title of the outline is found in the text, with its number in front."""
    pages = [
        [Put(60, 80, "1 Travel", size=16), *paragraph(60, 120, LEFT_COLUMN)],
        [Put(60, 80, "1.1 Hotels", size=13), *paragraph(60, 120, RIGHT_COLUMN)],
    ]
    paged = read(*pages, outline=[("Travel", 0, 1), ("Hotels", 1, 2)])
    found = [(h.level, h.title, paged.text[h.start : h.start + 6]) for h in paged.headings]
    assert found == [(1, "Travel", "1 Trav"), (2, "Hotels", "1.1 Ho")]


@pytest.mark.parametrize("outline", [[("Travel", 0, 1), ("Blank", 0, 2)], [("untitled", 0, 1)]])
def test_an_entry_of_an_empty_page_or_without_its_words_heads_nothing(outline):
    """A heading stands at a character; for titles that are not there the layout counts."""
    page = [Put(60, 80, "Travel", size=16), *paragraph(60, 120, LEFT_COLUMN)]
    assert [h.title for h in read(page, [], outline=outline).headings] == ["Travel"]


def test_without_an_outline_large_and_bold_lines_are_headings():
    """Size and weight make headings, section numbers make their level."""
    page = [
        Put(60, 70, "2 Travel", "Helvetica-Bold", 16),
        *paragraph(60, 100, LEFT_COLUMN),
        Put(60, 200, "2.1 Hotels", "Helvetica-Bold", 10),
        *paragraph(60, 220, RIGHT_COLUMN),
        *paragraph(60, 320, LEFT_COLUMN),
    ]
    paged = read(page)
    assert [(h.level, h.title) for h in paged.headings] == [(1, "2 Travel"), (2, "2.1 Hotels")]


def test_a_chapter_starts_at_the_line_above_its_title():
    """'CHAPTER' and 'TWO' above a title belong to the chapter that begins."""
    page = [
        Put(60, 60, "CHAPTER", size=10),
        Put(60, 90, "TWO", size=16),
        Put(60, 120, "TRAVEL", size=22),
        *paragraph(60, 160, LEFT_COLUMN),
    ]
    paged = read(paragraph(60, 100, RIGHT_COLUMN), page, outline=[("Travel", 0, 2)])
    (heading,) = paged.headings
    assert paged.text[heading.start :].startswith("CHAPTER\nTWO")


def test_a_title_and_the_heading_below_it_are_two_blocks():
    """Two lines of one large size, with space between them, are not one paragraph."""
    page = [
        Put(60, 60, "Travel policy", "Helvetica-Bold", 18),
        Put(60, 92, "1 Hotels", "Helvetica-Bold", 18),
        *paragraph(60, 130, LEFT_COLUMN),
    ]
    assert [h.title for h in read(page).headings] == ["Travel policy", "1 Hotels"]
