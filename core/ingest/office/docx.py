"""A Word document -> blocks: paragraphs, headings, rows, notes, in the order in which they stand.

The XML is walked here, because the libraries leave out insertions, content controls, text boxes
and notes, keep deletions apart, and count no numbers. A document has no pages before a program sets
it: its places are its sections, or its paragraphs where it has no headings.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from core.document_text import Note, PagedText
from core.ingest.archives import damaged_archive
from core.ingest.office.numbering import Numbering
from core.ingest.office.package import (
    Element,
    Package,
    W,
    drawn,
    is_on,
    name_of,
    not_searched,
)
from core.ingest.office.runs import DELETED, INSERTED, Runs, ShownLine, shown_children
from core.ingest.office.styles import Styles, outline_level
from core.ingest.paging import TextBlock, paged
from core.ingest.tables import Cell, TableRow, table_text
from core.settings import Limits
from core.text.counting import counted, listed

_TYPED_NUMBER = re.compile(r"(\d{1,3}(?:\.\d{1,3})*)\.?\s")
_BETWEEN = " / "
_SHORT, _SHORT_TITLE = 44, 50
_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class _Piece:
    """A block without its place.

    ``beside`` marks notes and boxes, which stand at the place of the block before. ``number`` is
    what Word counts before a heading. ``above`` is the first row of the table it is in.
    """

    text: str
    level: int = 0
    kind: Literal["text", "code", "item"] = "text"
    beside: bool = False
    number: str = ""
    above: str = ""
    changed: bool = False


class _Document:
    """Walks a document; ``pieces`` are what was found so far."""

    def __init__(self, package: Package, part: str) -> None:
        def related(kind: str) -> Element | None:
            return next(map(package.root, package.of_kind(kind, part)), None)

        self._package, self._part = package, part
        self._styles = Styles(related("styles"))
        self._numbering = Numbering(related("numbering"), self._styles)
        self._runs = Runs(self._styles)
        self._notes = {
            kind: _by_id(related(f"{kind}s")) for kind in ("footnote", "endnote", "comment")
        }
        self._carried: list[ShownLine] = []
        self.pieces: list[_Piece] = []
        self.title = ""
        self.hidden = self.foreign = 0

    def walk(self, element: Element) -> None:
        """Read what stands in an element, block by block."""
        for child in shown_children(element):
            name = name_of(child)
            if name == "w:p":
                self._paragraph(child)
            elif name == "w:tbl":
                self._table(child)
            elif name == "w:altChunk":
                self.foreign += 1
            elif name not in DELETED and not is_on(child.find(f"{W}sdtPr/{W}showingPlcHdr")):
                self.walk(child)

    def _captured(self, element: Element) -> list[_Piece]:
        outside, self.pieces = self.pieces, []
        self.walk(element)
        found, self.pieces = self.pieces, outside
        return found

    def _paragraph(self, paragraph: Element) -> None:
        properties = paragraph.find(f"{W}pPr")
        style = _value(properties, "pStyle") or self._styles.default
        if self._styles.is_contents(style):
            return
        line = self._runs.line(paragraph, style)
        self.hidden += line.hidden
        mark = properties.find(f"{W}rPr") if properties is not None else None
        if mark is not None and any(name_of(c) in DELETED for c in mark.iterchildren("*")):
            self._carried.append(replace(line, changed=True))  # it runs on into the next one
            return
        lines, self._carried = [*self._carried, line], []
        text = "".join(each.text for each in lines)
        number = self._numbering.before(properties, style)
        level = self._level(properties, style)
        if level and self._styles.is_title(style):
            self.title = self.title or text
        changed = any(each.changed for each in lines)
        if text.strip():
            kind: Literal["text", "code"] = "code" if line.is_code and not number else "text"
            text = text if kind == "code" else number + text.strip()
            self.pieces.append(_Piece(text, level, kind, number=number, changed=changed))
        for each in lines:
            self._beside(each)

    def _level(self, properties: Element | None, style: str) -> int:
        own = properties.find(f"{W}outlineLvl") if properties is not None else None
        return self._styles.heading_level(style) if own is None else outline_level(own)

    def _beside(self, line: ShownLine) -> None:
        """Footnotes, comments, text boxes and pictures, behind their paragraph."""
        for kind, words, element in line.beside:
            if kind == "box":
                found = self._captured(element)
            elif kind == "picture":
                texts = [f"Picture: {words}"] if words else []
                texts += drawn(self._package, self._part, element)
                found = [_Piece(text) for text in texts]
            else:
                note = self._notes[kind].get(element.get(f"{W}id"))
                text = (
                    _BETWEEN.join(p.text for p in self._captured(note)) if note is not None else ""
                )
                author = note.get(f"{W}author", "") if note is not None else ""
                lead = f"Comment by {author}: " if author else f"{words} " if words else ""
                found = [_Piece(lead + text)] if text else []
            self.pieces += (replace(piece, level=0, beside=True) for piece in found)

    def _table(self, table: Element) -> None:
        rows: list[tuple[TableRow, list[_Piece]]] = []
        marked = 0
        for tr in _inside(table, "w:tr"):
            properties = tr.find(f"{W}trPr")
            if properties is not None and properties.find(f"{W}del") is not None:
                continue
            if properties is not None and is_on(properties.find(f"{W}hidden")):
                self.hidden += 1
                continue
            is_head = properties is not None and is_on(properties.find(f"{W}tblHeader"))
            marked += is_head and marked == len(rows)
            rows.append(self._row(tr))
        if all(len(row) < 2 for row, _ in rows):  # a frame around text
            self.pieces += (piece for _, pieces in rows for piece in pieces)
            return
        if not marked and rows and self._first_row_stands_out(table):
            marked = 1
        told = table_text([row for row, _ in rows], marked)
        texts = dict(told.lines)
        for at, (_, pieces) in enumerate(rows):
            changed = any(piece.changed for piece in pieces)
            if at in texts:
                self.pieces.append(
                    _Piece(texts[at], kind="item", above=told.above, changed=changed)
                )
            self.pieces += (replace(p, above=told.above) for p in pieces if p.beside)

    def _row(self, row: Element) -> tuple[TableRow, list[_Piece]]:
        """The cells of a row, merged ones once, and all pieces in them."""
        cells, pieces = [], []
        column = _count(row.find(f"{W}trPr"), "gridBefore", 0)
        for tc in _inside(row, "w:tc"):
            properties = tc.find(f"{W}tcPr")
            span = _count(properties, "gridSpan", 1)
            gone = properties is not None and properties.find(f"{W}cellDel") is not None
            if not gone and not _goes_on(properties):
                found = self._captured(tc)
                text = _BETWEEN.join(" ".join(p.text.split()) for p in found if not p.beside)
                cells.append(Cell(column, text, span))
                pieces += found
            column += span
        return cells, pieces

    def _first_row_stands_out(self, table: Element) -> bool:
        """Whether the first row is bold and the second is not, or the table's style marks it."""
        look = table.find(f"{W}tblPr/{W}tblLook")
        used = look is not None and (look.get(f"{W}firstRow") in {"1", "true"} or _bit(look, 0x20))
        if used and self._styles.marks_first_row(_value(table.find(f"{W}tblPr"), "tblStyle")):
            return True
        return [self._is_bold(row) for row in _inside(table, "w:tr")][:2] == [True, False]

    def _is_bold(self, row: Element) -> bool:
        runs = [run for run in row.iter(f"{W}r") if run.find(f"{W}t") is not None]
        styles = [_value(run.getparent().find(f"{W}pPr"), "pStyle") for run in runs]
        bold = (is_on(self._runs.property(r, s, "b")) for r, s in zip(runs, styles, strict=True))
        return bool(runs) and all(bold)


def _by_id(root: Element | None) -> dict[str, Element]:
    return {e.get(f"{W}id", ""): e for e in root.iterchildren("*")} if root is not None else {}


def _value(element: Element | None, tag: str) -> str:
    found = element.find(f"{W}{tag}") if element is not None else None
    return "" if found is None else str(found.get(f"{W}val", ""))


def _count(element: Element | None, tag: str, default: int) -> int:
    text = _value(element, tag)
    return min(int(text), 63) if text.isdecimal() else default  # Word's most columns


def _bit(look: Element, bit: int) -> bool:
    try:
        return bool(int(look.get(f"{W}val", "0"), 16) & bit)
    except ValueError:
        return False


def _goes_on(properties: Element | None) -> bool:
    """Whether a cell is the rest of one that began above it or at its left."""
    merges = ("vMerge", "hMerge")
    found = [properties.find(f"{W}{m}") for m in merges] if properties is not None else []
    return any(m is not None and m.get(f"{W}val", "continue") == "continue" for m in found)


def _inside(element: Element, name: str) -> Iterator[Element]:
    """The rows of a table or the cells of a row, those in content controls too."""
    for child in shown_children(element):
        if name_of(child) == name:
            yield child
        elif name_of(child) in {"w:sdt", "w:sdtContent", "w:customXml", *INSERTED}:
            yield from _inside(child, name)


def _short(title: str) -> str:
    return f"“{textwrap.shorten(title, _SHORT, placeholder='…')}”"


def _blocks(pieces: list[_Piece], *, sections: bool) -> Iterator[tuple[TextBlock, bool]]:
    """Each piece at its place, and whether it holds open changes."""
    place, label, level, title, above = 0, "0 (before the first heading)", 1, "", ""
    for piece in pieces:
        own_level, heading = piece.level, None
        if piece.level:
            typed = _TYPED_NUMBER.match(piece.text)
            number = piece.number.strip(" .") or (typed[1] if typed else "")
            label, level, title = number or _short(piece.text), piece.level, piece.text
        elif piece.above != above:
            own_level = level + bool(piece.above)
            heading = (
                f"{title[:_SHORT_TITLE]}: {piece.above}".lstrip(" :") if piece.above else title
            )
        above = piece.above
        place += bool(piece.level) if sections else not piece.beside
        place = max(place, 1)
        shown = label if sections else ""
        yield TextBlock(piece.text, place, shown, own_level, heading, piece.kind), piece.changed


def read_docx(data: bytes, limits: Limits) -> PagedText:
    """Read a Word document; insertions that nobody accepted yet are text, deletions are not.

    Raises:
        DocumentRefused: it is damaged, holds no text or too much of it.
    """
    package = Package(data, limits)
    part = next(iter(package.of_kind("officeDocument")), "word/document.xml")
    root = package.root(part)
    if root is None:
        raise damaged_archive()
    document = _Document(package, part)
    document.walk(root)
    sections = any(piece.level for piece in document.pieces)
    placed = list(_blocks(document.pieces, sections=sections))
    places = dict.fromkeys(b.label or str(b.place) for b, changed in placed if changed)
    notes = [*_notes(document, "section" if sections else "paragraph", list(places))]
    notes += package.left_out(embeddings="embedded file")
    blocks = (block for block, _ in placed)
    title = package.title() or document.title
    return paged(blocks, "section" if sections else "paragraph", limits, title, notes)


def _notes(document: _Document, noun: str, changed: list[str]) -> Iterator[Note]:
    if changed:
        more = [f"{len(changed) - _MOST_NAMED} more"] if len(changed) > _MOST_NAMED else []
        where = listed([*changed[:_MOST_NAMED], *more])
        yield Note(
            "open changes",
            "Changes are open: what was inserted is read, what was deleted is not. They are in "
            f"{noun}{'s' * (len(changed) > 1)} {where}.",
        )
    if document.hidden:
        yield not_searched(f"Hidden text is left out: {counted(document.hidden, 'paragraph')}.")
    if document.foreign:
        yield not_searched(f"Not searched: {counted(document.foreign, 'inserted file')} inside it.")
