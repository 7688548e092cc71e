"""Words of a question and of a text, by their English stems. Stage-neutral."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence, Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer  # type: ignore[import-untyped]

from core.schema import Span

WORD = re.compile(r"\w+(?:['’]\w+)*")
# Words that hold a question together and would mark half of every passage. The negations
# (not, no, never, without) and the modals of duty are left out on purpose: they decide answers.
_FUNCTION_WORDS = frozenset(
    WORD.findall(
        """a about am an and are as at be been but by can could did do does for from had has have he
    her his how i if in into is it its me my of on or our she so than that the their them there
    these they this those to us was we were what when where which who whom why will with would
    you your"""
    )
)

UNSPACED = "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
"""A letter of Thai, Lao, Burmese, Khmer, Chinese or Japanese, which part words by no spaces."""
_UNSPACED = re.compile(UNSPACED)
_FEWEST, _MOST = 4, 30  # words of a question that is looked at for repetitions


def is_shouted(text: str) -> bool:
    """Whether a line is all in capitals, which then say nothing of a word.

    >>> is_shouted("WHO PAYS FOR IT?"), is_shouted("IT policy"), is_shouted("AT&T")
    (True, False, False)
    """
    return text == text.upper() and len(WORD.findall(text)) > 2


def _initial(word: str) -> str:
    """The first letter of a word as its stem has it."""
    return unicodedata.normalize("NFKD", word[0].casefold())[0]


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """The English stem of a word (Snowball), without regard to case and accents.

    >>> stem("expenses") == stem("Expense"), stem("cafés") == stem("cafe")
    (True, True)
    """
    letters = unicodedata.normalize("NFKD", word.casefold())
    plain = re.sub("['’]s?$|[\u0300-\u036f]", "", letters)
    # A stemmer holds the word it works on, so it is not shared between threads.
    stemmed: str = snowballstemmer.stemmer("english").stemWord(plain)
    return stemmed


def stems_among(words: Iterable[str], stems: AbstractSet[str]) -> Counter[str]:
    """How often words have each of these stems; few words are stemmed for it.

    Only those that begin as a stem does: a stem keeps the first letter.

    >>> stems_among(["An", "expense", "of", "expenses"], {"expens", "hotel"})
    Counter({'expens': 2})
    """
    letters = {stem_[0] for stem_ in stems if stem_}
    likely = (stem(word) for word in words if _initial(word) in letters)
    return Counter(found for found in likely if found in stems)


def word_count(text: str) -> int:
    """How many words a text has; where no spaces part them, two letters count as one.

    >>> word_count("Three short words"), word_count("员工每天可报销四十欧元。")
    (3, 6)
    """
    return len(text.split()) + len(_UNSPACED.findall(text)) // 2


def _tells(word: str, shouted: bool = False) -> bool:
    """Whether a word carries meaning: no function word, unless its capitals make it a name."""
    name = len(word) > 1 and word.isupper() and not shouted
    return name or word.casefold() not in _FUNCTION_WORDS


def question_words(question: str) -> tuple[str, ...]:
    """The words of a question that carry its meaning, as written, the first of each stem.

    A question made of function words alone keeps them all; one in capitals (WHO, IT) is a name.

    >>> question_words("Can I approve my own approvals?"), question_words("Who is the WHO?")
    (('approve', 'own'), ('WHO',))
    """
    words = WORD.findall(question)
    telling = [word for word in words if _tells(word, is_shouted(question))] or words
    first: dict[str, str] = {}
    for word in telling:
        first.setdefault(stem(word), word)
    return tuple(first.values())


def repeats_itself(question: str) -> bool:
    """Whether a question says so few words so often that it asks nothing.

    At least half of its words are repetitions; only questions of 4 to 30 words, because a longer
    text repeats its small words anyway. None of 78,331 real questions does it (decision 61).

    >>> repeats_itself("Hotel hotel hotel, the hotel?"), repeats_itself("Who who pays the fine?")
    (True, False)
    """
    words = [word.casefold() for word in WORD.findall(question)]
    return _FEWEST <= len(words) <= _MOST and 2 * len(set(words)) <= len(words)


@dataclass(frozen=True, slots=True)
class WordPlaces:
    """Where the telling words of a question stand among some passages.

    ``asked`` counts the words, ``together`` those of the passage that has most of them. ``apart``
    is the weight of the words that some passage has and the best one lacks. A word that one of n
    passages has weighs ln n, one that all have nothing (its inverse document frequency).
    """

    asked: int
    together: int
    apart: float


def word_places(question: str, passages: Sequence[str]) -> WordPlaces:
    """Where the telling words of a question stand; words that hold it together do not count.

    Example: of two passages each has one of the words: the best lacks one, which weighs ln 2.

    >>> word_places("the hotel of a pension and a moon", ["A hotel.", "Two pensions."])
    WordPlaces(asked=3, together=1, apart=0.6931471805599453)
    """
    words = (w for w in question_words(question) if _tells(w, is_shouted(question)))
    stems = {stem(word) for word in words}
    shared = [stems_among(WORD.findall(text), stems) for text in passages]
    count = Counter(word for has in shared for word in has)
    weight = {word: math.log(len(shared) / n) for word, n in count.items()}
    most = max((sum(weight[word] for word in has) for has in shared), default=0.0)
    return WordPlaces(
        len(stems), max(map(len, shared), default=0), max(0.0, sum(weight.values()) - most)
    )


def missing_words(question: str, passages: Sequence[str]) -> tuple[str, ...]:
    """The telling words of a question, as written, that none of the passages has.

    >>> missing_words("Who is the employer of the sponsor?", ["Sponsors upload."])
    ('employer',)
    """
    had = {stem(word) for text in passages for word in WORD.findall(text)}
    return tuple(
        word
        for word in question_words(question)
        if word.casefold() not in _FUNCTION_WORDS and stem(word) not in had
    )


@lru_cache(maxsize=8192)
def stems_of(text: str) -> frozenset[str]:
    """Stems of the words of a question or a sentence that carry its meaning."""
    return frozenset(stem(word) for word in question_words(text))


def marked_words(text: str, stems: frozenset[str]) -> list[Span]:
    """Spans of the words of ``text`` whose stem is among ``stems``, in order.

    >>> marked_words("Expenses, an expense.", stems_of("my expenses?"))
    [Span(start=0, end=8), Span(start=13, end=20)]
    """
    letters = {stem_[0] for stem_ in stems if stem_}
    return [
        Span(*word.span())
        for word in WORD.finditer(text)
        if _initial(word.group()) in letters
        and _tells(word.group())
        and stem(word.group()) in stems
    ]
