"""What kind of part a question asks for: one with a number, one that says what a term is."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from core.text.words import WORD, question_words, stem

_NUMBER_ASKED = re.compile(
    r"\bhow (?:many|much|long|often|old|far|soon|late|big|large|high)\b|\bwhen\b"
    r"|\bw(?:hich|hat) (?:version|year|day|date|time|percentage|age)\b"
    r"|\b(?:deadline|limit|rate|price|cost|fee|allowance)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty"
    r"|forty|fifty|sixty|ninety|hundred|half|third|twice|once|never|always|noon|midnight"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|april|june|july"
    r"|august|september|october|november|december)\b",
    re.IGNORECASE,
)
_TERM_ASKED = re.compile(
    r"(?:what|who) (?:is|are|does) (?:an? |the )?(.+?)(?: (?:used )?for| mean| do)?\s*\?*\s*\Z",
    re.IGNORECASE,
)
_A_SENTENCE = re.compile(r"\?|\b(?:is|are|do|does|may|can)\b", re.IGNORECASE)
_ARTICLES = frozenset(("a", "an", "the"))
_LONGEST_TERM = 4


def wants_number(question: str) -> bool:
    """Whether a number or a time answers it: how many, when, which version, the limit.

    >>> wants_number("How long is it valid?"), wants_number("How do I cancel it?")
    (True, False)
    """
    return _NUMBER_ASKED.search(question) is not None


def has_number(text: str) -> bool:
    """Whether a text has a number, in digits or words, or a day.

    >>> has_number("Within five days."), has_number("Soon.")
    (True, False)
    """
    return _NUMBER.search(text) is not None


def asked_term(question: str) -> list[str]:
    """The stems of the term that is asked for, or that is all of the question; often none.

    >>> asked_term("What is /opt for?"), asked_term("parking"), asked_term("May I park?")
    (['opt'], ['park'], [])
    """
    found = _TERM_ASKED.match(question.strip())
    term = found[1] if found else "" if _A_SENTENCE.search(question) else question
    stems = _stems(term)
    return stems if len(stems) <= _LONGEST_TERM else []


def says_what_it_is(text: str, term: Sequence[str]) -> bool:
    """Whether a text begins with a term and goes on with other words.

    >>> says_what_it_is("/opt is reserved for add-on packages.", ["opt"])
    True
    """
    stems = _stems(text)
    opens = bool(term) and stems[: len(term)] == list(term)
    return opens and len({stem(word) for word in question_words(text)} - set(term)) > 1


def _stems(text: str) -> list[str]:
    return [stem(word) for word in WORD.findall(text) if word.casefold() not in _ARTICLES]


def word_weights(question: str, passages: Sequence[str]) -> dict[str, float]:
    """What each telling word of a question, by its stem, weighs: more, the fewer passages have it.

    The inverse document frequency ln((n + 1) / (df + 1/2)) over these ``passages``, as shares of 1.
    """
    had = [{stem(word) for word in WORD.findall(text)} for text in passages]
    n = len(passages)
    weights = {
        asked: math.log((n + 1) / (sum(asked in has for has in had) + 0.5))
        for asked in map(stem, question_words(question))
    }
    return {asked: weight / sum(weights.values()) for asked, weight in weights.items()}


def coverage(text: str, weights: Mapping[str, float]) -> float:
    """The weight of the question's words that a text has, 0..1."""
    has = {stem(word) for word in WORD.findall(text)}
    return sum(weight for asked, weight in weights.items() if asked in has)
