"""Which parts of a passage are marked: the words of the question, and the best sentence.

A passage travels to the browser as *runs*, pieces of text with a style, and not as offsets:
JavaScript counts UTF-16 units where Python counts characters, so offsets would slip after the
first emoji.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby

import snowballstemmer

from core.schema import Span

PLAIN, MARK, QUOTE = 0, 1, 2
Run = tuple[str, int]

_WORD = re.compile(r"\w+(?:['’]\w+)*")
# Words that hold a question together and would mark half of every passage. The negations
# (not, no, never, without) and the modals of duty are left out on purpose: they decide answers.
_FUNCTION_WORDS = frozenset(
    _WORD.findall(
        """a about am an and are as at be been but by can could did do does for from had has have he
    her his how i if in into is it its me my of on or our she so than that the their them there
    these they this those to us was we were what when where which who whom why will with would
    you your"""
    )
)


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """The English stem of a word (Snowball), without regard to case.

    >>> stem("expenses") == stem("Expense")
    True
    """
    plain = re.sub(r"['’]s?$", "", word.casefold())
    # A stemmer holds the word it works on, so it is not shared between threads.
    stemmed: str = snowballstemmer.stemmer("english").stemWord(plain)
    return stemmed


def question_stems(question: str) -> frozenset[str]:
    """Stems of the words of a question that carry its meaning.

    A question made of function words alone keeps them all.
    """
    words = {word.casefold() for word in _WORD.findall(question)}
    return frozenset(stem(word) for word in (words - _FUNCTION_WORDS or words))


def marked_words(text: str, stems: frozenset[str]) -> list[Span]:
    """Spans of the words of ``text`` whose stem is among ``stems``, in order.

    >>> marked_words("Expenses, an expense.", question_stems("my expenses?"))
    [Span(start=0, end=8), Span(start=13, end=20)]
    """
    return [
        Span(*word.span())
        for word in _WORD.finditer(text)
        if word.group().casefold() not in _FUNCTION_WORDS and stem(word.group()) in stems
    ]


def _is_empty_line(text: str, index: int) -> bool:
    return text[index] == "\n" and text[index - 1 : index] in ("", "\n")


def runs(text: str, marks: list[Span], quote: Span | None) -> list[Run]:
    """The text in pieces of one style each; ``PLAIN``, ``MARK``, ``QUOTE`` or their sum.

    The pieces put together are the text without its empty lines. Spans may reach past the end.

    >>> runs("May I? You may.", [Span(0, 3)], Span(7, 15))
    [('May', 1), (' I? ', 0), ('You may.', 2)]
    """
    styles = bytearray(len(text))
    for style, spans in ((MARK, marks), (QUOTE, [quote] if quote else [])):
        for span in spans:
            for index in range(max(span.start, 0), min(span.end, len(text))):
                styles[index] |= style
    shown = [(text[i], styles[i]) for i in range(len(text)) if not _is_empty_line(text, i)]
    return [
        ("".join(letter for letter, _ in group), style)
        for style, group in groupby(shown, key=lambda pair: pair[1])
    ]
