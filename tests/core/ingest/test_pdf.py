"""From PDF bytes to text: reading order, mended words, furniture, boxes, headings, refusals."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfWriter
from reportlab.lib.pdfencrypt import StandardEncryption

from core.errors import DocumentRefused
from core.explain.highlight import render_page
from core.ingest.pdf import extract
from core.schema import PagedText
from core.settings import Limits
from tests.core.ingest.pdf_maker import (
    HEIGHT,
    LEFT_COLUMN,
    RIGHT_COLUMN,
    WIDTH,
    Put,
    drawn,
    paragraph,
)


def read(*pages: list[Put], **options) -> PagedText:
    """The text of a PDF made of these pages."""
    return extract(drawn(pages, **options), Limits())


def refusal(data: bytes, limits: Limits | None = None) -> DocumentRefused:
    """The refusal that reading ends with."""
    with pytest.raises(DocumentRefused) as caught:
        extract(data, limits or Limits())
    return caught.value


TWO_COLUMNS = " ".join([*LEFT_COLUMN, *RIGHT_COLUMN]).replace("again. Members", "again.\nMembers")


def test_lines_of_a_paragraph_are_joined_with_one_space() -> None:
    """Six lines of one paragraph are one block."""
    assert read(paragraph(60, 100, LEFT_COLUMN)).text == " ".join(LEFT_COLUMN)


def test_two_columns_are_read_one_after_the_other() -> None:
    """The left column comes before the right one when it is drawn first."""
    page = paragraph(60, 100, LEFT_COLUMN) + paragraph(320, 100, RIGHT_COLUMN)
    assert read(page).text == TWO_COLUMNS


def test_two_columns_drawn_row_by_row_are_read_by_column() -> None:
    """The order in the file does not matter: lines drawn across are read down."""
    rows = zip(paragraph(60, 100, LEFT_COLUMN), paragraph(320, 100, RIGHT_COLUMN), strict=True)
    assert read([put for row in rows for put in row]).text == TWO_COLUMNS


def test_a_title_over_two_columns_comes_first() -> None:
    """A line that crosses the gutter is a border between bands."""
    title = Put(120, 70, "Minutes of the meeting of the committee in May", size=16)
    page = [*paragraph(60, 100, LEFT_COLUMN), *paragraph(320, 100, RIGHT_COLUMN), title]
    assert read(page).text == f"{title.text}\n{TWO_COLUMNS}"


def test_three_columns_are_read_in_order() -> None:
    """Columns are found again inside the right half of a page."""
    short = [f"words of line number {i} here" for i in range(8)]
    page = [put for column in (40, 220, 400) for put in paragraph(column, 100, short)]
    text = read(page).text
    assert [text.count(line) for line in short] == [3] * 8
    assert text.index(short[7]) < text.index(short[0], 40)


def test_a_table_is_read_row_by_row() -> None:
    """Short cells under each other are no columns of prose."""
    rows = [("Rome", "two days", "180"), ("Oslo", "one day", "95"), ("Bern", "a week", "700")] * 2
    page = [
        Put(x, 100 + 14 * i, cell)
        for i, row in enumerate(rows)
        for x, cell in zip((60, 200, 400), row, strict=True)
    ]
    assert read(page).text.split("\n") == [" ".join(row) for row in rows]


def test_a_wider_gap_separates_paragraphs() -> None:
    """Two paragraphs are two blocks."""
    page = paragraph(60, 100, LEFT_COLUMN) + paragraph(60, 190, RIGHT_COLUMN)
    assert read(page).text == " ".join(LEFT_COLUMN) + "\n" + " ".join(RIGHT_COLUMN)


def test_list_items_are_blocks() -> None:
    """A bullet or a number at the start of a line starts a block."""
    page = paragraph(60, 100, ["Bring these:", "• a passport", "• a ticket", "1. Go.", "2. Come."])
    assert read(page).text.split("\n") == [put.text for put in page]


def test_a_divided_word_is_mended() -> None:
    """The hyphen of a word divided at the end of a line goes away."""
    page = paragraph(60, 100, ["The reimburse-", "ment of travel costs takes a whole month."])
    assert read(page).text == "The reimbursement of travel costs takes a whole month."


def test_a_true_hyphen_at_a_line_end_stays() -> None:
    """A word that the document writes with a hyphen elsewhere keeps it."""
    lines = ["This is a long-term plan, and not the only long-", "term plan that the town has."]
    assert read(paragraph(60, 100, lines)).text == lines[0] + lines[1]


def test_a_hyphen_before_a_capital_or_a_number_stays() -> None:
    """Names and numbers are not divided words."""
    lines = ["The road from here to Aix-", "Marseille is open from kilometre 10-", "12 only."]
    text = read(paragraph(60, 100, lines)).text
    assert "Aix-Marseille" in text
    assert "10-12" in text


def pages_with_furniture(count: int) -> list[list[Put]]:
    """Pages with a running header, a text of their own and a page number."""
    return [
        [
            Put(60, 40, f"Handbook of the town, part {1 + number // 3}"),
            *paragraph(60, 100, [f"{line[:-9]} on day {number}" for line in LEFT_COLUMN]),
            Put(290, 810, f"Page {number + 6} of 99"),
        ]
        for number in range(count)
    ]


@pytest.mark.parametrize("count", [2, 3, 4, 12])
def test_running_headers_and_page_numbers_are_left_out(count: int) -> None:
    """What comes back in the margins, but for its numbers, is not text."""
    text = read(*pages_with_furniture(count)).text
    assert "Handbook" not in text
    assert "of 99" not in text
    assert text.count("committee met") == count


def test_headers_of_short_chapters_are_left_out_with_the_others() -> None:
    """A line at the height of the header that ends with the page's number is a header."""
    pages = pages_with_furniture(9)
    for number, page in enumerate(pages):
        page[0] = Put(60, 40, f"Chapter about {'abcdefghi'[number] * 4} {number + 6}")
    assert "Chapter about" not in read(*pages).text


def test_a_repeated_line_in_the_body_stays() -> None:
    """Only the margins are searched for furniture."""
    pages = [[Put(60, 400, "Nothing to report."), Put(60, 500, f"Day {n}")] for n in range(5)]
    assert read(*pages).text.count("Nothing to report.") == 5


def test_pages_that_are_all_alike_keep_their_text() -> None:
    """A document of equal short pages is not all furniture."""
    assert read(*[[Put(60, 40, "Ticket for one person")]] * 4).text.count("Ticket") == 4


def test_a_paragraph_that_goes_on_over_a_page_is_not_cut() -> None:
    """No sentence end before, a small letter after: one space joins the pages."""
    paged = read(paragraph(60, 100, LEFT_COLUMN[:4]), paragraph(60, 100, LEFT_COLUMN[1:]))
    joint = paged.pages[0].end
    assert paged.text[joint] == "\n"  # a sentence ends on the first page
    paged = read(paragraph(60, 100, LEFT_COLUMN[:2]), paragraph(60, 100, LEFT_COLUMN[2:]))
    assert paged.text == " ".join(LEFT_COLUMN)
    assert paged.text[paged.pages[1].start :].startswith("went before.")


def test_a_word_divided_over_pages_is_mended() -> None:
    """The hyphen goes away between pages too, and the offsets of the pages agree with that."""
    paged = read(
        paragraph(60, 100, ["Nobody shall be pun-"]), paragraph(60, 100, ["ished twice for it."])
    )
    assert paged.text == "Nobody shall be punished twice for it."
    assert [paged.text[p.start : p.end] for p in paged.pages] == [
        "Nobody shall be pun",
        "ished twice for it.",
    ]


def test_code_lines_are_blocks() -> None:
    """Lines in a monospaced font are not joined, in a document set otherwise."""
    code = [Put(80, 190 + 12 * i, line, "Courier") for i, line in enumerate(["a = 1", "b = a + 1"])]
    page = [*paragraph(60, 100, LEFT_COLUMN), *code]
    assert read(page).text.split("\n")[1:] == ["a = 1", "b = a + 1"]


def test_text_outside_the_visible_part_is_left_out() -> None:
    """A crop box hides what lies beyond it."""
    page = [Put(100, 300, "seen by all"), Put(100, 800, "hidden from all")]
    assert read(page, crop=(50, 200, 500, 700)).text == "seen by all"


def ink_agrees(data: bytes, paged: PagedText, number: int = 1) -> tuple[float, float]:
    """Of the page's ink, the part inside the boxes; of the letters, the part with ink."""
    picture = np.asarray(Image.open(io.BytesIO(render_page(data, number, 1200))).convert("L")) < 128
    inside = np.zeros_like(picture)
    inked = []
    page = paged.pages[number - 1]
    high, wide = picture.shape
    for char, box in zip(
        paged.text[page.start : page.end], paged.boxes[page.start : page.end], strict=True
    ):
        if char.isalnum():
            rows = slice(int(box[1] * high), int(np.ceil(box[3] * high)))
            columns = slice(int(box[0] * wide), int(np.ceil(box[2] * wide)))
            inside[rows, columns] = True
            inked.append(bool(picture[rows, columns].any()))
    return float((picture & inside).sum() / picture.sum()), float(np.mean(inked))


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (40, 300, 560, 800)])
def test_boxes_lie_on_the_ink_of_the_displayed_page(
    rotation: int, crop: tuple[float, float, float, float] | None
) -> None:
    """Whatever the page's rotation and crop, the boxes cover the letters as rendered."""
    data = drawn([paragraph(60, 100, LEFT_COLUMN)], rotation=rotation, crop=crop)
    paged = extract(data, Limits())
    covered, inked = ink_agrees(data, paged)
    assert paged.text == " ".join(LEFT_COLUMN)
    assert covered > 0.98
    assert inked == 1.0
    sides = (crop[2] - crop[0], crop[3] - crop[1]) if crop else (WIDTH, HEIGHT)
    expected = sides if rotation in {0, 180} else sides[::-1]
    assert (paged.pages[0].width, paged.pages[0].height) == pytest.approx(expected)


def test_boxes_are_zero_for_white_space_only() -> None:
    """Every visible character has a place, and a space has none."""
    paged = read(paragraph(60, 100, LEFT_COLUMN), paragraph(60, 100, RIGHT_COLUMN))
    has_place = paged.boxes.any(axis=1)
    assert has_place.tolist() == [not c.isspace() for c in paged.text]
    assert paged.boxes.shape == (len(paged.text), 4)
    assert paged.boxes.dtype == np.float32


def test_an_outline_gives_the_headings() -> None:
    """A title of the outline is found in the text, with its number in front."""
    pages = [
        [Put(60, 80, "1 Travel", size=16), *paragraph(60, 120, LEFT_COLUMN)],
        [Put(60, 80, "1.1 Hotels", size=13), *paragraph(60, 120, RIGHT_COLUMN)],
    ]
    paged = read(*pages, outline=[("Travel", 0, 1), ("Hotels", 1, 2)])
    found = [(h.level, h.title, paged.text[h.start : h.start + 6]) for h in paged.headings]
    assert found == [(1, "Travel", "1 Trav"), (2, "Hotels", "1.1 Ho")]


def test_an_outline_about_something_else_is_not_used() -> None:
    """When its titles are not in the text, the headings come from the layout."""
    page = [Put(60, 80, "Travel", size=16), *paragraph(60, 120, LEFT_COLUMN)]
    paged = read(page, outline=[("untitled-1.doc", 0, 1)])
    assert [h.title for h in paged.headings] == ["Travel"]


def test_without_an_outline_large_and_bold_lines_are_headings() -> None:
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


def test_a_file_is_read_twice_alike() -> None:
    """Reading is deterministic."""
    data = drawn(pages_with_furniture(5))
    first, second = extract(data, Limits()), extract(data, Limits())
    assert (first.text, first.pages, first.headings) == (
        second.text,
        second.pages,
        second.headings,
    )
    assert np.array_equal(first.boxes, second.boxes)


def test_an_empty_user_password_opens_normally() -> None:
    """A file that anybody can open is read, whatever its owner's password."""
    encryption = StandardEncryption("", "owner", strength=128)
    assert read([Put(60, 100, "open to all")], encryption=encryption).text == "open to all"


def test_a_user_password_is_refused_as_encrypted() -> None:
    """A file that needs a password is refused, with that reason."""
    encryption = StandardEncryption("secret", "owner", strength=128)
    found = refusal(drawn([[Put(60, 100, "for few")]], encryption=encryption))
    assert found.code == "encrypted"
    assert "password" in found.message


def zero_pages() -> bytes:
    """A PDF without pages."""
    out = io.BytesIO()
    PdfWriter().write(out)
    return out.getvalue()


def picture_only() -> bytes:
    """A PDF that is a scan."""
    out = io.BytesIO()
    Image.new("RGB", (200, 300), "grey").save(out, format="PDF")
    return out.getvalue()


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("empty", b""),
        ("not_a_pdf", b"Dear reader, this is a letter. " * 99),
        ("not_a_pdf", b"\x89PNG\r\n\x1a\n" + bytes(999)),
        ("damaged", b"%PDF-1.7\nthis is not really one"),
        ("no_text", picture_only()),
        ("no_text", drawn([[], []])),
        ("no_text", drawn([[Put(60, 100, "- - ..")]])),
        ("no_pages", zero_pages()),
    ],
)
def test_each_kind_of_bad_file_has_its_code(code: str, data: bytes) -> None:
    """The code is stable, and the person is told what to do."""
    found = refusal(data)
    assert found.code == code
    assert found.advice


@pytest.mark.parametrize(
    ("code", "limits"),
    [
        ("too_many_pages", Limits(pages=2)),
        ("too_much_text", Limits(page_characters=50)),
        ("too_much_text", Limits(characters=500)),
        ("too_large", Limits(file_mb=0)),
    ],
)
def test_limits_refuse_with_the_setting_to_raise(code: str, limits: Limits) -> None:
    """Each limit has its code, and the advice names the setting."""
    found = refusal(drawn(pages_with_furniture(3)), limits)
    assert found.code == code
    assert "SECOND_LOOK_MAX_" in found.advice


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_file_is_read_or_refused(part: float) -> None:
    """What was cut off never raises anything but our own error."""
    data = drawn(pages_with_furniture(3))
    try:
        paged = extract(data[: int(len(data) * part)], Limits())
    except DocumentRefused as exc:
        assert exc.code in {"damaged", "no_pages", "no_text"}  # noqa: PT017 - either way is right
    else:
        assert paged.text


def test_an_unusual_word_known_to_the_document_is_mended_before_a_capital() -> None:
    """A word that the document writes whole elsewhere decides: binNMU is one word."""
    lines = ["Uploads without a source are called binNMU, and every bin-", "NMU has a number."]
    assert read(paragraph(60, 100, lines)).text.endswith("every binNMU has a number.")


def test_a_chapter_starts_at_the_line_above_its_title() -> None:
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


def test_a_title_and_the_heading_below_it_are_two_blocks() -> None:
    """Two lines of one large size, with space between them, are not one paragraph."""
    page = [
        Put(60, 60, "Travel policy", "Helvetica-Bold", 18),
        Put(60, 92, "1 Hotels", "Helvetica-Bold", 18),
        *paragraph(60, 130, LEFT_COLUMN),
    ]
    assert [h.title for h in read(page).headings] == ["Travel policy", "1 Hotels"]
