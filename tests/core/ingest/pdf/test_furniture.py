"""Running headers, footers and page numbers."""

import pytest

from tests.core.ingest.pdf_maker import Put, pages_with_furniture, read


@pytest.mark.parametrize("count", [2, 3, 4, 12])
def test_running_headers_and_page_numbers_are_left_out(count):
    """What comes back in the margins, but for its numbers, is not text."""
    text = read(*pages_with_furniture(count)).text
    assert "Handbook" not in text
    assert "of 99" not in text
    assert text.count("committee met") == count


def test_headers_of_short_chapters_are_left_out_with_the_others():
    """A line at the height of the header that ends with the page's number is a header."""
    pages = pages_with_furniture(9)
    for number, page in enumerate(pages):
        page[0] = Put(60, 40, f"Chapter about {'abcdefghi'[number] * 4} {number + 6}")
    assert "Chapter about" not in read(*pages).text


def test_a_repeated_line_in_the_body_stays():
    """Only the margins are searched for furniture."""
    pages = [[Put(60, 400, "Nothing to report."), Put(60, 500, f"Day {n}")] for n in range(5)]
    assert read(*pages).text.count("Nothing to report.") == 5


def test_pages_that_are_all_alike_keep_their_text():
    """A document of equal short pages is not all furniture."""
    assert read(*[[Put(60, 40, "Ticket for one person")]] * 4).text.count("Ticket") == 4
