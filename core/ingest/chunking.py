"""A document's text -> chunks: by tokens of the encoder, on sentences and headings."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.ingest.paging import parts_within
from core.ingest.pdf.contents import contents_lines
from core.schema import Chunk, Chunking, Page, PagedText, Part, Span, chunk_id
from core.text.sentences import sentence_spans

SpanFunction = Callable[[str], list[tuple[int, int]]]
_TINY = 0.2
_LONGEST_HEADING = 120


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, a line of code, an item, or a part of one that is too long: never cut again."""

    start: int
    end: int
    tokens: int


@dataclass(frozen=True, slots=True)
class _Section:
    """The units under one heading; ``level`` is 0 before the first heading."""

    level: int
    units: tuple[_Unit, ...]

    @property
    def tokens(self) -> int:
        return sum(u.tokens for u in self.units)


def _section_borders(paged: PagedText) -> list[tuple[int, int, int]]:
    """Start, end and level of each section, the text before the first heading included."""
    levels = {0: 0} | {heading.start: heading.level for heading in paged.headings}
    borders = [*sorted(levels), len(paged.text)]
    return [(start, end, levels[start]) for start, end in pairwise(borders)]


def _without(start: int, end: int, holes: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """The parts of [start, end) outside the holes, which are in order."""
    first = bisect_left(holes, start, key=lambda s: s.end)
    for hole in holes[first:]:
        if hole.start >= end:
            break
        if hole.start > start:
            yield start, hole.start
        start = max(start, hole.end)
    if start < end:
        yield start, end


def _cut(text: str, tokens: Sequence[tuple[int, int]], size: int) -> list[int]:
    """Where to cut a long sentence so that no part has more than ``size`` tokens.

    Cuts lie between words where there is a space in the last quarter of a part.
    """
    cuts: list[int] = []
    first = 0
    while len(tokens) - first > size:
        last = first + size
        spaced = (i for i in range(last, last - size // 4, -1) if text[tokens[i][0] - 1].isspace())
        first = next(spaced, last)
        cuts.append(tokens[first][0])
    return cuts


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    body = text[start:end]
    return start + len(body) - len(body.lstrip()), end - len(body) + len(body.rstrip())


def _code_lines(text: str) -> tuple[Span, ...]:
    """The lines of code that hold something, each with its indent."""
    lines = (line for line in re.finditer(r"[^\n]+", text) if line.group().strip())
    return tuple(Span(*line.span()) for line in lines)


_WHOLES: dict[str, Callable[[str], tuple[Span, ...]]] = {
    "prose": sentence_spans,
    "code": _code_lines,
    "item": lambda text: (Span(0, len(text)),),
}


def _units_of(
    text: str, offset: int, spans: SpanFunction, size: int, kind: str = "prose"
) -> Iterator[_Unit]:
    """The units of a piece of text that begins at ``offset`` of the document."""
    tokens = spans(text)
    starts = [t[0] for t in tokens]
    for whole in _WHOLES[kind](text):
        low, high = bisect_left(starts, whole.start), bisect_left(starts, whole.end)
        cuts = _cut(text, tokens[low:high], size)
        borders = [whole.start, *cuts, whole.end]
        for a, b in pairwise(borders):
            start, end = _trimmed(text, a, b)
            if start < end:
                start = a if kind == "code" else start
                count = bisect_left(starts, end) - bisect_left(starts, start)
                yield _Unit(offset + start, offset + end, count)


def _sections(paged: PagedText, spans: SpanFunction, size: int) -> list[_Section]:
    holes = contents_lines(paged) if paged.unit == "page" else []
    sections = []
    for start, end, level in _section_borders(paged):
        for low, high in _without(start, end, holes):
            units = tuple(_units_within(paged, low, high, spans, size))
            if units:
                sections.append(_Section(level, units))
    return sections


def _units_within(
    paged: PagedText, low: int, high: int, spans: SpanFunction, size: int
) -> Iterator[_Unit]:
    """The units of [low, high): sentences of prose, lines of code, whole items."""
    for found in parts_within(paged, low, high):
        kind = found.kind if isinstance(found, Part) else "prose"
        start, end = (found.start, found.end) if isinstance(found, Part) else found
        yield from _units_of(paged.text[start:end], start, spans, size, kind)


def _merged(paged: PagedText, sections: Sequence[_Section], size: int) -> list[_Section]:
    """Tiny sections joined with the next one, unless something else stands between.

    Off a page a section's border is no guess by looks: only what fits into one chunk is joined.
    """
    groups: list[_Section] = []
    for section in sections:
        last = groups[-1] if groups else None
        fits = paged.unit == "page" or (last and last.tokens + section.tokens <= size)
        if last and last.tokens < _TINY * size and fits and _may_join(paged.text, last, section):
            groups[-1] = _Section(last.level, last.units + section.units)
        else:
            groups.append(section)
    return groups


def _may_join(text: str, first: _Section, second: _Section) -> bool:
    """Whether two sections touch, and the second does not leave the parent of the first."""
    between = text[first.units[-1].end : second.units[0].start]
    return second.level >= first.level and not between.strip()


def _overlap(units: Sequence[_Unit], budget: int) -> list[_Unit]:
    """The last whole sentences that fit the budget."""
    kept: list[_Unit] = []
    for unit in reversed(units):
        budget -= unit.tokens
        if budget < 0:
            break
        kept.insert(0, unit)
    return kept


def _packed(units: Sequence[_Unit], chunking: Chunking) -> Iterator[list[_Unit]]:
    """Units in runs of at most ``size`` tokens, each starting with the end of the one before."""
    run: list[_Unit] = []
    fresh, tokens = 0, 0
    for unit in units:
        if run and tokens + unit.tokens > chunking.size:
            yield run
            room = min(chunking.overlap, chunking.size - unit.tokens)
            run, fresh = _overlap(run[-fresh:], room), 0
            tokens = sum(u.tokens for u in run)
        run.append(unit)
        tokens += unit.tokens
        fresh += 1
    if fresh:
        yield run


def _heading_at(paged: PagedText, starts: Sequence[int], offset: int) -> str:
    position = bisect_right(starts, offset)
    return paged.headings[position - 1].title[:_LONGEST_HEADING].strip() if position else ""


def _labels(pages: Sequence[Page]) -> tuple[str, ...]:
    """The printed numbers of these pages, if one differs from its index."""
    different = any(page.label not in {"", str(page.number)} for page in pages)
    return tuple(page.label for page in pages) if different else ()


def _chunk_spans(paged: PagedText, chunking: Chunking, token_spans: SpanFunction) -> Iterator[Span]:
    """Where the chunks lie; runs of marks without a letter or digit are none."""
    if paged.unit == "passage":  # another engine cut them: they stay what it ranked
        yield from (Span(page.start, page.end) for page in paged.pages)
        return
    sections = _sections(paged, token_spans, chunking.size)
    for group in _merged(paged, sections, chunking.size):
        for units in _packed(group.units, chunking):
            span = Span(units[0].start, units[-1].end)
            if any(map(str.isalnum, paged.text[span.start : span.end])):
                yield span


def chunk(
    paged: PagedText,
    document_id: str,
    document_name: str,
    chunking: Chunking,
    token_spans: SpanFunction,
) -> list[Chunk]:
    """Cut a document into chunks.

    No chunk has more than ``chunking.size`` tokens, and none crosses the start of a section,
    except that a section under a fifth of the size is joined with the next. A chunk repeats
    the last whole sentences of the one before it, up to ``chunking.overlap`` tokens. Every
    character is in a chunk, but for tables of contents; ``chunk.text`` is exactly
    ``paged.text[chunk.start:chunk.end]``.

    Args:
        paged: the document.
        document_id: sha256 of its bytes; ``document_name`` is what people call it.
        chunking: size and overlap in tokens.
        token_spans: the character span of every token of a text, in order.
    """
    pages, headings = [p.start for p in paged.pages], [h.start for h in paged.headings]
    spans = _chunk_spans(paged, chunking, token_spans)
    # empty pages never hold an offset
    placed = ((s, bisect_right(pages, s.start), bisect_right(pages, s.end - 1)) for s in spans)
    return [
        Chunk(
            id=chunk_id(document_id, chunking.fingerprint, ordinal),
            document_id=document_id,
            document_name=document_name,
            ordinal=ordinal,
            first_page=first,
            last_page=last,
            start=span.start,
            end=span.end,
            text=paged.text[span.start : span.end],
            tokens=len(token_spans(paged.text[span.start : span.end])),
            heading=_heading_at(paged, headings, span.start),
            labels=_labels(paged.pages[first - 1 : last]),
            unit=paged.unit,
        )
        for ordinal, (span, first, last) in enumerate(placed)
    ]
