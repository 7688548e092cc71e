"""What if the question or a passage said something else? The pair is scored again, for real."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import InputError
from core.ports import CrossEncoder
from core.schema import Comparison, Reranked
from core.text.counting import counted

EDITED_CHARACTERS = 8000


@dataclass(frozen=True, slots=True)
class WhatIf:
    """An edited pair beside the other passages: the logits are all of the same query.

    ``rank`` starts at 1, and equal logits go by chunk id, as in every list; ``others`` holds the
    other passages' ids with their logits, best first.
    ``pairs`` were scored in ``ms``.
    """

    query: str
    text: str
    logit: float
    rank: int
    others: tuple[tuple[str, float], ...]
    pairs: int
    ms: float


def _kept_logits(comparison: Comparison, query: str, others: Sequence[Reranked]) -> list[float]:
    """The others' logits of this query when the comparison has them all, else nothing."""
    in_parts = comparison.settings.second.windows
    read = [item.logit for item in others if item.logit is not None and item.scored == "full"]
    return read if query == comparison.query and len(read) == len(others) and not in_parts else []


def what_if(
    query: str, text: str, chunk_id: str, comparison: Comparison, model: CrossEncoder
) -> WhatIf:
    """Score a question with an edited passage and with the other passages as they are.

    With the comparison's own question one pair is scored: the other logits are known. ``text``,
    heading included, stands in place of the passage ``chunk_id``.

    Raises:
        InputError: question or passage is empty, or far too long.
    """
    query = " ".join(query.split())
    if not query or not text.strip():
        raise InputError("Nothing is left to read.", "Write a question and a passage.")
    if len(text) > EDITED_CHARACTERS:
        raise InputError(
            f"The passage has {counted(len(text), 'character')}, more than {EDITED_CHARACTERS:,}.",
            "The model reads only the beginning of such a long passage: shorten it.",
        )
    begin = time.perf_counter()
    others = [item for item in comparison.reranked if item.chunk.id != chunk_id]
    kept = _kept_logits(comparison, query, others)
    unread = [] if kept else [item.chunk.passage for item in others]
    logit, *scores = map(float, model.score(query, [text, *unread]))
    ids = [item.chunk.id for item in others]
    ranked = sorted(zip(ids, kept or scores, strict=True), key=lambda pair: (-pair[1], pair[0]))
    return WhatIf(
        query=query,
        text=text,
        logit=logit,
        rank=1 + sum((-other, id_) < (-logit, chunk_id) for id_, other in ranked),
        others=tuple(ranked),
        pairs=1 + len(unread),
        ms=1000 * (time.perf_counter() - begin),
    )
