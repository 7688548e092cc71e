"""What people typed, ticked, crossed out and switched off on a page."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    TextStringObject,
)
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from core.explain.drawing import draw
from core.ingest.pdf.reading import extract
from core.settings import Limits
from tests.attack.bombs import pdf, stream
from tests.core.ingest.pdf_maker import changed, painted

Draw = Callable[[Canvas], None]


def text_of(data: bytes) -> str:
    """The text of a PDF."""
    return extract(data, Limits()).text


def form(canvas: Canvas) -> None:
    """A filled form."""
    canvas.drawString(30, 250, "Ordered item:")
    canvas.acroForm.textfield(
        name="item", value="Cryostat pump", x=150, y=245, width=200, height=18, fontSize=11
    )
    for name, y, ticked in (("Express:", 200, True), ("Insured:", 170, False)):
        canvas.drawString(30, y, name)
        canvas.acroForm.checkbox(name=name, checked=ticked, x=150, y=y - 4, size=14)
    canvas.drawString(30, 140, "Colour:")
    canvas.acroForm.choice(
        name="c", value="Green", options=["Red", "Green"], x=150, y=135, width=90, height=18
    )


def test_values_of_a_form_are_text_beside_their_labels():
    """Typed, ticked, not ticked, chosen."""
    lines = text_of(painted(form)).split("\n")
    assert lines == ["Ordered item: Cryostat pump", "Express: [x]", "Insured: [ ]", "Colour: Green"]


def test_values_of_a_form_are_in_the_picture():
    """The picture has ink where the value stands."""
    data = painted(form)
    picture = np.asarray(Image.open(io.BytesIO(draw(data, 1, 400))).convert("L"))
    paged = extract(data, Limits())
    at = paged.text.index("Cryostat")
    left, top, right, bottom = paged.boxes[at] * np.array([400, 300, 400, 300])
    assert picture[int(top) : int(bottom) + 1, int(left) : int(right) + 1].min() < 128


def test_a_typed_note_is_text():
    """A FreeText annotation with its own picture."""

    def add(writer: PdfWriter) -> None:
        note = FreeText(text="ask B12", rect=(30, 100, 300, 120))
        look = DecodedStreamObject()
        look.set_data(b"BT /F1 11 Tf 2 5 Td (From March on ask in room B12.) Tj ET")
        font = writer.pages[0]["/Resources"]["/Font"]
        look[NameObject("/Type")] = NameObject("/XObject")
        look[NameObject("/Subtype")] = NameObject("/Form")
        look[NameObject("/BBox")] = ArrayObject(map(FloatObject, (0, 0, 270, 20)))
        look[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): font})
        look_reference = writer._add_object(look)
        note[NameObject("/AP")] = DictionaryObject({NameObject("/N"): look_reference})
        writer.add_annotation(0, note)

    data = changed(painted(lambda c: c.drawString(30, 250, "Keys are kept here.")), add)
    assert text_of(data) == "Keys are kept here.\nFrom March on ask in room B12."


def strike_out(quad: tuple[float, ...]) -> Callable[[PdfWriter], None]:
    """A StrikeOut annotation over a part of a text."""

    def add(writer: PdfWriter) -> None:
        mark = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject("/StrikeOut"),
                NameObject("/Rect"): ArrayObject(map(FloatObject, (*quad[4:6], *quad[2:4]))),
                NameObject("/QuadPoints"): ArrayObject(map(FloatObject, quad)),
                NameObject("/Contents"): TextStringObject(""),
            }
        )
        writer.add_annotation(0, mark)

    return add


OLD = "Staff may book first class."
NEW = "Staff book second class."


def two_lines(mark: Draw) -> bytes:
    """An old sentence with a mark, and a new one."""

    def paint(canvas: Canvas) -> None:
        canvas.drawString(30, 250, OLD)
        canvas.drawString(30, 220, NEW)
        mark(canvas)

    return painted(paint)


WIDE = 30 + stringWidth(OLD, "Helvetica", 12)


@pytest.mark.parametrize(
    "mark",
    [
        lambda c: c.line(30, 253.5, WIDE, 253.5),
        lambda c: c.rect(30, 253, WIDE - 30, 0.8, stroke=0, fill=1),
        lambda c: [c.line(x, 253, x + (WIDE - 30) / 5, 253) for x in np.linspace(30, WIDE, 6)[:5]],
    ],
    ids=["line", "bar", "short lines"],
)
def test_struck_out_sentences_are_marked(mark):
    """Whatever the line was drawn with, and nothing else is."""
    assert text_of(two_lines(mark)) == f"[struck out: {OLD}]\n{NEW}"


def test_an_annotation_strikes_out():
    """Acrobat's tool for it."""
    data = changed(two_lines(lambda c: None), strike_out((30, 262, WIDE, 262, 30, 247, WIDE, 247)))
    assert text_of(data) == f"[struck out: {OLD}]\n{NEW}"


@pytest.mark.parametrize(
    "mark",
    [
        lambda c: c.line(30, 248.5, WIDE, 248.5),
        lambda c: c.line(30, 235, WIDE, 235),
        lambda c: c.line(5, 253, 395, 253),
        lambda c: c.rect(25, 246, 140, 16),
        lambda c: c.line(100, 210, 100, 270),
    ],
    ids=["underlined", "rule between", "rule behind a title", "frame", "upright"],
)
def test_other_lines_strike_nothing_out(mark):
    """Lines under, over, around and between."""
    assert text_of(two_lines(mark)) == f"{OLD}\n{NEW}"


def test_struck_words_inside_a_line_and_sentences_over_lines():
    """A price within its line; each struck sentence has its own mark, also over a line's end."""

    def paint(canvas: Canvas) -> None:
        canvas.drawString(30, 250, "It is EUR 180 EUR 120 a night.")
        start, end = (
            30 + stringWidth(part, "Helvetica", 12) for part in ("It is ", "It is EUR 180")
        )
        canvas.line(start, 253.5, end, 253.5)
        for y, line in ((200, "One is old. Two is so old that it has to go"), (186, "on.")):
            canvas.drawString(30, y, line)
            canvas.line(30, y + 3.5, 30 + stringWidth(line, "Helvetica", 12), y + 3.5)

    assert text_of(painted(paint)).split("\n") == [
        "It is [struck out: EUR 180] EUR 120 a night.",
        "[struck out: One is old.] [struck out: Two is so old that it has to go on.]",
    ]


def layered(default: bytes) -> bytes:
    """A page with two layers, New and Old; ``default`` says how they are when it is opened."""
    content = b"""BT /F1 11 Tf 30 250 Td (Seen by all.) Tj ET
        /OC /L1 BDC BT /F1 11 Tf 30 220 Td (The new rule.) Tj ET EMC
        /OC /L2 BDC BT /F1 11 Tf 30 220 Td (The old rule.) Tj ET EMC"""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[6 0 R 7 0 R]/D<<%b>>>>>>" % default,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 300]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>/Properties<</L1 6 0 R/L2 7 0 R>>>>>>",
        stream(content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/OCG/Name(New)>>",
        b"<</Type/OCG/Name(Old)>>",
    ]
    return pdf(objects)


@pytest.mark.parametrize(
    ("default", "seen", "unseen"),
    [
        (b"/OFF[7 0 R]", "The new rule.", "old"),
        (b"/OFF[6 0 R]", "The old rule.", "new"),
        (b"/BaseState/OFF/ON[6 0 R]", "The new rule.", "old"),
    ],
)
def test_layers_that_are_switched_off_are_not_text(default, seen, unseen):
    """Two versions stand in the same place, one of them is shown."""
    text = text_of(layered(default))
    assert text.split("\n") == ["Seen by all.", seen]
    assert unseen not in text
