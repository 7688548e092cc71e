"""From PDF bytes to text: reading order, blocks, mended words, boxes."""

import io

import numpy as np
import pytest
from PIL import Image
from reportlab.pdfbase.pdfmetrics import stringWidth

from core.explain.highlight import render_page
from core.ingest.pdf.reading import extract
from core.schema import PagedText
from core.settings import Limits
from tests.core.ingest.pdf_maker import (
    HEIGHT,
    LEFT_COLUMN,
    RIGHT_COLUMN,
    WIDTH,
    Put,
    drawn,
    pages_with_furniture,
    paragraph,
    read,
)

TWO_COLUMNS = " ".join([*LEFT_COLUMN, *RIGHT_COLUMN]).replace("again. Members", "again.\nMembers")


def test_lines_of_a_paragraph_are_joined_with_one_space():
    """Six lines of one paragraph are one block."""
    assert read(paragraph(60, 100, LEFT_COLUMN)).text == " ".join(LEFT_COLUMN)


def test_two_columns_are_read_one_after_the_other():
    """The left column comes before the right one when it is drawn first."""
    page = paragraph(60, 100, LEFT_COLUMN) + paragraph(320, 100, RIGHT_COLUMN)
    assert read(page).text == TWO_COLUMNS


def test_two_columns_drawn_row_by_row_are_read_by_column():
    """The order in the file does not matter: lines drawn across are read down."""
    rows = zip(paragraph(60, 100, LEFT_COLUMN), paragraph(320, 100, RIGHT_COLUMN), strict=True)
    assert read([put for row in rows for put in row]).text == TWO_COLUMNS


def test_a_title_over_two_columns_comes_first():
    """A line that crosses the gutter is a border between bands."""
    title = Put(120, 70, "Minutes of the meeting of the committee in May", size=16)
    page = [*paragraph(60, 100, LEFT_COLUMN), *paragraph(320, 100, RIGHT_COLUMN), title]
    assert read(page).text == f"{title.text}\n{TWO_COLUMNS}"


def test_three_columns_are_read_in_order():
    """Columns are found again inside the right half of a page."""
    short = [f"words of line number {i} here" for i in range(8)]
    page = [put for column in (40, 220, 400) for put in paragraph(column, 100, short)]
    text = read(page).text
    assert [text.count(line) for line in short] == [3] * 8
    assert text.index(short[7]) < text.index(short[0], 40)


def test_a_table_is_read_row_by_row():
    """Short cells under each other are no columns of prose."""
    rows = [("Rome", "two days", "180"), ("Oslo", "one day", "95"), ("Bern", "a week", "700")] * 2
    page = [
        Put(x, 100 + 14 * i, cell)
        for i, row in enumerate(rows)
        for x, cell in zip((60, 200, 400), row, strict=True)
    ]
    assert read(page).text.split("\n") == [" ".join(row) for row in rows]


def test_a_wider_gap_separates_paragraphs():
    """Two paragraphs are two blocks."""
    page = paragraph(60, 100, LEFT_COLUMN) + paragraph(60, 190, RIGHT_COLUMN)
    assert read(page).text == " ".join(LEFT_COLUMN) + "\n" + " ".join(RIGHT_COLUMN)


def test_list_items_are_blocks():
    """A bullet or a number at the start of a line starts a block."""
    page = paragraph(60, 100, ["Bring these:", "• a passport", "• a ticket", "1. Go.", "2. Come."])
    assert read(page).text.split("\n") == [put.text for put in page]


def test_a_divided_word_is_mended():
    """The hyphen of a word divided at the end of a line goes away."""
    page = paragraph(60, 100, ["The reimburse-", "ment of travel costs takes a whole month."])
    assert read(page).text == "The reimbursement of travel costs takes a whole month."


def test_a_true_hyphen_at_a_line_end_stays():
    """A word that the document writes with a hyphen elsewhere keeps it."""
    lines = ["This is a long-term plan, and not the only long-", "term plan that the town has."]
    assert read(paragraph(60, 100, lines)).text == lines[0] + lines[1]


def test_a_hyphen_before_a_capital_or_a_number_stays():
    """Names and numbers are not divided words."""
    lines = ["The road from here to Aix-", "Marseille is open from kilometre 10-", "12 only."]
    text = read(paragraph(60, 100, lines)).text
    assert "Aix-Marseille" in text
    assert "10-12" in text


def test_a_paragraph_that_goes_on_over_a_page_is_not_cut():
    """No sentence end before, a small letter after: one space joins the pages."""
    paged = read(paragraph(60, 100, LEFT_COLUMN[:4]), paragraph(60, 100, LEFT_COLUMN[1:]))
    joint = paged.pages[0].end
    assert paged.text[joint] == "\n"  # a sentence ends on the first page
    paged = read(paragraph(60, 100, LEFT_COLUMN[:2]), paragraph(60, 100, LEFT_COLUMN[2:]))
    assert paged.text == " ".join(LEFT_COLUMN)
    assert paged.text[paged.pages[1].start :].startswith("went before.")


def test_a_word_divided_over_pages_is_mended():
    """The hyphen goes away between pages too, and the offsets of the pages agree with that."""
    paged = read(
        paragraph(60, 100, ["Nobody shall be pun-"]), paragraph(60, 100, ["ished twice for it."])
    )
    assert paged.text == "Nobody shall be punished twice for it."
    assert [paged.text[p.start : p.end] for p in paged.pages] == [
        "Nobody shall be pun",
        "ished twice for it.",
    ]


def test_code_lines_are_blocks():
    """Lines in a monospaced font are not joined, in a document set otherwise."""
    code = [Put(80, 190 + 12 * i, line, "Courier") for i, line in enumerate(["a = 1", "b = a + 1"])]
    page = [*paragraph(60, 100, LEFT_COLUMN), *code]
    assert read(page).text.split("\n")[1:] == ["a = 1", "b = a + 1"]


def test_text_outside_the_visible_part_is_left_out():
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
def test_boxes_lie_on_the_ink_of_the_displayed_page(rotation, crop):
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


def test_boxes_are_zero_for_white_space_only():
    """Every visible character has a place, and a space has none."""
    paged = read(paragraph(60, 100, LEFT_COLUMN), paragraph(60, 100, RIGHT_COLUMN))
    has_place = paged.boxes.any(axis=1)
    assert has_place.tolist() == [not c.isspace() for c in paged.text]
    assert paged.boxes.shape == (len(paged.text), 4)
    assert paged.boxes.dtype == np.float32


def test_a_file_is_read_twice_alike():
    """Reading is deterministic."""
    data = drawn(pages_with_furniture(5))
    first, second = extract(data, Limits()), extract(data, Limits())
    assert (first.text, first.pages, first.headings) == (
        second.text,
        second.pages,
        second.headings,
    )
    assert np.array_equal(first.boxes, second.boxes)


def test_an_unusual_word_known_to_the_document_is_mended_before_a_capital():
    """A word that the document writes whole elsewhere decides: binNMU is one word."""
    lines = ["Uploads without a source are called binNMU, and every bin-", "NMU has a number."]
    assert read(paragraph(60, 100, lines)).text.endswith("every binNMU has a number.")


@pytest.mark.parametrize(
    ("end", "start"),
    [
        ("The revenue of the quarter grew to", "EUR 4.2 million in all."),
        ("The contract was signed by", "Anna Berg in the end."),
        ("The price of the house is", "400 euros."),
        ("The whole amount was sent to the", "Bank of the Vale on Monday."),
    ],
)
def test_a_sentence_goes_on_over_a_page_before_a_capital_or_a_figure(end, start):
    """Its last word on the page cannot be the last of a sentence, nor of a title."""
    assert read(paragraph(60, 100, [end]), paragraph(60, 100, [start])).text == f"{end} {start}"


def test_a_title_at_the_end_of_a_page_is_not_joined():
    """Short lines without a stop that could be whole."""
    page = [*paragraph(60, 100, LEFT_COLUMN[:4]), Put(60, 190, "List of members")]
    text = read(page, paragraph(60, 100, ["Anna Berg", "Bert Cole"])).text
    assert "List of members\nAnna" in text


@pytest.mark.parametrize("stretched", ["recycling contractor after", "municipal waste and paper"])
def test_a_stretched_line_does_not_cut_its_paragraph(stretched):
    """Wide and equal gaps after each word of one line."""
    words = stretched.split()
    widths = [stringWidth(word, "Helvetica", 10) for word in words]
    gap = (stringWidth(LEFT_COLUMN[1], "Helvetica", 10) - sum(widths)) / (len(words) - 1)
    starts = [60 + sum(widths[:n]) + n * gap for n in range(len(words))]
    page = [
        *paragraph(60, 100, LEFT_COLUMN[:2]),
        *(Put(x, 124, word) for x, word in zip(starts, words, strict=True)),
        *paragraph(60, 136, LEFT_COLUMN[2:4]),
    ]
    assert read(page).text == " ".join([*LEFT_COLUMN[:2], *words, *LEFT_COLUMN[2:4]])


@pytest.mark.parametrize("x", [60, 420])
def test_a_box_beside_a_running_text_does_not_cut_it(x):
    """Short lines left or right of it, at the heights of its lines."""
    text = paragraph(150, 100, LEFT_COLUMN)
    box = paragraph(x, 100, ["In short", "Lamp on", "No rings", "Key drawn"])
    assert " ".join(LEFT_COLUMN) in read(text + box).text
