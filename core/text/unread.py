"""Words that a model cannot see: each is one unknown token to it, whatever it says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

MOSTLY = 0.5
SHOWN = 24


def unread_words(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """The words of a text that a model cannot see, in order, from three letters on.

    Args:
        text: what the model would read.
        spans: of its tokens; those of an unknown word overlap (``core.models.tokens``).

    >>> unread_words("by ᚠᚢᚦᚨ.", [(0, 2), (3, 7), (5, 7), (7, 8)])
    ('ᚠᚢᚦᚨ',)
    """
    first: dict[int, int] = {}
    for (start, end), (after, _) in pairwise(spans):
        if after < end:
            first.setdefault(end, start)
    return tuple(text[start:end] for end, start in first.items())


def mostly_unread(text: str, token_spans: Callable[[str], Sequence[tuple[int, int]]]) -> bool:
    """Whether a model cannot see more than half of a text's letters."""
    letters = sum(map(str.isalnum, text))
    words = unread_words(text, token_spans(text))
    return sum(sum(map(str.isalnum, word)) for word in words) > MOSTLY * letters


def shown(word: str) -> str:
    """A word as a sentence names it, a very long one by its beginning.

    >>> shown("a" * 100)
    '“aaaaaaaaaaaaaaaaaaaaaaaa…”'
    """
    return f"“{word[:SHOWN]}{'…' * (len(word) > SHOWN)}”"
