"""How much two sentences share, by their words alone: no model, the same answer every time."""

from __future__ import annotations

import unicodedata

from core.schema import Span
from core.text.sentences import sentence_spans
from core.text.words import stem, stems_of

SAME_OVERLAP = 0.8
_TURNING = frozenset(
    stem(word)
    for word in ("not", "no", "never", "none", "nor", "cannot", "without", "unless", "except")
)


def _stems(text: str) -> frozenset[str]:
    """Of the telling words, whatever ligatures and widths the document writes them in."""
    return stems_of(unicodedata.normalize("NFKC", text))


def overlap(first: frozenset[str], second: frozenset[str]) -> float:
    """Dice's coefficient (1945), 2 |A and B| / (|A| + |B|): 1 for equal sets, 0 for disjoint.

    >>> overlap(frozenset("abc"), frozenset("bcd"))
    0.6666666666666666
    """
    if not first or not second:
        return 0.0
    return 2 * len(first & second) / (len(first) + len(second))


def says_the_same(first: str, second: str) -> bool:
    """Whether two sentences differ in wording only.

    Words that can turn a rule round (a number, a negation, an exception) must all be shared:
    'may approve up to 50' and 'may not approve up to 50' are two statements.
    """
    one, two = _stems(first), _stems(second)
    return overlap(one, two) >= SAME_OVERLAP and not any(map(_turns, one ^ two))


def _turns(word: str) -> bool:
    return word in _TURNING or word.endswith(("n't", "n’t")) or any(c.isdigit() for c in word)


def best_sentence(claim: str, text: str) -> Span | None:
    """The sentence of ``text`` that shares most with ``claim``, the earliest of equals.

    None when not one telling word is shared: then no sentence supports the claim more than
    another, and nothing is marked.
    """
    wanted = _stems(claim)
    scored = [
        (overlap(wanted, _stems(text[span.start : span.end])), -span.start, span)
        for span in sentence_spans(text)
    ]
    best = max(scored, key=lambda entry: entry[:2], default=None)
    return best[2] if best and best[0] > 0 else None
