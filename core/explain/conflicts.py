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
from collections.abc import Sequence
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

_UNITS = {
    **dict.fromkeys(("eur", "euro", "euros", "€"), "EUR"),
    **dict.fromkeys(("usd", "dollar", "dollars", "$"), "USD"),
    **dict.fromkeys(("gbp", "pound", "pounds", "£"), "GBP"),
    **dict.fromkeys(("%", "percent"), "%"),
    **dict.fromkeys(("minute", "minutes", "min"), "minutes"),
    **dict.fromkeys(("hour", "hours", "h"), "hours"),
    **dict.fromkeys(("day", "days"), "days"),
    **dict.fromkeys(("week", "weeks"), "weeks"),
    **dict.fromkeys(("month", "months"), "months"),
    **dict.fromkeys(("year", "years"), "years"),
    **dict.fromkeys(("km", "kilometre", "kilometres", "kilometer", "kilometers"), "km"),
    **dict.fromkeys(("mile", "miles"), "miles"),
    **dict.fromkeys(("kg", "kilogram", "kilograms"), "kg"),
    **dict.fromkeys(("mb", "megabyte", "megabytes"), "MB"),
    **dict.fromkeys(("gb", "gigabyte", "gigabytes"), "GB"),
}
_DIMENSION = {
    **dict.fromkeys(("EUR", "USD", "GBP"), "money"),
    **dict.fromkeys(("minutes", "hours", "days", "weeks", "months", "years"), "time"),
    **dict.fromkeys(("km", "miles"), "length"),
    **dict.fromkeys(("MB", "GB"), "memory"),
}
_SPELLED = dict(
    zip(
        WORD.findall("one two three four five six seven eight nine ten eleven twelve"),
        range(1, 13),
        strict=True,
    )
)
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


def claim_words(chunk: Chunk, span: Span) -> frozenset[str]:
    """The telling words of a sentence, as stems: without figures, dates and little words."""
    return _claim(chunk, span).words


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
    return Conflict(kind, Side(one.chunk.id, one.span, first), Side(two.chunk.id, two.span, second))


def claims_of(chunk: Chunk) -> list[Span]:
    """The sentences of a passage that are short enough to be one statement."""
    return [s for s in sentence_spans(chunk.text) if s.end - s.start <= LONGEST]


def find_conflicts(passages: Sequence[Reranked]) -> tuple[Conflict, ...]:
    """Sentences of different passages that contradict each other, as far as rules see.

    Args:
        passages: best first, usually the top n; every sentence of each is looked at.

    Returns:
        At most one conflict for two passages and a kind, in the order of the passages.

    """
    same: dict[frozenset[str], list[_Claim]] = {}
    for passage in passages:
        for span in claims_of(passage.chunk):
            claim = _claim(passage.chunk, span)
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


def _quotes(passages: Sequence[Reranked]) -> list[tuple[Reranked, Span]]:
    quoted = [(item, item.quote.span) for item in passages if item.quote]
    return [(item, span) for item, span in quoted if span.end - span.start <= LONGEST]


def _text(item: Reranked, span: Span) -> str:
    return " ".join(item.chunk.text[span.start : span.end].split())


def askable(passages: Sequence[Reranked]) -> list[tuple[tuple[Reranked, Span], ...]]:
    """Pairs of best sentences about one thing: two telling words or more in common."""
    return [
        (one, two)
        for one, two in combinations(_quotes(passages), 2)
        if _text(*one) != _text(*two)
        and len(claim_words(one[0].chunk, one[1]) & claim_words(two[0].chunk, two[1])) >= FEWEST
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
        if frozenset((one[0].chunk.id, two[0].chunk.id)) not in seen
    ]
    texts = [(_text(*one), _text(*two)) for one, two in pairs]
    there = reader.contradiction(texts)
    back = reader.contradiction([(two, one) for one, two in texts])
    sure = [
        (pair, min(float(a), float(b)))
        for pair, a, b in zip(pairs, there, back, strict=True)
        if min(a, b) >= LEAST
    ]
    return (*by_rule, *(_conflict(one, two, least) for (one, two), least in sure))


def _conflict(one: tuple[Reranked, Span], two: tuple[Reranked, Span], sure: float) -> Conflict:
    first, second = (Side(item.chunk.id, span, "") for item, span in (one, two))
    return Conflict("meaning", first, second, sure)
