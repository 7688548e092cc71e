"""The best sentence of each passage, read alone under the heading of its section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.schema import Chunk, FloatVector, Note, Quote, Reranked, Span
from core.search.reading import PairReader, read_in_time
from core.text.counting import counted
from core.text.sentences import sentence_spans, under_heading
from core.text.words import word_count

QUOTE_DEPTH = 10
"""So many passages of each list get their best sentence where both lists are shown."""
SHORTEST_QUOTE = 4
"""Words of a sentence that can be an answer."""


def quotable_spans(chunk: Chunk) -> list[Span]:
    """Sentences that can be an answer: not a heading, nor a few words, nor a question."""
    heading = chunk.heading.split()
    texts = {span: chunk.text[span.start : span.end] for span in sentence_spans(chunk.text)}
    return [
        span
        for span, text in texts.items()
        if word_count(text) >= SHORTEST_QUOTE
        and text.split() != heading
        and not text.endswith(("?", "？"))
    ]


def with_quotes(
    reranked: Sequence[Reranked], chosen: set[str], reader: PairReader
) -> tuple[tuple[Reranked, ...], tuple[Note, ...]]:
    """Give the chosen passages their best sentence: the one with the highest logit of its own.

    Args:
        reranked: the final order.
        chosen: chunk ids; the other passages, those that no model read, and those that have their
            sentence stay as they are.
        reader: the question. A passage whose sentences cannot all be read in time gets none.

    Returns:
        The passages, and what a person should know about those that got none.
    """
    places = [
        (i, span)
        for i, item in enumerate(reranked)
        if item.chunk.id in chosen and item.scored != "no" and item.quote is None
        for span in quotable_spans(item.chunk) or sentence_spans(item.chunk.text)
    ]
    texts = [under_heading(reranked[i].chunk, span) for i, span in places]
    logits = read_in_time(reader, texts)
    unread = {i for (i, _), logit in zip(places, logits, strict=True) if np.isnan(logit)}
    best = _best(places, logits)
    quoted = tuple(
        replace(item, quote=best[i]) if i in best and i not in unread else item
        for i, item in enumerate(reranked)
    )
    where = counted(len(unread), "passage")
    said = f"The time limit was reached before the best sentence of {where} was found."
    return quoted, (Note("not quoted", said),) if unread else ()


def _best(places: Sequence[tuple[int, Span]], logits: FloatVector) -> dict[int, Quote]:
    best: dict[int, Quote] = {}
    for (i, span), logit in zip(places, logits, strict=True):
        if i not in best or float(logit) > best[i].logit:
            best[i] = Quote(span, float(logit))
    return best
