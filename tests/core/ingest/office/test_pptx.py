"""Presentations: what a slide shows and says, in the order in which it is read."""

import io

import pptx
import pytest
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from core.errors import DocumentRefused
from tests.core.ingest.made_files import assert_placed, read
from tests.core.ingest.office.office_files import zipped
from tests.made_pdfs import made_pdf, sentences

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da63fcff1f"
    "0003030200efbfa7db0000000049454e44ae426082"
)
HERE = (Inches(1), Inches(1), Inches(2), Inches(1))


def slide_of(show, layout=5, title="Fees"):
    """A new slide with a title."""
    slide = show.slides.add_slide(show.slide_layouts[layout])
    if slide.shapes.title is not None:
        slide.shapes.title.text = title
    return slide


def box(shapes, text, top, left=1.0):
    """A text box so many inches from the top."""
    shape = shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(1))
    shape.text_frame.text = text
    return shape


def text_of(show):
    out = io.BytesIO()
    show.save(out)
    found = read(out.getvalue(), "a.pptx")
    assert_placed(found)
    return found


def test_shapes_are_read_title_first_then_from_the_top():
    """Groups where they stand, and what is in them, too; line breaks of both kinds."""
    show = pptx.Presentation()
    shapes = slide_of(show).shapes
    box(shapes, "low", 6)
    box(shapes, "right", 3, 5)
    box(shapes, "left\x0bside", 3)
    inner = shapes.add_group_shape().shapes.add_group_shape()
    box(inner.shapes, "in a group", 2)
    assert text_of(show).text.split("\n") == ["Fees", "in a group", "left", "side", "right", "low"]


def test_tables_charts_notes_and_pictures_are_read():
    """A merged cell once, rows with their heads, the values of a chart, what a picture shows."""
    show = pptx.Presentation()
    slide = slide_of(show)
    table = slide.shapes.add_table(3, 3, *HERE).table
    for at, words in enumerate(
        (("Item", "Price", "Staff"), ("Locker", "12", "8"), ("all", "", "0"))
    ):
        for column, word in enumerate(words):
            table.cell(at, column).text = word
    table.cell(2, 0).merge(table.cell(2, 1))
    data = CategoryChartData()
    data.categories = ["May", "June"]
    data.add_series("Sales", (7, 9))
    chart = slide.shapes.add_chart(
        XL_CHART_TYPE.PIE, *(Inches(n) for n in (1, 3, 2, 1)), data
    ).chart
    chart.has_title, chart.chart_title.text_frame.text = True, "Year"
    picture = slide.shapes.add_picture(io.BytesIO(PIXEL), Inches(1), Inches(5))
    picture._element.nvPicPr.cNvPr.set("descr", "A map")
    slide.notes_slide.notes_text_frame.text = "Say hello.\nSmile."
    found = text_of(show)
    assert found.text.split("\n") == [
        *("Fees", "Item: Locker | Price: 12 | Staff: 8", "Item: all | Staff: 0"),
        *(
            "Year",
            "May | Sales: 7",
            "June | Sales: 9",
            "Picture: A map",
            "Notes: Say hello.",
            "Smile.",
        ),
    ]
    assert [part.kind for part in found.parts] == ["item", "item"]


def test_a_slide_is_a_section_and_a_hidden_one_says_so():
    """A slide without a title does not borrow that of the slide before."""
    show = pptx.Presentation()
    for layout, title in ((5, "One"), (6, ""), (5, "Three")):
        box(slide_of(show, layout, title).shapes, "text", 3)
    show.slides[2]._element.set("show", "0")
    found = text_of(show)
    assert [h.title for h in found.headings] == ["One", "Slide 2", "Three"]
    assert [page.label for page in found.pages] == ["1", "2", "3 (hidden)"]
    assert [(n.kind, n.text) for n in found.notes] == [
        ("hidden slides", "1 slide that the show leaves out is searched too: 3.")
    ]


def test_raised_and_struck_out_letters_and_alternatives():
    """As in every other format; of alternatives the first is read, footers are not."""
    show = pptx.Presentation()
    slide = slide_of(show)
    paragraph = box(slide.shapes, "EUR 19", 3).text_frame.paragraphs[0]
    for text, name, value in (("99", "baseline", "30000"), (" old", "strike", "sngStrike")):
        run = paragraph.add_run()
        run.text = text
        run._r.get_or_add_rPr().set(name, value)
    other = box(slide.shapes, "twice", 4)._element
    both = pptx.oxml.parse_xml(
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        '<mc:Choice Requires="a14"/><mc:Fallback/></mc:AlternateContent>'
    )
    other.addprevious(both)
    both[0].append(other)
    for placeholder in slide.slide_layout.placeholders:
        if placeholder.placeholder_format.type in {13, 15, 16}:
            slide.shapes.clone_placeholder(placeholder)
            slide.placeholders[placeholder.placeholder_format.idx].text = "footer"
    assert text_of(show).text == "Fees\nEUR 19⁹⁹[struck out:  old]\ntwice"


@pytest.mark.parametrize(
    ("data", "name", "code", "said"),
    [
        (
            zipped({"ppt/presentation.xml": "<a/>", "[Content_Types].xml": "<a/>"}),
            "a.pptx",
            "damaged",
            "damaged",
        ),
        (zipped({"word/document.xml": "<w/>"})[:-30], "a.docx", "damaged", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(999), "a.pptx", "unknown_format", "password"),
    ],
)
def test_a_bad_file_is_refused_with_its_reason(data, name, code, said):
    """And with what to do."""
    with pytest.raises(DocumentRefused, match=said) as caught:
        read(data, name)
    assert (caught.value.code, bool(caught.value.advice)) == (code, True)


def test_a_pdf_in_an_office_coat_is_a_pdf():
    """The content decides."""
    assert read(made_pdf(sentences("travel", 2)), "a.pptx").unit == "page"
