"""The sentences of an answer, with each citation mark on the side of the claim it backs."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from core.schema import Span
from core.text.sentences import sentence_spans

_WORD = re.compile(r"\w")
_LEFT_OVER = re.compile(r"[.,;:!?…]+(?=\s|\Z)\s*")


def _worded(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans that hold a word; a stop that a mark was cut from returns to its sentence."""
    kept: list[Span] = []
    for span in spans:
        stop = _LEFT_OVER.match(text, span.start, span.end) if kept else None
        start = stop.end() if stop else span.start
        if stop:
            kept[-1] = Span(kept[-1].start, span.start + len(stop.group().rstrip()))
        if _WORD.search(text, start, span.end) or not kept:
            kept.append(Span(start, span.end))
        else:
            kept[-1] = Span(kept[-1].start, span.end)
    return kept


def _backs_next(text: str, mark: Span, before: Span, after: Span, own_mark: bool) -> bool:
    """Whether a mark between two sentences belongs to the second.

    It does when it opens the second one's line, and in one line with both when the first has
    a mark of its own inside or the second goes on in small letters ('[1] says a. [2] says b.').
    """
    if "\n" in text[mark.end : after.start]:
        return False
    return own_mark or text[after.start].islower() or "\n" in text[before.end : mark.start]


def _owner(text: str, mark: Span, spans: Sequence[Span], inside: Sequence[bool]) -> int:
    """Which of the spans a mark backs: the one it stands in, else a neighbour."""
    index = bisect_right(spans, mark.start, key=lambda span: span.start) - 1
    if index < 0 or mark.start < spans[index].end or index + 1 == len(spans):
        return max(index, 0)
    before, after = spans[index], spans[index + 1]
    return index + _backs_next(text, mark, before, after, inside[index])


def claim_spans(text: str, marks: Sequence[Span]) -> tuple[Span, ...]:
    """Sentences of an answer: in order, inside the text, disjoint, and holding every mark.

    The text is split as if the marks were not there, then each mark joins the sentence it
    stands in; one behind a full stop joins the sentence before it. ``marks`` are in order.

    >>> text = "It is so. [1] The rest is not. [2]"
    >>> [text[s.start:s.end] for s in claim_spans(text, [Span(10, 13), Span(31, 34)])]
    ['It is so. [1]', 'The rest is not. [2]']
    """
    bare = text
    for mark in marks:
        bare = bare[: mark.start] + " " * (mark.end - mark.start) + bare[mark.end :]
    spans = _worded(bare, sentence_spans(bare))
    if not spans:
        return (Span(marks[0].start, marks[-1].end),) if marks else ()
    starts = [span.start for span in spans]
    inside = [False] * len(spans)
    for mark in marks:
        index = bisect_right(starts, mark.start) - 1
        inside[index] |= index >= 0 and mark.start < spans[index].end
    for mark in marks:
        owner = _owner(text, mark, spans, inside)
        span = spans[owner]
        spans[owner] = Span(min(span.start, mark.start), max(span.end, mark.end))
    return tuple(spans)
