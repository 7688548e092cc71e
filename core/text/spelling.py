"""Words of a question that a collection does not have, and those of it that were perhaps meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.text.words import WORD, question_words, stem

SHORTEST_CHECKED = 4
"""Letters of a word that may be misspelled: shorter ones are one edit from too many others."""
MANY = 2
"""So many passages at least have a word that is offered: one alone may be misspelled itself."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a collection in lower case: how many passages have each, and their stems."""

    passages: Mapping[str, int]
    stems: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    letters: str


def vocabulary_of(texts: Iterable[str]) -> Vocabulary:
    """The words of these passages, and which stand next to each other.

    >>> vocabulary_of(["A data frame.", "Frames"]).passages["frame"]
    1
    """
    counts: Counter[str] = Counter()
    pairs: set[tuple[str, str]] = set()
    for text in texts:
        words = [word.casefold() for word in WORD.findall(text)]
        counts.update(set(words))
        pairs.update(pair for pair in pairwise(words) if min(map(len, pair)) > 2)
    letters = "".join(sorted(set("".join(counts))))
    return Vocabulary(counts, frozenset(map(stem, counts)), frozenset(pairs), letters)


def offered_words(question: str, vocabulary: Vocabulary) -> dict[str, str]:
    """For each word that no passage has: the word of the collection that is one edit away.

    An edit is a letter too many, too few, another or exchanged with its neighbour (Damerau 1964).
    Of several words the one that most passages have; where there is none, two words that stand
    next to each other ("dataframe": data frame). Nothing is ever replaced by itself.

    >>> vocabulary = vocabulary_of(["You attach a data frame.", "Attach it to a data frame."])
    >>> offered_words("How do I atach a datafrme?", vocabulary)
    {'atach': 'attach', 'datafrme': 'data frame'}
    """
    offered: dict[str, str] = {}
    for word in question_words(question):
        plain = word.casefold()
        if len(plain) < SHORTEST_CHECKED or not plain.isalpha() or stem(plain) in vocabulary.stems:
            continue
        if best := _best(_edits(plain, vocabulary.letters), vocabulary):
            offered[word] = best
    return offered


def corrected(question: str, offered: Mapping[str, str]) -> str:
    """The question with what is offered in the place of the words.

    >>> corrected("Atach it", {"Atach": "attach"})
    'attach it'
    """
    return WORD.sub(lambda match: offered.get(match.group(), match.group()), question)


def _edits(word: str, letters: str) -> list[str]:
    """The word itself and every one that is one edit away."""
    halves = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    return [
        word,
        *(a + b[1:] for a, b in halves if b),
        *(a + b[1] + b[0] + b[2:] for a, b in halves if len(b) > 1),
        *(a + c + b[1:] for a, b in halves if b for c in letters),
        *(a + c + b for a, b in halves for c in letters),
    ]


def _best(edits: Sequence[str], vocabulary: Vocabulary) -> str:
    counts = vocabulary.passages
    known = [word for word in edits if counts.get(word, 0) >= MANY]
    if known:
        return max(known, key=lambda word: (counts[word], word))
    split = {(e[:i], e[i:]) for e in edits for i in range(3, len(e) - 2)} & vocabulary.pairs
    return " ".join(max(split, key=lambda pair: (min(counts[w] for w in pair), pair), default=()))
