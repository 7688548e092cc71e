"""A sentence of a document becomes a question, by rule and without a model.

Three ways: the sentence turned around ("Employees may not book business class." gives "May
employees book business class?"), a number asked for ("... within how many days of the trip?"), or
its rarest word left out. English only; a sentence that fits no rule gives no question.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_AUXILIARY = "must|may|can|cannot|will|should|is|are|has to|have to"
_TURN = re.compile(rf"(?P<subject>[^,;:()]{{3,70}}?) (?P<aux>{_AUXILIARY})(?P<rest> .+)")
_NOT = re.compile(r"^ (?:not|never)\b|^ (?:strictly )?(?=forbidden)")
_CLAUSE = re.compile(r"\s*(?:[,;:(—–]|\bunless\b|\bbecause\b|\bwhich\b|\bbut\b).*$")
_NUMBERS = "one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|twenty|thirty|sixty"
_COUNT = re.compile(
    rf"\b(?:\d[\d,.]*\d|\d|{_NUMBERS}) (?P<unit>[a-z]{{3,}}s)\b(?!\s*['’])", re.IGNORECASE
)
_MONEY = re.compile(r"[£$€]\s?\d[\d,.]*|\b\d[\d,.]* (?:pounds|euros|dollars)\b")
_DANGLING = re.compile(
    r"(?:it|its|this|these|those|that|they|their|them|he|she|such|there|both|each of these|"
    r"however|therefore|otherwise|then|but|and|or|so|also|in this|in that|for this|for example|"
    r"if|when|where|see|note)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_HEADING_NUMBER = re.compile(r"^(?:\d+(?:\.\d+)*\.?|[A-Z]\.|[ivx]+\.)\s+", re.IGNORECASE)
_ASKS = re.compile(
    r"(?:(?:how|when|where|why|what) (?:do|does|can|may|must|should|is|are|will)|"
    r"who|which|can|may|do|does|is|are)\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"\b(?:that|which|who|whose|what|if|when|where|and|or)$", re.IGNORECASE)
SENTENCE_WORDS = (7, 32)
CLAUSE_WORDS = 16
MOST_KEYWORDS = 6
LEFT_WORDS = 6
"""A gap needs that many words around it, or nobody could fill it."""

Rarity = Callable[[str], float]
"""A word in lower case -> how rare it is; higher is rarer."""


def words(text: str) -> list[str]:
    """The words of a text as they stand."""
    return _WORD.findall(text)


def is_key(sentence: str) -> bool:
    """Whether a sentence can be asked about alone: whole, not too long, not about 'this' or 'it'.

    >>> is_key("Travel expenses must be submitted within 30 days of the trip.")
    True
    >>> is_key("It must be submitted within 30 days of the end of the trip.")
    False
    """
    count = len(words(sentence))
    return (
        SENTENCE_WORDS[0] <= count <= SENTENCE_WORDS[1]
        and sentence[:1].isupper()
        and sentence.endswith(".")
        and not _DANGLING.match(sentence)
        and sum(letter.isalpha() or letter == " " for letter in sentence) > 0.85 * len(sentence)
    )


def turned(sentence: str) -> str:
    """A statement with an auxiliary as a yes-or-no question; empty when no rule fits.

    A negation is left out of the question, as a person who does not know the rule would ask.

    >>> turned("Employees may not book business class, even on long flights.")
    'May employees book business class?'
    >>> turned("Self-approval of expense reports is strictly forbidden.")
    'Is self-approval of expense reports forbidden?'
    """
    match = _TURN.fullmatch(sentence.removesuffix("."))
    if match is None or len(words(match["subject"])) > 8 or _RELATIVE.search(match["subject"]):
        return ""
    rest = _CLAUSE.sub("", _NOT.sub(" ", match["rest"])).strip()
    if len(words(rest)) < 2 and rest != "forbidden":
        return ""
    aux, verb = match["aux"].removesuffix("not"), ""
    if aux in {"has to", "have to"}:
        aux, verb = ("does" if aux == "has to" else "do"), "have to "
    return f"{aux.capitalize()} {_lowered(match['subject'])} {verb}{rest}?"


def asked_for_number(sentence: str) -> str:
    """The clause of a number with 'how many' or 'how much' for it; empty without a number.

    >>> asked_for_number("Travel expenses must be submitted within 30 days of the trip.")
    'Travel expenses must be submitted within how many days of the trip?'
    """
    body = sentence.removesuffix(".")
    money, count = _MONEY.search(body), _COUNT.search(body)
    if money:
        start, end, word = money.start(), money.end(), "how much"
    elif count:
        start, end, word = count.start(), count.end(), f"how many {count['unit']}"
    else:
        return ""
    before, after = _window(body[:start], body[end:])
    if len(words(f"{before} {after}")) < LEFT_WORDS:
        return ""
    question = " ".join(f"{before} {word} {after}".split())
    return f"{question[:1].upper()}{question[1:]}?"


def with_blank(sentence: str, rarity: Rarity) -> str:
    """The clause around the rarest word, with a blank for it.

    >>> with_blank("The minibar is not reimbursed to anybody at all.", len)
    'What is missing here: “The minibar is not … to anybody at all”?'
    """
    body = sentence.removesuffix(".")
    long = [match for match in _WORD.finditer(body) if len(match.group()) >= 5]
    if not long:
        return ""
    rarest = max(long, key=lambda match: (rarity(match.group().lower()), -match.start()))
    before, after = _window(body[: rarest.start()], body[rarest.end() :])
    if len(words(f"{before} {after}")) < LEFT_WORDS:
        return ""
    return f"What is missing here: “{' '.join(f'{before} … {after}'.split())}”?"


def about_heading(heading: str, sentence: str, rarity: Rarity) -> str:
    """A question about a section that names two of a key sentence's words; empty without them.

    A heading that asks already is the question.

    >>> about_heading("2.1 How do I cancel a flight?", "", len)
    'How do I cancel a flight?'
    >>> about_heading("Hotels", "The minibar is never reimbursed to anybody.", len)
    'Hotels: what is the rule on reimbursed and anybody?'
    """
    title = heading_title(heading)
    if not 1 <= len(words(title)) <= 9:
        return ""
    if title.endswith("?") or _ASKS.match(title):
        return f"{title.removesuffix('?')}?"
    named = {word.lower() for word in words(title)}
    terms = {w.lower() for w in words(sentence) if len(w) >= 5} - named
    best = sorted((t for t in terms if rarity(t) > 0), key=lambda t: (-rarity(t), t))[:2]
    return f"{title}: what is the rule on {best[0]} and {best[1]}?" if len(best) == 2 else ""


def heading_title(heading: str) -> str:
    """A heading without its number.

    >>> heading_title("2.1  Hotels:")
    'Hotels'
    """
    return _HEADING_NUMBER.sub("", " ".join(heading.split())).rstrip(".:")


def keywords(sentence: str, rarity: Rarity) -> str:
    """The words of a sentence that somebody would type into a search box; empty below two.

    >>> keywords("Hotels of the trip must be booked by the office.", lambda w: len(w) - 3)
    'hotels trip must booked office'
    """
    found = dict.fromkeys(word.lower() for word in words(sentence) if rarity(word.lower()) > 0)
    rarest = sorted(found, key=lambda word: (-rarity(word), word))[:MOST_KEYWORDS]
    return " ".join(word for word in found if word in rarest) if len(rarest) > 1 else ""


def _window(before: str, after: str) -> tuple[str, str]:
    """The text on both sides of a gap, as far as its clause goes and not too long."""
    left = re.split(r"[;:(]\s*", before)[-1].split()
    right = re.split(r"\s*[,;:)(]", after)[0].split()
    keep = CLAUSE_WORDS - min(len(right), CLAUSE_WORDS // 2)
    return " ".join(left[-keep:]), " ".join(right[: CLAUSE_WORDS - min(len(left), keep)])


def _lowered(subject: str) -> str:
    first, _, rest = subject.partition(" ")
    name = first[1:].lower() != first[1:] or not first.isascii()
    return subject if name else f"{first.lower()} {rest}".strip()
