"""Passages longer than the model's window, read in parts: the best part counts.

Works over the port alone, so with every cross-encoder, a remote one too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.ports import CrossEncoder
from core.schema import FloatVector, Span

OVERLAP = 0.25
MOST_WINDOWS = 32


def windows(text: str, count: int, overlap: float = OVERLAP) -> list[Span]:
    """Parts of equal length that cover a text, each sharing ``overlap`` of it with the next.

    Borders move to the right to the next space, so that words stay whole where there are spaces.

    Args:
        text: what is cut.
        count: how many parts, from 1.
        overlap: share of a part, from 0 to below 1.

    Example: two parts of 700 characters with an overlap of 0.25 are 0..400 and 300..700.
    """
    size = len(text) / (count - (count - 1) * overlap)
    starts = [round(i * size * (1 - overlap)) for i in range(count)]
    ends = [round(start + size) for start in starts[:-1]] + [len(text)]
    starts = [0] + [_after_space(text, start) for start in starts[1:]]
    ends = [max(_after_space(text, end), then) for end, then in zip(ends, starts[1:], strict=False)]
    ends.append(len(text))
    return [Span(start, end) for start, end in zip(starts, ends, strict=True)]


def score_windows(cross_encoder: CrossEncoder, query: str, passages: Sequence[str]) -> FloatVector:
    """Logits of passages, float32[n]: where one does not fit, that of the best of its windows.

    It is cut into as few windows as fit, at most 32. Only long passages cost more; the others get
    exactly the logit that ``score`` gives.
    """
    cut = cross_encoder.truncated(query, passages)
    parts = [
        (i, span)
        for i, (text, long) in enumerate(zip(passages, cut, strict=True))
        for span in (_fitting(cross_encoder, query, text) if long else [Span(0, len(text))])
    ]
    scores = cross_encoder.score(query, [passages[i][span.start : span.end] for i, span in parts])
    logits = np.full(len(passages), -np.inf, dtype=np.float32)
    for (i, _), logit in zip(parts, scores, strict=True):
        logits[i] = max(logits[i], logit)
    return logits


def _fitting(cross_encoder: CrossEncoder, query: str, text: str) -> list[Span]:
    """The fewest windows of which none is cut."""
    for count in range(2, MOST_WINDOWS):
        spans = windows(text, count)
        if not any(cross_encoder.truncated(query, [text[s.start : s.end] for s in spans])):
            return spans
    return windows(text, MOST_WINDOWS)


def _after_space(text: str, position: int, most: int = 40) -> int:
    """The next beginning of a word, if it is near; else the position itself."""
    space = text.find(" ", position, position + most)
    return position if space < 0 else space + 1
