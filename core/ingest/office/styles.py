"""The styles of a Word document: what a paragraph or a run has by its style and those below it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.ingest.office.package import Element, W

_HEADING = re.compile(r"heading ?([1-9])\Z", re.IGNORECASE)
_CODE = re.compile(r"source ?code|verbatim|preformatted|\bcode\b|listing", re.IGNORECASE)
_DEEPEST = 20
_BODY_LEVEL = 9


class Styles:
    """The styles by id; a name is English for the built-in ones, whatever Word's language."""

    def __init__(self, root: Element | None) -> None:
        styles = root.iterfind(f"{W}style") if root is not None else ()
        self._by_id = {style.get(f"{W}styleId", ""): style for style in styles}
        self._found: dict[tuple[str, str], Element | None] = {}
        default = (i for i, s in self._by_id.items() if _is_default(s))
        self.default = next(default, "")

    def _chain(self, id_: str) -> Iterator[Element]:
        for _ in range(_DEEPEST):
            if id_ not in self._by_id:
                return
            yield self._by_id[id_]
            below = self._by_id[id_].find(f"{W}basedOn")
            id_ = "" if below is None else below.get(f"{W}val", "")

    def find(self, id_: str, path: str) -> Element | None:
        """An element of a style, or of the nearest style below it that has one."""
        if (id_, path) not in self._found:
            elements = (style.find(path) for style in self._chain(id_))
            self._found[id_, path] = next((e for e in elements if e is not None), None)
        return self._found[id_, path]

    def _names(self, id_: str) -> Iterator[str]:
        yield id_
        for style in self._chain(id_):
            yield _name(style)

    def heading_level(self, id_: str) -> int:
        """The level (from 1) of paragraphs of this style, 0 for those that are no headings."""
        if found := _HEADING.match(id_):
            return int(found[1])
        for style in self._chain(id_):
            outline = style.find(f"{W}pPr/{W}outlineLvl")
            if outline is not None:
                return outline_level(outline)
            if found := _HEADING.match(_name(style)):
                return int(found[1])
            if _name(style).lower() == "title":
                return 1
        return 0

    def is_title(self, id_: str) -> bool:
        """Whether paragraphs of this style are the document's title."""
        return "title" in {name.lower() for name in self._names(id_)}

    def is_contents(self, id_: str) -> bool:
        """Whether paragraphs of this style are lines of a table of contents."""
        return any(re.match(r"toc ?\d", name, re.IGNORECASE) for name in self._names(id_))

    def is_code(self, id_: str) -> bool:
        """Whether text of this style is code, whose indents count."""
        return any(map(_CODE.search, self._names(id_)))

    def marks_first_row(self, id_: str) -> bool:
        """Whether a table of this style shows its first row as heads."""
        looks = (style.iterfind(f"{W}tblStylePr") for style in self._chain(id_))
        return any(look.get(f"{W}type") == "firstRow" for each in looks for look in each)


def outline_level(element: Element) -> int:
    """The level of an ``outlineLvl``, from 1; 0 for body text."""
    value = element.get(f"{W}val", "")
    return int(value) + 1 if value.isdecimal() and int(value) < _BODY_LEVEL else 0


def _name(style: Element) -> str:
    name = style.find(f"{W}name")
    return "" if name is None else str(name.get(f"{W}val", ""))


def _is_default(style: Element) -> bool:
    return style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in {"1", "true"}
