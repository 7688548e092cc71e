"""A value of a cell as its number format shows it: percents, leading zeros, currencies, dates.

Formats are written as in ECMA-376, part 1, 18.8.31. What this does not know (fractions, exponents)
shows the plain number: never another one.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

_SECTION = re.compile(r'(?:"[^"]*"|\\.|\[[^\]]*\]|[^;])+|(?<=;)(?=;|\Z)|\A(?=;)')
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]')
_DIGITS = re.compile(r"[#0?][#0?,]*(?:\.[#0?]+)?,*|\.[#0?]+")
_DATE = re.compile(r"y+|m+|d+|h+|s+(?:\.0+)?|am/pm|a/p", re.IGNORECASE)
_BY_PLACE = {"mm-dd-yy", "general", "@", ""}
_GENERAL_DIGITS = 15
Value = str | bool | float | Decimal | datetime | date | time | timedelta


def cell_text(value: Value | None, number_format: str) -> str:
    """The text of a cell.

    >>> cell_text(0.125, "0.0%"), cell_text(7, "00000"), cell_text("007", "General")
    ('12.5%', '00007', '007')
    """
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime | date | time):
        return _moment(value, number_format)
    if isinstance(value, timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    if isinstance(value, int | float | Decimal):
        return _number(
            Decimal(repr(value)) if isinstance(value, float) else Decimal(value), number_format
        )
    return "" if value is None else str(value)


def _plain(number: Decimal) -> str:
    text = f"{number:.{_GENERAL_DIGITS}g}"
    return f"{Decimal(text).normalize():f}" if abs(number) < 10**15 else text


def _number(number: Decimal, number_format: str) -> str:
    if number_format.lower() in _BY_PLACE or not number.is_finite():
        return _plain(number)
    sections = _SECTION.findall(number_format)
    used = 1 if number < 0 and len(sections) > 1 else 2 if number == 0 and len(sections) > 2 else 0
    section, literals = sections[used] if sections else "", []

    def kept(match: re.Match[str]) -> str:
        literals.append(match[1] or match[2] or match[3] or "")
        return "\x00"

    pattern = _LITERAL.sub(kept, section)
    places = list(_DIGITS.finditer(pattern))
    if len(places) > 1 or re.search(r"[eE][+-]|/|general|[ymdhs]", pattern, re.IGNORECASE):
        return _plain(number)
    if places:
        digits = places[0]
        scale = 2 * pattern.count("%") - 3 * (len(digits[0]) - len(digits[0].rstrip(",")))
        text = _digits(abs(number).scaleb(scale), digits[0].rstrip(","))
        pattern = pattern[: digits.start()] + text + pattern[digits.end() :]
        minus = number < 0 and not used and any(c in "123456789" for c in text)
        pattern = f"-{pattern}" if minus else pattern
    parts = iter(literals)
    return re.sub("\x00", lambda _: next(parts), pattern).strip()


def _digits(number: Decimal, places: str) -> str:
    """A number in its digit places: ``#,##0.00``."""
    whole, _, fraction = places.partition(".")
    rounded = number.quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP)
    before, _, after = f"{rounded:f}".partition(".")
    before = before.lstrip("0").rjust(whole.count("0"), "0")
    before = f"{int(before or 0):,}" if "," in whole and (before or "0" in whole) else before
    optional = len(fraction) - len(fraction.rstrip("#?"))
    while optional and after.endswith("0"):
        after, optional = after[:-1], optional - 1
    return f"{before}.{after}" if after else before


def _moment(value: datetime | date | time, number_format: str) -> str:
    """A date or time as its format shows it; as in ISO 8601 where that depends on the place.

    A time of midnight that belongs to a date is not shown.
    """
    pattern = _LITERAL.sub(lambda m: m[1] or m[2] or "", number_format.partition(";")[0])
    parts = _DATE.findall(pattern)
    midnight = isinstance(value, datetime) and value.time() == time()
    dated = any(part[0] in "yYdD" for part in parts)
    if number_format.lower() in _BY_PLACE or not parts or (midnight and dated and _timed(parts)):
        iso = value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
        return iso.removesuffix(" 00:00:00")
    half = any(part.lower() in {"am/pm", "a/p"} for part in parts)
    before = ""

    def part_shown(match: re.Match[str]) -> str:
        nonlocal before
        part = match[0].lower()
        to_seconds = pattern[match.end() :].lstrip(":").lower().startswith("s")
        minutes = part in {"m", "mm"} and (before[:1] == "h" or to_seconds)
        before = part
        return _part(value, "minute" if minutes else part, len(match[0]), half=half)

    return _DATE.sub(part_shown, pattern).strip()


def _timed(parts: list[str]) -> bool:
    return any(part[0] in "hHsS" for part in parts)


def _part(value: datetime | date | time, part: str, width: int, *, half: bool) -> str:
    code = {"y": "%y" if width <= 2 else "%Y", "d": ("%d", "%d", "%a", "%A")[min(width, 4) - 1]}
    code |= {
        "m": ("%m", "%m", "%b", "%B")[min(width, 4) - 1],
        "h": "%I" if half else "%H",
        "s": "%S",
    }
    text = value.strftime("%M" if part == "minute" else "%p" if part[0] == "a" else code[part[0]])
    return text.lstrip("0") or "0" if width == 1 and text.isdecimal() else text
