"""PDFs drawn line by line, to know exactly what stands where."""

import io
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from pypdf import PdfWriter
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from core.errors import DocumentRefused
from core.home import sandbox
from core.ingest.pdf.reading import extract
from core.schema import PagedText
from core.settings import Limits

WIDTH, HEIGHT = 595.0, 842.0


@dataclass(frozen=True)
class Put:
    """A line of text: ``x`` from the left, ``y`` of its baseline from the top, in points."""

    x: float
    y: float
    text: str
    font: str = "Helvetica"
    size: float = 10


def paragraph(x: float, y: float, lines: Sequence[str], pitch: float = 12) -> list[Put]:
    """Lines under each other."""
    return [Put(x, y + i * pitch, line) for i, line in enumerate(lines)]


def drawn(
    pages: Sequence[Sequence[Put]],
    *,
    rotation: int = 0,
    crop: tuple[float, float, float, float] | None = None,
    encryption: StandardEncryption | None = None,
    outline: Sequence[tuple[str, int, int]] = (),
) -> bytes:
    """A PDF; ``outline`` holds title, level (from 0) and page (from 1)."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1, encrypt=encryption, cropBox=crop)
    for number, page in enumerate(pages, start=1):
        for put in page:
            canvas.setFont(put.font, put.size)
            canvas.drawString(put.x, HEIGHT - put.y, put.text)
        for title, level, target in outline:
            if target == number:
                canvas.bookmarkPage(f"{number}-{title}")
                canvas.addOutlineEntry(title, f"{number}-{title}", level)
        canvas.showPage()
    canvas.save()
    return turned(out.getvalue(), rotation) if rotation else out.getvalue()


def painted(*paints: Callable[[Canvas], object]) -> bytes:
    """A page of 400 x 300 points for each function that puts something on its page."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(400, 300), invariant=1)
    for paint in paints:
        paint(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def changed(data: bytes, change: Callable[[PdfWriter], object]) -> bytes:
    """A PDF after a change by pypdf."""
    writer = PdfWriter(clone_from=io.BytesIO(data))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def turned(data: bytes, rotation: int) -> bytes:
    """The same pages, displayed turned clockwise."""
    return changed(data, lambda writer: [page.rotate(rotation) for page in writer.pages])


LEFT_COLUMN = [
    "The committee met on the first Monday of the",
    "month and read the minutes of the meeting that",
    "went before. Nobody asked for a change, and so",
    "the minutes were accepted as they had been sent.",
    "After that the treasurer spoke about the budget",
    "of the coming year, which had grown once again.",
]
RIGHT_COLUMN = [
    "Members wanted to know why the rent of the hall",
    "was higher than before. The owner had asked for",
    "more, said the treasurer, and no other hall near",
    "the station was large enough for the summer fair.",
    "The vote was taken after a short discussion, and",
    "the budget was carried with two votes against it.",
]


def read(*pages: list[Put], **options) -> PagedText:
    """The text of a PDF made of these pages."""
    return extract(drawn(pages, **options), Limits())


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


def zero_pages() -> bytes:
    """A PDF without pages."""
    out = io.BytesIO()
    PdfWriter().write(out)
    return out.getvalue()


def other_child(monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Let the child that reads or draws do something else."""
    run = subprocess.run

    def other(command: list[str], **options: object) -> subprocess.CompletedProcess[bytes]:
        return run([command[0], "-c", body, *command[3:]], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(sandbox.subprocess, "run", other)


def refusal(read: Callable[[], object]) -> DocumentRefused:
    """The refusal that this ends with."""
    with pytest.raises(DocumentRefused) as caught:
        read()
    return caught.value
