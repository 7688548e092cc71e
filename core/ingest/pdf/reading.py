"""PDF bytes -> the text of a document with pages, headings and a box for every character.

PDFium reads characters and places, pypdf the outline. This runs in the process that calls it;
``core.ingest.jobs.worker.parse`` runs it in a child that can be stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from functools import cache
from typing import Any

from core.errors import DocumentRefused
from core.ingest.pdf.annotations import opened_page
from core.ingest.pdf.assemble import Assembler, words_of
from core.ingest.pdf.blocks import blocks_of, style_of
from core.ingest.pdf.chars import PageReader
from core.ingest.pdf.furniture import furniture
from core.ingest.pdf.headings import from_layout, from_outline
from core.ingest.pdf.hidden_text import hidden_spans
from core.ingest.pdf.layout import page_regions
from core.ingest.pdf.notes import file_notes, is_garbled, page_notes
from core.ingest.pdf.pdfium import opened
from core.ingest.pdf.records import RawPage, Structure
from core.ingest.pdf.structure import has_no_pages, read_structure
from core.schema import Note, Page, PagedText
from core.settings import Limits

_STRUCTURE_SECONDS = 5
_CROWDED, _REPEATS = 20_000, 3
_MB = 1024 * 1024
_Known = Callable[[], Structure]


def check_bytes(data: bytes, limits: Limits) -> None:
    """Refuse what can be refused without reading: nothing in it, or too much.

    Raises:
        DocumentRefused: ``empty`` or ``too_large``.
    """
    if not data:
        raise DocumentRefused(
            "empty", "The file is empty (0 bytes).", "Save or download it again, then add it."
        )
    if len(data) > limits.file_mb * _MB:
        raise DocumentRefused(
            "too_large",
            f"The file is {len(data) / _MB:.1f} MB, above the limit of {limits.file_mb} MB.",
            "Split it, or raise SECOND_LOOK_MAX_FILE_MB.",
        )


def _refuse_repeats(number: int, count: int, text_page: Any, crowds: Counter[int]) -> None:
    """A trap lists one crowded page hundreds of times; ``number`` is from 1."""
    if count <= _CROWDED:
        return
    text = hash(text_page.get_text_range(errors="replace"))
    crowds[text] += 1
    if crowds[text] > _REPEATS:
        raise DocumentRefused(
            "too_much_text",
            f"Page {number} repeats the {count} characters of several pages before it.",
            "Remove the repeated pages in a PDF editor, then add the file again.",
        )


def _read_page(
    document: Any, index: int, limits: Limits, crowds: Counter[int], structure: _Known
) -> RawPage:
    """One page; a page that PDFium cannot load is read as empty."""
    import pypdfium2 as pdfium  # noqa: PLC0415 - only the parser should load PDFium
    from pypdfium2 import raw  # noqa: PLC0415 - only the parser should load PDFium

    with ExitStack() as stack:
        try:
            page, annotated = stack.enter_context(
                opened_page(raw, document, index, structure().off_layers)
            )
            text_page = stack.enter_context(closing(page.get_textpage()))
        except pdfium.PdfiumError:
            return RawPage(index + 1, 612.0, 792.0, ())
        count = text_page.count_chars()
        if count > limits.page_characters:
            raise DocumentRefused(
                "too_much_text",
                f"Page {index + 1} holds {count} characters, above the limit of "
                f"{limits.page_characters}.",
                "Split it, or raise SECOND_LOOK_MAX_PAGE_CHARACTERS.",
            )
        _refuse_repeats(index + 1, count, text_page, crowds)
        box = raw.FS_RECTF()
        raw.FPDF_GetPageBoundingBox(page.raw, box)
        sides = (box.left, box.bottom, box.right, box.top)
        rotation = page.get_rotation()
        reader = PageReader(raw, page.raw, text_page.raw, sides, rotation, annotated)
        return reader.page(index + 1, count)


def _no_pages() -> DocumentRefused:
    return DocumentRefused(
        "no_pages", "The PDF has no pages.", "Open the file in a PDF viewer and export it again."
    )


def _pages(
    document: Any, limits: Limits, begin: Callable[[int], None], structure: _Known
) -> Iterator[RawPage]:
    count = len(document)
    if count == 0:
        raise _no_pages()
    if count > limits.pages:
        raise DocumentRefused(
            "too_many_pages",
            f"The PDF has {count} pages, above the limit of {limits.pages}.",
            "Split it, or raise SECOND_LOOK_MAX_PAGES.",
        )
    begin(count)
    document.init_forms()
    characters, crowds = 0, Counter[int]()
    for index in range(count):
        page = _read_page(document, index, limits, crowds, structure)
        characters += sum(len(s.text) for s in page.segments)
        if characters > limits.characters:
            raise DocumentRefused(
                "too_much_text",
                f"The PDF holds {characters} characters, above the limit of {limits.characters}.",
                "Split it, or raise SECOND_LOOK_MAX_CHARACTERS.",
            )
        yield page


def _blank(page: RawPage, labels: Sequence[str]) -> Page:
    """The page as it is before its text is placed."""
    label = labels[page.number - 1] if page.number <= len(labels) else ""
    return Page(page.number, label or str(page.number), 0, 0, page.width, page.height)


def arrange(pages: list[RawPage], structure: Structure, notes: Sequence[Note] = ()) -> PagedText:
    """The document's text from what was read of its pages: pure, no PDF library involved."""
    dropped = furniture(pages)
    regions = [page_regions(page.without(dropped)) for page in pages]
    style = style_of(regions)
    words = words_of(line for page in regions for region in page for line in region)
    assembler = Assembler(words, style)
    blank = [_blank(page, structure.labels) for page in pages]
    blocks = [[blocks_of(region, style) for region in page] for page in regions]
    text, boxes, numbered = assembler.build(list(zip(blank, blocks, strict=True)))
    headings = from_outline(structure.outline, text, numbered, assembler.placed)
    headings = headings or from_layout(text, assembler.placed, style)
    hidden = hidden_spans(text, boxes, numbered, pages)
    every = (*page_notes(pages), *notes)
    return PagedText(text, numbered, headings, boxes, structure.title, hidden, every)


def extract(
    data: bytes, limits: Limits, begin: Callable[[int], None] = lambda _: None
) -> PagedText:
    """Read a PDF; ``begin`` is called with the number of pages before the first is read.

    Raises:
        DocumentRefused: with every code but ``timeout``, which is the worker's.
    """
    from pypdfium2 import raw  # noqa: PLC0415 - only the parser should load PDFium

    check_bytes(data, limits)
    seconds = min(_STRUCTURE_SECONDS, limits.parse_seconds)
    structure = cache(lambda: read_structure(data, seconds))
    try:
        with opened(data) as document:
            pages = list(_pages(document, limits, begin, structure))
            notes = file_notes(raw, document)
    except DocumentRefused as exc:
        if exc.code == "damaged" and has_no_pages(data, seconds):
            raise _no_pages() from exc
        raise
    if not any(c.isalnum() for p in pages for s in p.segments for c in s.text):
        raise DocumentRefused(
            "no_text",
            "The PDF holds no text: it is probably a scan, or its pages are blank.",
            "Run text recognition (OCR) on it, for example with OCRmyPDF, then add the result.",
        )
    if is_garbled(pages):
        raise DocumentRefused(
            "no_text",
            "The fonts of the PDF do not say which letters they show: its text cannot be read.",
            "Run text recognition (OCR) on it, for example with OCRmyPDF --force-ocr, then add the "
            "result.",
        )
    return arrange(pages, structure(), notes)
