"""How much two sentences share, by their words alone: no model, the same answer every time."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from core.schema import Span
from core.text.sentences import sentence_spans

_WORD = re.compile(r"\w+")
STEM_LENGTH = 5
# Without not, no, may and must: in a rule these are the answer.
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "a about all also an and any are as at be been but by can could did do does for from had "
        "has have he her his how if in into is it its more of on one or our shall she should so "
        "some such than that the their them then there these they this those to was we were what "
        "when where which who will with would you your",
    )
)
SAME_OVERLAP = 0.8
_TURNING = frozenset(
    word[:STEM_LENGTH]
    for word in ("not", "no", "never", "none", "nor", "t", "cannot", "without", "unless", "except")
)


@lru_cache(maxsize=8192)
def content_words(text: str) -> frozenset[str]:
    """The words that carry meaning, each cut to its first five letters.

    Cutting is the simplest stemmer that works across English word forms (truncation stemming,
    McNamee and Mayfield 2004): 'approve', 'approves' and 'approval' meet in 'appro'. When a
    text has nothing but common words, those are kept.

    >>> sorted(content_words("The managers approve it."))
    ['appro', 'manag']
    """
    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    telling = [word for word in words if word not in _COMMON] or words
    return frozenset(word[:STEM_LENGTH] for word in telling)


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
    one, two = content_words(first), content_words(second)
    differing = one ^ two
    turned = any(word in _TURNING or any(c.isdigit() for c in word) for word in differing)
    return overlap(one, two) >= SAME_OVERLAP and not turned


def best_sentence(claim: str, text: str) -> Span | None:
    """The sentence of ``text`` that shares most with ``claim``, the earliest of equals.

    None when not one content word is shared: then no sentence supports the claim more than
    another, and nothing is marked.
    """
    wanted = content_words(claim)
    scored = [
        (overlap(wanted, content_words(text[span.start : span.end])), -span.start, span)
        for span in sentence_spans(text)
    ]
    best = max(scored, key=lambda entry: entry[:2], default=None)
    return best[2] if best and best[0] > 0 else None
