"""Sentences about the same thing that say something else: found by rule, then by a model.

Precision before recall: a false alarm teaches people to overlook alarms. Two sentences are
compared only when they come from different passages, use the same words (in any form and order,
little words aside) and have the same scope; they conflict when they differ in exactly one of: a
number of one unit, the unit, a date, a negation. One other word is another subject: "a Flex
ticket" and "a Standard ticket" may have two limits.

A model is asked only about what the rules do not see: two best sentences must share words, and the
model must be sure in both directions, for a contradiction has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Literal

from core.ports import ContradictionReader
from core.schema import Chunk, Reranked, Span
from core.text.sentences import sentence_spans
from core.text.words import WORD, question_words, stem

Kind = Literal["number", "date", "unit", "negation", "meaning"]
FEWEST = 2
"""So many telling words at least: "It is 5 days" and "It is 6 days" are about anything."""
LEAST = 0.95
"""A model must be so sure, in both directions."""
LONGEST = 400
"""A longer sentence is a table or a list that lost its line ends."""

_DIMENSIONS = {
    "money": {
        "EUR": "eur euro euros €",
        "USD": "usd dollar dollars $",
        "GBP": "gbp pound pounds £",
    },
    "share": {"%": "% percent"},
    "time": {
        "minutes": "minute minutes min",
        "hours": "hour hours h",
        "days": "day days",
        "weeks": "week weeks",
        "months": "month months",
        "years": "year years",
    },
    "length": {"km": "km kilometre kilometres kilometer kilometers", "miles": "mile miles"},
    "weight": {"kg": "kg kilogram kilograms"},
    "memory": {"MB": "mb megabyte megabytes", "GB": "gb gigabyte gigabytes"},
}
"""What is measured: its units, and how each is written."""
_DIMENSION = {unit: what for what, units in _DIMENSIONS.items() for unit in units}
_UNITS = {
    word: unit
    for units in _DIMENSIONS.values()
    for unit, words in units.items()
    for word in words.split()
}
_NUMERALS = "one two three four five six seven eight nine ten eleven twelve"
_SPELLED = {word: number for number, word in enumerate(_NUMERALS.split(), start=1)}
_UNIT = "|".join(sorted((re.escape(unit) for unit in _UNITS), key=len, reverse=True))
_FIGURE = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\b(?:" + "|".join(_SPELLED) + r")\b"
_QUANTITY = re.compile(
    rf"(?P<before>[€$£]\s?)?(?P<figure>{_FIGURE})"
    rf"(?:[\s-]?(?:working\s|calendar\s|business\s)?(?P<after>{_UNIT})(?![\w]))?",
    re.IGNORECASE,
)
_MONTHS = "january february march april may june july august september october november december"
_MONTH = "|".join(f"{month}|{month[:3]}" for month in _MONTHS.split())
_DATE = re.compile(
    rf"\b\d{{4}}-\d{{2}}-\d{{2}}\b|\b\d{{1,2}}(?:st|nd|rd|th)?\s(?:{_MONTH})\b(?:,?\s\d{{4}}\b)?|"
    rf"\b(?:{_MONTH})\s\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s\d{{4}}\b)?",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\b(?:not|never|no|nobody|none|cannot|without|neither|nor|forbidden|prohibited)\b|n['’]t\b",
    re.IGNORECASE,
)
_LITTLE = frozenset(
    stem(word)
    for word in WORD.findall(
        """may must can should shall need needs needed allowed permitted within up least most
        after before until maximum minimum than all any each every only also then always"""
    )
)


@dataclass(frozen=True, slots=True)
class Side:
    """A sentence of a passage, as offsets of the chunk's text, and what it says."""

    chunk_id: str
    span: Span
    says: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two sentences that cannot both hold, as far as a rule sees; ``first`` ranks higher.

    A conflict of the kind ``meaning`` was read by a model that is so ``sure``, 0 to 1.
    """

    kind: Kind
    first: Side
    second: Side
    sure: float = 1.0


@dataclass(frozen=True, slots=True)
class _Claim:
    chunk: Chunk
    span: Span
    words: frozenset[str]
    quantities: tuple[tuple[float, str], ...]
    dates: tuple[str, ...]
    negated: int

    @property
    def text(self) -> str:
        """The sentence in one line."""
        return " ".join(self.chunk.text[self.span.start : self.span.end].split())

    def side(self, says: str = "") -> Side:
        """The sentence as a side of a conflict."""
        return Side(self.chunk.id, self.span, says)


def _date(text: str) -> str:
    from dateutil import parser  # type: ignore[import-untyped] # noqa: PLC0415 - 0.1 s to import

    # The default fills in what is not written; year 4 marks a date without one, and is leap.
    day: datetime = parser.parse(text, default=datetime(4, 1, 1))
    return f"{day.day} {day:%B}" + (f" {day.year}" if day.year != 4 else "")


def _dates(text: str) -> tuple[str, ...]:
    dates = []
    for match in _DATE.finditer(text):
        try:
            dates.append(_date(match.group()))
        except (ValueError, OverflowError):  # 31 June is no date, and so no claim about one
            continue
    return tuple(dates)


def _quantity(match: re.Match[str]) -> tuple[float, str]:
    figure, unit = match["figure"].lower(), (match["before"] or match["after"] or "").strip()
    value = float(_SPELLED.get(figure) or figure.replace(",", ""))
    return value, _UNITS.get(unit.lower(), "")


def _claim(chunk: Chunk, span: Span) -> _Claim:
    text = chunk.text[span.start : span.end]
    rest = _DATE.sub(" ", text)
    figures = [(_quantity(m), m["figure"][0].isdigit()) for m in _QUANTITY.finditer(rest)]
    plain = _NEGATION.sub(" ", _QUANTITY.sub(" ", rest))
    words = question_words(plain) if WORD.search(plain) else ()
    return _Claim(
        chunk=chunk,
        span=span,
        words=frozenset(stem(word) for word in words) - _LITTLE,
        quantities=tuple(q for q, written in figures if q[1] or written),  # "one" is a pronoun
        dates=_dates(text),
        negated=len(_NEGATION.findall(rest)),
    )


def _same_subject(one: _Claim, two: _Claim) -> bool:
    """The same words; in one document also the same section, which may be what differs."""
    if len(one.words) < FEWEST or one.words != two.words:
        return False
    elsewhere = one.chunk.document_id != two.chunk.document_id
    return elsewhere or one.chunk.heading == two.chunk.heading


def _amount(quantity: tuple[float, str]) -> str:
    return f"{quantity[0]:,g} {quantity[1]}"


def _numbers(one: _Claim, two: _Claim) -> tuple[Kind, str, str] | None:
    """Both name one quantity of the same kind, and not the same one."""
    if len(one.quantities) != 1 or len(two.quantities) != 1:
        return None
    (a, unit_a), (b, unit_b) = one.quantities[0], two.quantities[0]
    if unit_a == unit_b != "" and a != b:
        return "number", _amount((a, unit_a)), _amount((b, unit_b))
    kind_a, kind_b = _DIMENSION.get(unit_a), _DIMENSION.get(unit_b)
    if unit_a != unit_b and a == b and kind_a is not None and kind_a == kind_b:
        return "unit", _amount((a, unit_a)), _amount((b, unit_b))
    return None


def _days(one: _Claim, two: _Claim) -> tuple[Kind, str, str] | None:
    if len(one.dates) != 1 or len(two.dates) != 1:
        return None
    a, b = one.dates[0], two.dates[0]
    if a.startswith(b) or b.startswith(a):  # one of them does not name the year
        return None
    return "date", a, b


def _turned(one: _Claim, two: _Claim) -> tuple[Kind, str, str] | None:
    if one.quantities != two.quantities or one.dates != two.dates:
        return None
    words = ("says not", "says so")
    return "negation", words[one.negated == 0], words[two.negated == 0]


def _between(one: _Claim, two: _Claim) -> Conflict | None:
    if one.chunk.id == two.chunk.id or not _same_subject(one, two):
        return None
    if (one.negated > 0) == (two.negated > 0):
        difference = _days(one, two) or _numbers(one, two)
    else:
        difference = _turned(one, two)
    if difference is None:
        return None
    kind, first, second = difference
    return Conflict(kind, one.side(first), two.side(second))


def _claims(chunk: Chunk, spans: Iterable[Span]) -> list[_Claim]:
    """Of those sentences that are short enough to be one statement."""
    return [_claim(chunk, span) for span in spans if span.end - span.start <= LONGEST]


def find_conflicts(passages: Sequence[Reranked]) -> tuple[Conflict, ...]:
    """Sentences of different passages that contradict each other, as far as rules see.

    Args:
        passages: best first, usually the top n; every sentence of each is looked at.

    Returns:
        At most one conflict for two passages and a kind, in the order of the passages.
    """
    same: dict[frozenset[str], list[_Claim]] = {}
    for passage in passages:
        for claim in _claims(passage.chunk, sentence_spans(passage.chunk.text)):
            same.setdefault(claim.words, []).append(claim)
    conflicts: dict[tuple[int, int, Kind], Conflict] = {}
    place = {passage.chunk.id: i for i, passage in enumerate(passages)}
    for claims in same.values():
        for one, two in combinations(claims, 2):
            conflict = _between(one, two)
            if conflict is not None:
                key = (place[one.chunk.id], place[two.chunk.id], conflict.kind)
                conflicts.setdefault(key, conflict)
    return tuple(conflicts[key] for key in sorted(conflicts))


def askable(passages: Sequence[Reranked]) -> list[tuple[_Claim, _Claim]]:
    """Pairs of best sentences about one thing: two telling words or more in common."""
    quotes = [c for item in passages if item.quote for c in _claims(item.chunk, [item.quote.span])]
    return [
        (one, two)
        for one, two in combinations(quotes, 2)
        if one.text != two.text and len(one.words & two.words) >= FEWEST
    ]


def all_conflicts(
    passages: Sequence[Reranked], reader: ContradictionReader | None = None
) -> tuple[Conflict, ...]:
    """What rules find, then what a reader is sure of; without one, the rules alone.

    Args:
        passages: best first, usually the top n.
        reader: says how sure it is that one text contradicts another.
    """
    by_rule = find_conflicts(passages)
    if reader is None:
        return by_rule
    seen = {frozenset((c.first.chunk_id, c.second.chunk_id)) for c in by_rule}
    pairs = [
        (one, two)
        for one, two in askable(passages)
        if frozenset((one.chunk.id, two.chunk.id)) not in seen
    ]
    there = reader.contradiction([(one.text, two.text) for one, two in pairs])
    back = reader.contradiction([(two.text, one.text) for one, two in pairs])
    by_reader = (
        Conflict("meaning", one.side(), two.side(), min(float(a), float(b)))
        for (one, two), a, b in zip(pairs, there, back, strict=True)
    )
    return (*by_rule, *(conflict for conflict in by_reader if conflict.sure >= LEAST))
