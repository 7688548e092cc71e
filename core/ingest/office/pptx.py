"""A PowerPoint presentation -> blocks, slide by slide: title, shapes from the top, notes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal

from core.document_text import Note, PagedText
from core.ingest.archives import damaged_archive
from core.ingest.office.package import MC, A, Element, Package, drawn, joined
from core.ingest.paging import TextBlock, paged
from core.ingest.pdf.raised import shifted
from core.ingest.tables import Cell, table_text
from core.settings import Limits
from core.text.counting import counted, listed

if TYPE_CHECKING:
    from pptx.presentation import Presentation

_DAMAGED = (KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, SyntaxError)
_FURNITURE = {13, 15, 16}  # slide number, footer, date
_BETWEEN = " / "


def _paragraph(paragraph: Element) -> str:
    """The text of a paragraph; a line break, in whichever of its two forms, is a line end."""
    pieces: list[tuple[str, bool]] = []
    for child in paragraph.iterchildren(f"{A}r", f"{A}fld", f"{A}br"):
        look, text = child.find(f"{A}rPr"), child.findtext(f"{A}t") or ""
        text = "\n" if child.tag == f"{A}br" else text.replace("\x0b", "\n")
        base = look.get("baseline", "0") if look is not None else "0"
        height = 0 if base.strip("0%") == "" else -1 if base.startswith("-") else 1
        struck = look is not None and look.get("strike", "noStrike") != "noStrike"
        pieces.append((shifted(text, height) if height else text, struck))
    return joined(pieces)


def _paragraphs(element: Element) -> list[str]:
    texts = (_paragraph(paragraph) for paragraph in element.iter(f"{A}p"))
    return [text for text in texts if text.strip()]


def _flattened(shapes: Iterable[Any]) -> Iterator[Any]:
    """Shapes from the top, those of a group where the group stands."""
    for shape in sorted(shapes, key=lambda s: (s.top or 0, s.left or 0)):
        if hasattr(shape, "shapes"):
            yield from _flattened(shape.shapes)
        else:
            yield shape


def _table(table: Any) -> tuple[list[str], str]:
    """The rows of a table, a merged cell once, and the first row if it may hold heads."""
    rows = [
        [
            Cell(at, _BETWEEN.join(_paragraphs(cell._tc)).replace("\n", _BETWEEN), cell.span_width)
            for at, cell in enumerate(row.cells)
            if not cell.is_spanned
        ]
        for row in table.rows
    ]
    told = table_text(rows, int(table.first_row))
    return [text for _, text in told.lines], told.above


def _choose_alternatives(slide: Element) -> None:
    """Put what newer programs show in the place of alternatives, which the library leaves out."""
    for both in list(slide.iter(f"{MC}AlternateContent")):
        choice, parent = both.find(f"{MC}Choice"), both.getparent()
        if choice is not None and parent is not None:
            for child in list(choice):
                both.addprevious(child)
            parent.remove(both)


class _Slide:
    """The blocks of one slide."""

    def __init__(self, package: Package, slide: Any, number: int) -> None:
        self._package, self._slide, self._number = package, slide, number
        self._element = slide._element
        self.is_hidden = self._element.get("show") in {"0", "false"}
        self._label = f"{number} (hidden)" if self.is_hidden else str(number)

    def blocks(self) -> Iterator[TextBlock]:
        """Its title, or how it is called without one, begins a section."""
        _choose_alternatives(self._element)
        title = self._slide.shapes.title
        lines = _paragraphs(title._element) if title is not None else []
        name = " ".join(lines) or f"Slide {self._number}"
        rest = [s for s in self._slide.shapes if title is None or s.shape_id != title.shape_id]
        texts = [(line, "", False) for line in lines]
        texts += [text for shape in _flattened(rest) for text in self._shape(shape)]
        if self._slide.has_notes_slide:
            frame = self._slide.notes_slide.notes_text_frame
            notes = _paragraphs(frame._txBody) if frame is not None else []
            texts += [(f"Notes: {notes[0]}", "", False)] if notes else []
            texts += [(note, "", False) for note in notes[1:]]
        before: str | None = None
        for text, above, is_row in texts:
            heading = f"{name}: {above}" if above else name
            begins = above != before
            before = above
            kind: Literal["item", "text"] = "item" if is_row else "text"
            yield TextBlock(text, self._number, self._label, int(begins), heading, kind)

    def _shape(self, shape: Any) -> Iterator[tuple[str, str, bool]]:
        """The texts of a shape, each with the first row of its table and whether it is a row."""
        if shape.is_placeholder and shape.placeholder_format.type in _FURNITURE:
            return
        if getattr(shape, "has_table", False):
            rows, above = _table(shape.table)
            yield from ((text, above, True) for text in rows)
        elif shape.has_text_frame:
            yield from ((text, "", False) for text in _paragraphs(shape._element))
        part = str(self._slide.part.partname).lstrip("/")
        for text in drawn(self._package, part, shape._element):
            yield text, "", False
        words = shape._element.xpath("(.//p:cNvPr)[1]/@descr")
        if words and words[0].strip():
            yield f"Picture: {' '.join(words[0].split())}", "", False


def _opened(data: bytes) -> Presentation:
    import pptx  # noqa: PLC0415 - only the reader's process should load it

    try:
        return pptx.Presentation(io.BytesIO(data))
    except _DAMAGED as exc:
        raise damaged_archive() from exc


def read_pptx(data: bytes, limits: Limits) -> PagedText:
    """Read a presentation, with its notes and with slides that the show leaves out.

    Raises:
        DocumentRefused: it is damaged, holds no text or too much of it.
    """
    package = Package(data, limits)
    slides = [_Slide(package, s, n) for n, s in enumerate(_opened(data).slides, start=1)]
    hidden = [str(n) for n, slide in enumerate(slides, start=1) if slide.is_hidden]
    notes = []
    if hidden:
        are = "is" if len(hidden) == 1 else "are"
        text = f"{counted(len(hidden), 'slide')} that the show leaves out {are} searched too"
        notes.append(Note("hidden slides", f"{text}: {listed(hidden)}."))
    blocks = [block for slide in slides for block in slide.blocks()]
    return paged(blocks, "slide", limits, package.title(), notes)
