"""One paragraph of a Word document: its text as it is shown, and what stands beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from core.ingest.office.package import MC, WP, Element, W, is_on, joined, name_of
from core.ingest.office.styles import Styles
from core.ingest.pdf.raised import shifted

DELETED = frozenset({"w:del", "w:moveFrom"})
INSERTED = frozenset({"w:ins", "w:moveTo"})
_UNSHOWN = {"w:pPr", "w:rPr", "w:sdtPr", "w:sdtEndPr", "w:rt", "w:instrText", "w:delText", "w:tbl"}
_SIGNS = {
    **{"w:br": "\n", "w:cr": "\n", "w:tab": "\t", "w:ptab": "\t", "w:noBreakHyphen": "-"},
    "w:softHyphen": "",
}
_SYMBOLS = {0xFE: "☒", 0xFD: "☒", 0xA8: "☐", 0x6F: "☐", 0xFC: "✓", 0xFB: "✗", 0xB7: "•", 0xE0: "→"}
_SPACES = re.compile(r"[ \t\xa0]+")
_CLEARLY = 4  # half-points above or below the line
Beside = Literal["footnote", "endnote", "comment", "box", "picture"]


@dataclass(frozen=True, slots=True)
class _Look:
    """How letters are shown: not at all, struck out, raised (1) or lowered (-1), as code."""

    hidden: bool = False
    struck: bool = False
    height: int = 0
    code: bool = False


@dataclass(slots=True)
class ShownLine:
    """A paragraph: ``beside`` are notes, comments, boxes and pictures, in order.

    A note is its mark and id, a comment its id, a picture its words, a box its element.
    """

    style: str
    pieces: list[tuple[str, bool]] = field(default_factory=list)
    beside: list[tuple[Beside, str, Element]] = field(default_factory=list)
    changed: bool = False
    hidden: bool = False
    coded: bool = False
    worded: bool = False

    def add(self, text: str, look: _Look) -> None:
        """Add letters, if they are shown."""
        if look.hidden:
            self.hidden |= bool(text.strip())
            return
        self.pieces.append((shifted(text, look.height) if look.height else text, look.struck))
        self.coded |= look.code and bool(text.strip())
        self.worded |= not look.code and bool(text.strip())

    @property
    def is_code(self) -> bool:
        """Whether all of it is code."""
        return self.coded and not self.worded

    @property
    def text(self) -> str:
        """What is shown; runs of spaces and tabs are one space, but not in code."""
        text = joined(self.pieces)
        return text if self.is_code else _SPACES.sub(" ", text)


def shown_children(element: Element) -> Iterator[Element]:
    """The children of an element; of alternatives only the first, which is for newer programs."""
    for child in element.iterchildren("*"):
        if child.tag == f"{MC}AlternateContent":
            choice = child.find(f"{MC}Choice")
            choice = child.find(f"{MC}Fallback") if choice is None else choice
            if choice is not None:
                yield from shown_children(choice)
        else:
            yield child


class Runs:
    """Reads paragraphs; footnotes and endnotes are counted over the document."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._counts = {"footnote": 0, "endnote": 0}
        self._readers: dict[str, Callable[[Element, ShownLine, _Look], None]] = {
            "w:r": self._run,
            "w:t": lambda t, line, look: line.add(t.text or "", look),
            "w:sdt": self._control,
            "w:sym": self._symbol,
            "w:fldChar": self._form_field,
            "w:footnoteReference": self._note,
            "w:endnoteReference": self._note,
            "w:commentReference": lambda c, line, _: self._beside(line, "comment", _id(c), c),
            "w:txbxContent": lambda box, line, _: self._beside(line, "box", "", box),
            "w:drawing": self._drawing,
            "m:oMath": lambda m, line, look: line.add(_formula(m), look),
        }

    def line(self, paragraph: Element, style: str) -> ShownLine:
        """All of a paragraph that is shown."""
        line = ShownLine(style)
        self._read(paragraph, line, _Look(code=self._styles.is_code(style)))
        return line

    def property(self, run: Element, style: str, tag: str) -> Element | None:
        """A property of a run: its own, that of its style, or that of its paragraph's style."""
        own = run.find(f"{W}rPr")
        found = own.find(f"{W}{tag}") if own is not None else None
        if found is None and (named := _run_style(own)):
            found = self._styles.find(named, f"{W}rPr/{W}{tag}")
        return self._styles.find(style, f"{W}rPr/{W}{tag}") if found is None else found

    def _read(self, element: Element, line: ShownLine, look: _Look) -> None:
        for child in shown_children(element):
            name = name_of(child)
            line.changed |= name in DELETED or name in INSERTED
            if name in DELETED or name in _UNSHOWN:
                continue
            if reader := self._readers.get(name):
                reader(child, line, look)
            elif name in _SIGNS:
                line.add(_SIGNS[name], look)
            else:
                self._read(child, line, look)

    def _run(self, run: Element, line: ShownLine, look: _Look) -> None:
        style, code = _run_style(run.find(f"{W}rPr")), look.code

        def has(tag: str) -> bool:
            return is_on(self.property(run, line.style, tag))

        align = self.property(run, line.style, "vertAlign")
        position = self.property(run, line.style, "position")
        height = {"superscript": 1, "subscript": -1}.get(_val(align), _height(_val(position)))
        code |= bool(style) and self._styles.is_code(style)
        self._read(run, line, _Look(has("vanish"), has("strike") or has("dstrike"), height, code))

    def _control(self, control: Element, line: ShownLine, look: _Look) -> None:
        """A content control, unless it still shows what to type into it."""
        if not is_on(control.find(f"{W}sdtPr/{W}showingPlcHdr")):
            self._read(control, line, look)

    @staticmethod
    def _beside(line: ShownLine, kind: Beside, text: str, element: Element) -> None:
        line.beside.append((kind, text, element))

    def _note(self, reference: Element, line: ShownLine, look: _Look) -> None:
        kind: Beside = "footnote" if name_of(reference) == "w:footnoteReference" else "endnote"
        mark = ""
        if not is_on(reference.get(f"{W}customMarkFollows") and reference, f"{W}customMarkFollows"):
            self._counts[kind] += 1
            letters = str(self._counts[kind]) if kind == "footnote" else f"e{self._counts[kind]}"
            mark = "".join(shifted(letter, 1) for letter in letters)
        line.add(mark, replace(look, height=0))
        if not look.hidden:
            self._beside(line, kind, mark, reference)

    def _drawing(self, drawing: Element, line: ShownLine, look: _Look) -> None:
        """A picture, a chart, or a shape, in which a box of text may lie."""
        if not look.hidden:
            words = (shape.get("descr", "").strip() for shape in drawing.iter(f"{WP}docPr"))
            self._beside(line, "picture", next(words, ""), drawing)
            self._read(drawing, line, look)

    @staticmethod
    def _symbol(symbol: Element, line: ShownLine, look: _Look) -> None:
        code = int(symbol.get(f"{W}char", "0"), 16)
        private = 0xF000 <= code <= 0xF0FF
        line.add(_SYMBOLS.get(code & 0xFF, "") if private else chr(code), look)

    @staticmethod
    def _form_field(char: Element, line: ShownLine, look: _Look) -> None:
        """The tick or the choice of a form field of the old kind, which stands in no text."""
        box = char.find(f"{W}ffData/{W}checkBox")
        if box is not None:
            checked = box.find(f"{W}checked")
            line.add(
                "☒" if is_on(box.find(f"{W}default") if checked is None else checked) else "☐", look
            )
        choices = char.find(f"{W}ffData/{W}ddList")
        if choices is not None:
            entries = [_val(entry) for entry in choices.iterfind(f"{W}listEntry")]
            result = _val(choices.find(f"{W}result")) or _val(choices.find(f"{W}default")) or "0"
            at = int(result) if result.isdecimal() else 0
            line.add("".join(entries[at : at + 1]), look)


def _val(element: Element | None) -> str:
    return "" if element is None else str(element.get(f"{W}val", ""))


def _id(element: Element) -> str:
    return str(element.get(f"{W}id", ""))


def _run_style(properties: Element | None) -> str:
    return _val(properties.find(f"{W}rStyle")) if properties is not None else ""


def _height(position: str) -> int:
    number = int(position) if position.removeprefix("-").isdecimal() else 0
    return (number >= _CLEARLY) - (number <= -_CLEARLY)


def _formula(element: Element) -> str:
    """A formula in a line; its exponents and indices are raised and lowered, fractions have a bar.

    >>> from core.ingest.archives import xml_root
    >>> m = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    >>> _formula(xml_root(f'<sSup xmlns="{m}"><e><t>10</t></e><sup><t>6</t></sup></sSup>'.encode()))
    '10⁶'
    """
    parts: list[str] = []
    for child in element.iterchildren("*"):
        name, text = name_of(child), child.text or ""
        if name == "m:t":
            parts.append(text)
        elif name in {"m:sup", "m:sub"}:
            parts.append(_moved(_formula(child), 1 if name == "m:sup" else -1))
        elif name == "m:den":
            parts.append(f"/{_formula(child)}")
        elif not name.endswith("Pr"):
            parts.append(_formula(child))
    return "".join(parts)


def _moved(text: str, height: int) -> str:
    moved = "".join(shifted(letter, height) for letter in text)
    kept = any(a == b and not a.isspace() for a, b in zip(text, moved, strict=False))
    return f"{'^' if height > 0 else '_'}({text})" if kept else moved
