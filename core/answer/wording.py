"""How much two sentences share, by their words alone: no model, the same answer every time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from core.schema import Span
from core.text.sentences import sentence_spans
from core.text.words import question_words, stem, stems_of

SAME_OVERLAP = 0.8
_IDENTIFIER = re.compile(r"\w*\d\w*(?:[.,:/]\d\w*)*")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
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


def words_lacking(claim: str, passages: Sequence[str]) -> tuple[str, ...]:
    """The telling words of a claim that none of its passages has, where they matter.

    They do when a number is among them, which is then named alone, or half of all words.

    >>> words_lacking("The limit is 50 euros", ["The limit is 40 euros."])
    ('50',)
    >>> words_lacking("Employees may claim 40 euros", ["Staff can claim 40 euros."])
    ()
    """
    has = frozenset[str]().union(*(_stems(passage) for passage in passages))
    words = question_words(unicodedata.normalize("NFKC", claim))
    lacking = tuple(word for word in words if stem(word) not in has)
    much = 2 * len(lacking) >= max(2, len(words))
    return lacking if much else identifiers_lacking(claim, passages)


def identifiers_lacking(asked: str, texts: Sequence[str]) -> tuple[str, ...]:
    """The numbers and identifiers with a digit, whole, that none of these texts has.

    >>> identifiers_lacking("Who guards gate 3.5 of A17?", ["Gate 5.3 of a17 is open."])
    ('3.5',)
    """
    there = {key for text in texts for key in _identifiers(text)}
    return tuple(shown for key, shown in _identifiers(asked).items() if key not in there)


def _identifiers(text: str) -> dict[str, str]:
    found = _IDENTIFIER.findall(unicodedata.normalize("NFKC", text))
    return {_THOUSANDS.sub("", word.casefold()): word for word in found}


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
