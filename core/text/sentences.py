"""Sentences of a text or a chunk, as spans. The splitting itself is sentencex's (Wikimedia)."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from core.schema import Chunk, Span

_BLOCK = re.compile(r"[^\n]+")
_WORD = re.compile(r"[^\W\d_]{2,}")


def _merge_fragments(pieces: list[str]) -> list[str]:
    """Glue a lone list number or bullet ('1. ') to the sentence that follows it."""
    merged: list[str] = []
    lone = False  # of what was glued so far, not searched again for each of 100,000 marks
    for piece in pieces:
        if lone:
            merged[-1] += piece
        else:
            merged.append(piece)
        lone = not _WORD.search(piece)
    return merged


@lru_cache(maxsize=4096)
def sentence_spans(text: str) -> tuple[Span, ...]:
    """Spans of the sentences of ``text``, in order, without surrounding space.

    A line break always ends a sentence: in document text it separates blocks (paragraphs, list
    items, headings). The spans do not overlap, and leave out nothing but white space.

    >>> [(s.start, s.end) for s in sentence_spans("One is here. Two is there.")]
    [(0, 12), (13, 26)]
    """
    import sentencex  # noqa: PLC0415 - 0.1 s that `import core` should not pay

    spans: list[Span] = []
    for block in _BLOCK.finditer(text):
        position = block.start()
        for piece in _merge_fragments(sentencex.segment("en", block.group())):
            body = piece.strip()
            if body:
                start = position + piece.index(body)
                spans.append(Span(start, start + len(body)))
            position += len(piece)
    return tuple(spans)


def without(text: str, span: Span) -> str:
    """A text without one part; one space stands where it was.

    >>> without("One. Two. Three.", Span(5, 9))
    'One. Three.'
    """
    parts = (text[: span.start].rstrip(), text[span.end :].lstrip())
    return " ".join(part for part in parts if part)


def under_heading(chunk: Chunk, span: Span) -> str:
    """A sentence of a chunk as a model reads it: after the section's heading, as its passage is."""
    return replace(chunk, text=chunk.text[span.start : span.end]).passage


def without_sentence(chunk: Chunk, span: Span) -> str:
    """The chunk's passage with a sentence left out; empty when it has nothing else, no heading."""
    return replace(chunk, text=without(chunk.text, span)).passage.strip()
