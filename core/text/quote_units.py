"""What a reader would point at: a sentence, an item of a list, a row of a table, a definition.

A document's text has one block a line (decision 11): a paragraph, an item, a row, a term. What
opens the block that a sentence stands in is its lead: the line that introduces the list, the heads
of the columns, the term that is defined.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from core.schema import Chunk, Span
from core.text.sentences import sentence_spans

BlockKind = Literal["text", "item", "row"]

_LINE = re.compile(r"[^\n]*\S[^\n]*")
_MARK = re.compile(r"\s*(?:[•●▪■◦○‣⁃∙·*–—-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{2,5})[.)])\s+(?=\S)")
_SECTION = re.compile(r"\s*(?:\d+\.)+\d*\s|\s*(?:chapter|appendix)\b", re.IGNORECASE)
_ENDS = re.compile(r"[.!?:;,…：。！？]\W*\Z")
_CODE = re.compile(r"[{}=<>;|\\$#]|--")
LONGEST_ROW = 15
"""Words of a line that can be a row of a table."""
FEWEST_ROWS = 3
"""So many rows follow the heads of a table's columns."""


@dataclass(frozen=True, slots=True)
class QuoteUnit:
    """A part of a text that can be an answer; ``lead`` opens its block, where something does."""

    span: Span
    lead: Span | None = None
    block: BlockKind = "text"

    @property
    def spans(self) -> tuple[Span, ...]:
        """Lead and unit, in the order of the text."""
        return (self.lead, self.span) if self.lead else (self.span,)

    def words(self, text: str) -> str:
        """The unit as a reader needs it: behind its lead; '…' stands for what is between."""
        parts = [text[span.start : span.end] for span in self.spans]
        apart = self.lead and text[self.lead.end : self.span.start].strip()
        return (" … " if apart else " ").join(parts)


def read_alone(chunk: Chunk, unit: QuoteUnit) -> str:
    """A unit as a model reads it: under its section's heading, as its passage is, and its lead."""
    words = " ".join(chunk.text[span.start : span.end] for span in unit.spans)
    return replace(chunk, text=words).passage


def unit_at(chunk: Chunk, span: Span) -> QuoteUnit:
    """The unit that stands there, with its lead; another part of the text has no lead."""
    units = units_of(chunk.text, chunk.heading)
    return next((unit for unit in units if unit.span == span), QuoteUnit(span))


def marked(text: str) -> bool:
    """Whether a line begins with the mark of a list's item.

    >>> marked("• Other uploads: 10 days"), marked("2) Press Find."), marked("2.1 Lists")
    (True, True, False)
    """
    return _MARK.match(text) is not None


@lru_cache(maxsize=2048)
def units_of(text: str, heading: str = "") -> tuple[QuoteUnit, ...]:
    r"""The units of a text in order; they do not overlap, and leave out nothing but white space.

    All items of a list have its lead, all rows of a table its heads; of what follows another line
    that ends with a colon the first sentence has that line.

    >>> text = "Delays:\n• Bugs: 5 days\n• Others: 10 days"
    >>> [unit.words(text) for unit in units_of(text)][1:]
    ['Delays: • Bugs: 5 days', 'Delays: … • Others: 10 days']
    """
    lines = [Span(*found.span()) for found in _LINE.finditer(text)]
    words = [text[line.start : line.end] for line in lines]
    heads = _heads(words, "".join(heading.split()))
    units: list[QuoteUnit] = []
    lead: Span | None = None
    in_list = False
    for number, (line, said) in enumerate(zip(lines, words, strict=True)):
        spans = [Span(line.start + s.start, line.start + s.end) for s in sentence_spans(said)]
        item = marked(said)
        if in_list and not item:
            lead, in_list = None, False
        if number in heads:
            units.append(QuoteUnit(_whole(spans), _line(text, lines[heads[number]]), "row"))
            continue
        block: BlockKind = "item" if item else "row" if _is_row(said) else "text"
        units += [QuoteUnit(s, lead if item or not n else None, block) for n, s in enumerate(spans)]
        in_list = item and lead is not None
        if not in_list:
            lead = spans[-1] if said.rstrip().endswith((":", "：")) else None
    return tuple(units)


def _whole(spans: Sequence[Span]) -> Span:
    return Span(spans[0].start, spans[-1].end)


def _line(text: str, line: Span) -> Span:
    said = text[line.start : line.end]
    return Span(line.start + len(said) - len(said.lstrip()), line.start + len(said.rstrip()))


def _is_row(line: str) -> bool:
    """Whether a line is short and ends as no sentence does; nor is it a section's number."""
    long = not 2 <= len(line.split()) <= LONGEST_ROW
    return not (long or marked(line) or _ENDS.search(line) or _SECTION.match(line))


def _heads(lines: Sequence[str], heading: str) -> dict[int, int]:
    """For each row of a table, the number of the line with the heads of its columns.

    A table that the text begins with has lost its heads to the passage before.
    """
    heads: dict[int, int] = {}
    rows = [_is_row(line) and "".join(line.split()) not in heading for line in lines]
    first = 1
    while first < len(lines):
        end = next((n for n in range(first, len(lines)) if not rows[n]), len(lines))
        head = lines[first]
        named = (
            head.lstrip()[:1].isupper() and not re.search(r"\d", head) and not _CODE.search(head)
        )
        if end - first > FEWEST_ROWS and named and not rows[first - 1]:
            heads.update(dict.fromkeys(range(first + 1, end), first))
        first = end + 1
    return heads
