"""Running headers, footers and page numbers."""

import io

import pytest
from reportlab.pdfgen.canvas import Canvas

from core.ingest.pdf.reading import extract
from core.settings import Limits
from tests.core.ingest.pdf_maker import Put, pages_with_furniture, paragraph, read


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


BODY = [f"Line {word} of the text goes on and on until it" for word in ("one", "two", "three")]


def page_of(head: str, foot: list[str] = (), size: float = 10, extra: list[Put] = ()) -> list[Put]:
    """A page with a line at its top, some lines of text, and lines at its bottom."""
    feet = paragraph(200, 770, foot, 9)
    return [Put(60, 40, head, size=size), *paragraph(60, 100, BODY), *feet, *extra]


@pytest.mark.parametrize(
    ("heads", "size"),
    [
        ([f"Invoice no. {70131 + 17 * n}" for n in range(5)], 10),
        ([f"Invoice no. {70131 + n}" for n in range(5)], 10),
        ([f"Rule {n + 1}" for n in range(5)], 13),
        (["Flights", "Hotels", "Food", "Cars", "Trains"], 13),
    ],
)
def test_a_number_that_counts_no_pages_stays(heads, size):
    """Invoices and their numbers, rules and chapters that begin on a page of their own."""
    text = read(*(page_of(head, ["Larkhill Ltd"], size) for head in heads)).text
    assert [head in text for head in heads] == [True] * 5
    assert "Larkhill" not in text


@pytest.mark.parametrize("count", [4, 6, 9])
def test_a_foot_of_any_height_is_left_out(count):
    """Addresses, directors and accounts on every page, right below the text or not."""
    foot = [f"{word} of the foot" for word in "abcdefghi"[:count]]
    pages = [page_of(f"Page text {word}", foot) for word in ("one", "two", "three", "four")]
    assert "of the foot" not in read(*pages).text


def test_the_head_of_a_table_stands_once():
    """It comes back on each page, above other rows."""
    columns = (60, 250, 400)

    def page(number: int) -> list[Put]:
        rows = [("Article", "Price", "Stock")]
        rows += [(f"Thing {number} {n}", f"{n}.50", f"{n * number}") for n in range(12)]
        return [
            Put(x, 40 + 30 * y, cell)
            for y, row in enumerate(rows)
            for x, cell in zip(columns, row, strict=True)
        ]

    text = read(*map(page, range(1, 5))).text
    assert text.startswith("Article Price Stock\nThing 1 0 0.50 0\n")
    assert text.count("Article") == 1


def stamped(pages: int, *, angle: float, size: float, x: float = 300, y: float = 420) -> str:
    """The text of pages with a word across them or beside their lines."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    for number in range(pages):
        canvas.setFont("Helvetica", 10)
        for line in range(20):
            canvas.drawString(
                60, 780 - 14 * line, f"Line {line} of sheet {'abc'[number]} goes on and"
            )
        canvas.setFont("Helvetica", size)
        canvas.translate(x, y)
        canvas.rotate(angle)
        canvas.drawString(-100, 0, "DRAFT")
        canvas.showPage()
    canvas.save()
    return extract(out.getvalue(), Limits()).text


@pytest.mark.parametrize(
    ("pages", "where"),
    [
        (1, {"angle": 45, "size": 90}),
        (3, {"angle": 45, "size": 12}),
        (1, {"angle": 0, "size": 90, "x": 200, "y": 640}),
        (1, {"angle": 90, "size": 12, "x": 30}),
        (1, {"angle": 270, "size": 12, "x": 580}),
    ],
)
def test_watermarks_and_side_stamps_are_no_text(pages, where):
    """Across the page, on all pages, huge behind the lines, up or down the side."""
    text = stamped(pages, **where)
    assert "DRAFT" not in text
    assert text.count("goes on") == 20 * pages


NUMBERED = [
    "The tenant shall keep the garden in good",
    "order and shall cut the hedge at least",
    "twice a year. The landlord bears the cost",
    "of repairs to the roof and to the outer",
    "walls of the house. A notice must be",
    "given in writing and reach the other party",
]


@pytest.mark.parametrize(("first", "step", "x"), [(1, 1, 60), (31, 1, 60), (5, 5, 400)])
def test_numbers_of_lines_are_in_no_sentence(first, step, x):
    """Left or right of the text, from any number on."""
    numbers = [str(first + step * n) for n in range(6)]
    page = paragraph(100, 100, NUMBERED) + paragraph(x, 100, numbers)
    assert read(page).text == " ".join(NUMBERED)


def test_numbers_of_items_stay():
    """Rows of a list begin with capitals."""
    page = paragraph(100, 100, ["Bread", "Butter", "Salt", "Pepper", "Oil"])
    text = read(page + paragraph(60, 100, list("12345"))).text
    assert text.split() == ["1", "Bread", "2", "Butter", "3", "Salt", "4", "Pepper", "5", "Oil"]
