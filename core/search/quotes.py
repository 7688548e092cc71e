"""The best unit of each passage, read under the heading of its section and behind its lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.schema import Chunk, FloatVector, Note, Quote, Reranked
from core.search.reading import PairReader, read_in_time
from core.text.counting import counted
from core.text.quote_units import QuoteUnit, read_alone, units_of
from core.text.words import word_count

QUOTE_DEPTH = 10
"""So many passages of each list get their best unit where both lists are shown."""
SHORTEST_QUOTE = 4
"""Words of a unit, with its lead, that can be an answer."""


def quotable_units(chunk: Chunk) -> list[QuoteUnit]:
    """Units that can be an answer: not a heading, a few words, a question, or a table's heads."""
    heading, text = chunk.heading.split(), chunk.text
    units = units_of(text, chunk.heading)
    heads = {unit.lead for unit in units if unit.block == "row"}
    return [
        unit
        for unit in units
        if word_count(unit.words(text)) >= SHORTEST_QUOTE
        and unit.span not in heads
        and text[unit.span.start : unit.span.end].split() != heading
        and not text.endswith(("?", "？"), unit.span.start, unit.span.end)
    ]


def with_quotes(
    reranked: Sequence[Reranked], chosen: set[str], reader: PairReader
) -> tuple[tuple[Reranked, ...], tuple[Note, ...]]:
    """Give the chosen passages their best unit: the one with the highest logit of its own.

    Args:
        reranked: the final order.
        chosen: chunk ids; the other passages, those that no model read, and those that have their
            unit stay as they are.
        reader: the question. A passage whose units cannot all be read in time gets none.

    Returns:
        The passages, and what a person should know about those that got none.
    """
    places = [
        (i, unit)
        for i, item in enumerate(reranked)
        if item.chunk.id in chosen and item.scored != "no" and item.quote is None
        for unit in quotable_units(item.chunk) or units_of(item.chunk.text, item.chunk.heading)
    ]
    texts = [read_alone(reranked[i].chunk, unit) for i, unit in places]
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


def _best(places: Sequence[tuple[int, QuoteUnit]], logits: FloatVector) -> dict[int, Quote]:
    best: dict[int, Quote] = {}
    for (i, unit), logit in zip(places, logits, strict=True):
        if i not in best or float(logit) > best[i].logit:
            best[i] = Quote(unit.span, float(logit))
    return best
