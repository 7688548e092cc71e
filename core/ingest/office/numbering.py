"""The numbers that Word shows before paragraphs: they stand in no text and must be counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from core.ingest.office.package import Element, W
from core.ingest.office.styles import Styles

_COUNTED = re.compile(r"%([1-9])")
_BULLET = "•"
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


def _letters(number: int) -> str:
    return chr(97 + (number - 1) % 26) * ((number - 1) // 26 + 1) if number > 0 else ""


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text


_FORMATS: dict[str, Callable[[int], str]] = {
    "decimalZero": lambda number: f"{number:02}",
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "none": lambda _: "",
}


@dataclass(frozen=True, slots=True)
class _Level:
    """How a level counts: ``text`` holds %1 for the number of the first level and so on.

    ``restart`` is the highest level (from 1) after which it begins anew, 0 for never.
    """

    start: int = 1
    format: str = "decimal"
    text: str = ""
    gap: str = " "
    restart: int = 9
    legal: bool = False
    style: str = ""


@dataclass(slots=True)
class _List:
    """A list that goes on: paragraphs of several ``numId`` may count in one."""

    levels: dict[int, _Level]
    counts: dict[int, int] = field(default_factory=dict)


def _value(element: Element | None, tag: str, default: str = "") -> str:
    found = element.find(f"{W}{tag}") if element is not None else None
    return default if found is None else found.get(f"{W}val", default)


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else default


def _levels(element: Element) -> dict[int, _Level]:
    return {_number(lvl.get(f"{W}ilvl", ""), 0): _level(lvl) for lvl in element.iterfind(f"{W}lvl")}


def _level(lvl: Element) -> _Level:
    vanish = lvl.find(f"{W}rPr/{W}vanish") is not None
    return _Level(
        start=_number(_value(lvl, "start"), 0),
        format=_value(lvl, "numFmt", "decimal"),
        text="" if vanish else _value(lvl, "lvlText"),
        gap="" if _value(lvl, "suff") == "nothing" else " ",
        restart=_number(_value(lvl, "lvlRestart"), 9),
        legal=lvl.find(f"{W}isLgl") is not None,
        style=_value(lvl, "pStyle"),
    )


class Numbering:
    """Counts the numbered paragraphs of a document in their order."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        self._styles = styles
        self._lists: dict[str, _List] = {}
        self._links: dict[str, str] = {}
        self._nums: dict[str, Element] = {}
        self._begun: set[str] = set()
        for element in root if root is not None else ():
            if element.tag == f"{W}abstractNum":
                id_ = element.get(f"{W}abstractNumId", "")
                self._lists[id_] = _List(_levels(element))
                self._links[id_] = _value(element, "numStyleLink")
            elif element.tag == f"{W}num":
                self._nums[element.get(f"{W}numId", "")] = element

    def before(self, properties: Element | None, style: str) -> str:
        """What stands before this paragraph, with its space; it counts each time it is asked."""
        num_id, level = self._place(properties, style)
        found = self._list(num_id)
        if found is None or level not in found.levels:
            return ""
        levels = self._begin(num_id, found)
        counts = found.counts
        counts[level] = counts[level] + 1 if level in counts else levels[level].start
        for deeper in [n for n in counts if n > level < levels.get(n, _Level()).restart]:
            del counts[deeper]
        text = _text(levels, counts, level)
        return text + levels[level].gap if text else ""

    def _place(self, properties: Element | None, style: str) -> tuple[str, int]:
        """The list and level of a paragraph: its own, else its style's."""
        own = properties.find(f"{W}numPr") if properties is not None else None
        styled = self._styles.find(style, f"{W}pPr/{W}numPr")
        num_id = _value(own, "numId") or _value(styled, "numId")
        level = _value(own, "ilvl") or ("" if _value(own, "numId") else _value(styled, "ilvl"))
        if level or _value(own, "numId"):
            return num_id, _number(level, 0)
        found = self._list(num_id)
        linked = (n for n, lvl in found.levels.items() if lvl.style == style) if found else ()
        return num_id, next(iter(linked), 0)

    def _list(self, num_id: str) -> _List | None:
        num = self._nums.get(num_id)
        id_ = _value(num, "abstractNumId")
        if link := self._links.get(id_):
            styled = self._styles.find(link, f"{W}pPr/{W}numPr")
            id_ = _value(self._nums.get(_value(styled, "numId")), "abstractNumId") or id_
        return self._lists.get(id_)

    def _begin(self, num_id: str, found: _List) -> dict[int, _Level]:
        """The levels as this number changes them; where it begins anew, it does so once."""
        levels = dict(found.levels)
        for override in self._nums[num_id].iterfind(f"{W}lvlOverride"):
            at = _number(override.get(f"{W}ilvl", ""), 0)
            levels.update(_levels(override))
            start = _value(override, "startOverride")
            if start:
                levels[at] = replace(levels.get(at, _Level()), start=_number(start, 0))
                if num_id not in self._begun:
                    found.counts.pop(at, None)
        self._begun.add(num_id)
        return levels


def _text(levels: dict[int, _Level], counts: dict[int, int], level: int) -> str:
    here = levels[level]
    if here.format == "bullet":
        sign = here.text.strip()
        return sign if sign and sign.isascii() and not sign.isalnum() else _BULLET

    def shown(match: re.Match[str]) -> str:
        at = int(match[1]) - 1
        counting = levels.get(at, _Level())
        number = counts.get(at, counting.start)
        written = _FORMATS.get("" if here.legal else counting.format, str)
        return written(number)

    return _COUNTED.sub(shown, here.text).strip()
