"""Workbooks: the rows as the sheet shows them, with their heads; what is hidden is left out."""

import datetime as dt
import io
import re
import zipfile

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.table import Table

from core.errors import DocumentRefused
from core.ingest.office.number_formats import cell_text
from tests.core.ingest.made_files import assert_placed, read
from tests.core.ingest.office.office_files import zipped
from tests.core.ingest.paged_texts import cut

HEADS = ["Item", "Price"]


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def book_of(*rows, title="Prices"):
    """A workbook of one sheet, and the sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    return book, sheet


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (0.125, "0.0%", "12.5%"),
        (0.125, "0%", "13%"),
        (7, "00000", "00007"),
        (1234.5, "#,##0.00", "1,234.50"),
        (-1234.5, "#,##0.00;(#,##0.00)", "(1,234.50)"),
        (0, '0.00;-0.00;"none"', "none"),
        (12.5, '0.00\\ "EUR"', "12.50 EUR"),
        (12.5, "[$€-407] #,##0.00", "€ 12.50"),
        (12.5, "[Red]0.0", "12.5"),
        (1500000, '0.0,,"M"', "1.5M"),
        (2.675, "0.00", "2.68"),
        (-0.001, "0.00", "0.00"),
        (1.5, "0.##", "1.5"),
        (0.5, "# ?/?", "0.5"),
        (123456789, "000-00-0000", "123456789"),
        (0.1 + 0.2, "General", "0.3"),
        (1e21, "General", "1e+21"),
        (3, "General", "3"),
        (3.0, "General", "3"),
        (True, "General", "TRUE"),
        ("007", "0.00", "007"),
        ("NA", "General", "NA"),
        (dt.datetime(2026, 3, 1), "yyyy-mm-dd h:mm:ss", "2026-03-01"),
        (dt.datetime(2026, 3, 1), "mm-dd-yy", "2026-03-01"),
        (dt.datetime(2026, 3, 1), "dd.mm.yyyy", "01.03.2026"),
        (dt.datetime(2026, 3, 1), "d mmmm yyyy;@", "1 March 2026"),
        (dt.datetime(2026, 3, 1, 14, 5), "dd/mm/yy hh:mm", "01/03/26 14:05"),
        (dt.datetime(2026, 3, 1, 14, 5), "h:mm AM/PM", "2:05 PM"),
        (dt.time(9, 0, 7), "mm:ss", "00:07"),
        (dt.timedelta(hours=26, minutes=5), "[h]:mm", "26:05"),
    ],
)
def test_a_value_is_shown_as_its_format_says(value, number_format, text):
    """Text stays text; a format that is not known shows the plain value."""
    assert cell_text(value, number_format) == text


def test_values_and_formulas_are_read_and_nothing_is_calculated():
    """A formula without a saved value says so; with one, the value is the text."""
    book, _ = book_of(HEADS, ["Locker", 12], ["Sum", "=SUM(B2:B2)"], ["'=1", "=text"])
    book.active["A4"].data_type = "s"
    data = saved(book)
    found = read(data, "a.xlsx")
    assert found.text.split("\n")[1:] == [
        "Item: Sum | Price: =SUM(B2:B2) (never calculated)",
        "Item: '=1 | Price: =text (never calculated)",
    ]
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = re.sub(
        rb"<f>SUM\(B2:B2\)</f><v ?/?>(</v>)?", rb"<f>SUM(B2:B2)</f><v>12</v>", parts[sheet]
    )
    assert "Item: Sum | Price: 12\n" in read(zipped(parts), "a.xlsx").text


def test_what_is_hidden_is_left_out_and_counted():
    """Sheets, rows and columns; columns that are hidden together too."""
    book, sheet = book_of(
        ["Item", "Cost", "Margin", "Price"], ["Locker", 5, 7, 12], ["Towel", 1, 2, 3]
    )
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions.group("B", "C", hidden=True)
    for name, state in (("Old", "hidden"), ("Older", "veryHidden")):
        book.create_sheet(name)["A1"] = "secret"
        book[name].sheet_state = state
    found = read(saved(book), "a.xlsx")
    assert found.text == "Item: Locker | Price: 12"
    assert [note.text for note in found.notes] == [
        "What is hidden is left out: 2 sheets, 1 row, 2 columns."
    ]
    assert [page.label for page in found.pages] == ["2"]


def test_each_sheet_is_a_section_and_each_row_a_place():
    """Rows are called as the sheet numbers them; empty ones are none, titles have no heads."""
    book, sheet = book_of(
        ["Price list"], HEADS, ["Locker", 12], [], ["Opening", "hours"], ["9", "17"]
    )
    sheet["A3"].font, sheet["B3"].comment = Font(strike=True), Comment("net", "Ann")
    other = book.create_sheet("Staff")
    other.append(["Name", "Role"])
    other.append(["Ann", "Chef"])
    found = read(saved(book), "a.xlsx")
    assert found.text.split("\n") == [
        *("Price list", "Item: [struck out: Locker] | Price: 12 [comment: net]"),
        *("Opening: 9 | hours: 17", "Name | Role", "Ann | Chef"),
    ]
    assert [page.label for page in found.pages] == [
        *("Prices!1", "Prices!3", "Prices!6", "Staff!1", "Staff!2"),
    ]
    assert [(h.title, h.level) for h in found.headings] == [
        ("Prices", 1),
        ("Staff: Name | Role", 1),
    ]
    assert_placed(found)


def test_merged_cells_are_read_once_and_are_heads_of_all_their_columns():
    """Two rows of heads: the group over its parts."""
    book, sheet = book_of(["City", "2025", None], [None, "Q1", "Q2"], ["Rome", 1, 2])
    sheet.merge_cells("B1:C1")
    assert read(saved(book), "a.xlsx").text == "City: Rome | 2025 Q1: 1 | 2025 Q2: 2"


@pytest.mark.parametrize("mark", ["table", "bold"])
def test_heads_that_the_sheet_marks_are_heads(mark):
    """By a table of Excel's, or in bold."""
    book, sheet = book_of(["Name", "Role"], ["Ann", "Chef"])
    if mark == "table":
        sheet.add_table(Table(displayName="T", ref="A1:B2"))
    else:
        sheet["A1"].font = sheet["B1"].font = Font(bold=True)
    assert read(saved(book), "a.xlsx").text == "Name: Ann | Role: Chef"


def test_every_passage_of_a_long_table_has_the_heads():
    """However far the first row is away."""
    book, _ = book_of(HEADS, *([f"Locker {chr(65 + n % 26)}", n] for n in range(200)))
    chunks = cut(read(saved(book), "a.xlsx"))
    assert len(chunks) > 5
    assert all(
        chunk.text.startswith("Item: Locker") and chunk.heading == "Prices" for chunk in chunks
    )
    assert all(line.endswith(tuple("0123456789")) for c in chunks for line in c.text.split("\n"))


def test_a_cell_far_away_costs_nothing():
    """A sheet is not read as a rectangle."""
    book, sheet = book_of(["a"])
    sheet["XFD1048576"] = "z"
    assert read(saved(book), "a.xlsx").text == "a\nz"


@pytest.mark.parametrize(
    ("damage", "code"), [("empty", "no_text"), ("hidden", "no_text"), ("cut", "damaged")]
)
def test_a_bad_workbook_is_refused(damage, code):
    """One without text, one that is all hidden, one without its sheet."""
    book, sheet = book_of(["a"] if damage != "empty" else [])
    if damage == "hidden":
        sheet.row_dimensions[1].hidden = True
    data = saved(book)
    if damage == "cut":
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            data = zipped(
                {n: file.read(n)[: 99 if "sheet1" in n else None] for n in file.namelist()}
            )
    with pytest.raises(DocumentRefused) as caught:
        read(data, "a.xlsx")
    assert caught.value.code == code
