"""Which passages an answer cites, checked in code: a model's word is not taken for it."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.answer.wording import best_sentence, words_lacking
from core.schema import AnswerSentence, Chunk, Citation, Span
from core.text.pages import page_words
from core.text.sentences import sentence_spans
from core.text.words import WORD

PageAt = Callable[[Chunk, int], int]
HIGHEST_NUMBER = 999_999_999

_DIGITS = r"(?:\d+|[¹²³⁰⁴-⁹]+|[①-⑳])"
_DASH = r"\s?[-‐‑–—−~]\s?"
_PART = rf"[-−+]?{_DIGITS}(?:{_DASH}{_DIGITS})?"
_BETWEEN = r"\s?(?:[,;/&+、，；]|and)\s?"
_NAME = (
    r"(?:(?:passages?|sources?|documents?|docs?\.?|citations?|cite|ref(?:erence)?s?\.?|no\.)"
    r"\s?:?\s?)?[#^]?"
)
_PAGES = rf"[,:]?\s?\b(?:pp?\.?|pages?|S\.|Seiten?)\s?{_DIGITS}(?:{_DASH}{_DIGITS})?"
_ONE = rf"{_NAME}{_PART}(?:{_PAGES})?"
_LIST = rf"\s?{_ONE}(?:{_BETWEEN}{_ONE}){{0,99}}\s?"
_BRACKET = re.compile(
    rf"\\?\[(?P<plain>{_LIST})\\?\]"
    rf"|［(?P<wide>{_LIST})］"
    rf"|【(?P<lens>{_LIST})(?:†[^【】\n]{{0,60}})?】",
    re.IGNORECASE,
)
_PAGES_TOLD = re.compile(_PAGES, re.IGNORECASE)
_LINK_TARGET = re.compile(r"\([^\s()]*\)")
_CODE = re.compile(r"(?P<fence>```|~~~).*?(?:(?P=fence)|\Z)|`[^`\n]+`", re.DOTALL)
_WORD = re.compile(r"\w")
_LEAD = 80  # characters before a bracket in which its last words are looked for
_LEFT_OVER = re.compile(r"[.,;:!?…]+(?=\s|\Z)\s*")
_RANGE = re.compile(rf"(?P<low>[-−+]?{_DIGITS})(?:{_DASH}(?P<high>{_DIGITS}))?")


@dataclass(frozen=True, slots=True)
class Bracket:
    """One pair of citation brackets: where it stands, and its numbers in order, without repeats."""

    span: Span
    numbers: tuple[int, ...]


def _number(token: str) -> int:
    """The value of digits of any script, '³' and '⑫' too, capped so that it stays a number."""
    sign = -1 if token[0] in "-−" else 1
    digits = unicodedata.normalize("NFKC", token.lstrip("-−+"))
    plain = "".join(str(unicodedata.decimal(character)) for character in digits).lstrip("0")
    return sign * (int(plain or "0") if len(plain) < 10 else HIGHEST_NUMBER)


def _numbers(body: str, passages: int) -> tuple[int, ...]:
    """All numbers of a bracket; of a range its two ends and, of what is between, what exists."""
    numbers: list[int] = []
    for match in _RANGE.finditer(_PAGES_TOLD.sub("", body)):
        low, high = sorted((_number(match["low"]), _number(match["high"] or match["low"])))
        numbers += sorted({low, high, *range(max(low, 1), min(high, passages) + 1)})
    return tuple(dict.fromkeys(numbers))


def _is_link(text: str, match: re.Match[str]) -> bool:
    """Whether a bracket is the text of a markdown link, or opens a link's definition."""
    if _LINK_TARGET.match(text, match.end()):
        return True
    opens_line = not text[text.rfind("\n", 0, match.start()) + 1 : match.start()].strip()
    return opens_line and text.startswith(":", match.end())


def find_brackets(text: str, passages: int) -> tuple[Bracket, ...]:
    """Every citation bracket of ``text``, in order.

    A citation is a number, list or range in square brackets, also escaped, full-width or in the
    lens brackets that some models write: ``[1]``, ``[1, 2]``, ``[2-4]``, ``[Document 3]``,
    ``[cite: 1]``, ``[1, p. 3]``, ``[^1]``, ``[１]``, ``【2†source】``. Not citations: links
    and definitions, images, and anything inside code. A range far beyond the ``passages`` that
    exist is not spelled out: of ``[2-900]`` with five passages stay 2, 3, 4, 5 and 900.
    """
    prose = _CODE.sub(lambda match: " " * len(match.group()), text)
    return tuple(
        Bracket(
            Span(*match.span()),
            _numbers(match["plain"] or match["wide"] or match["lens"], passages),
        )
        for match in _BRACKET.finditer(prose)
        if not _is_link(prose, match)
    )


def _own_brackets(text: str, passages: Sequence[Chunk]) -> tuple[Bracket, ...]:
    """The brackets of an answer but those that it copies from a passage: a paper's own [3].

    One is copied when the words before it stand before the same bracket in a passage, and not in
    a passage that it would cite.
    """
    copied = {led for chunk in passages for led in _led(chunk.text, find_brackets(chunk.text, 0))}
    brackets = find_brackets(text, len(passages))
    own = []
    for bracket, led in zip(brackets, _led(text, find_brackets(text, 0)), strict=True):
        cited = [passages[n - 1].text for n in bracket.numbers if 1 <= n <= len(passages)]
        if led not in copied or any(_holds(passage, led[0]) for passage in cited):
            own.append(bracket)
    return tuple(own)


def _led(text: str, brackets: Sequence[Bracket]) -> list[tuple[tuple[str, ...], tuple[int, ...]]]:
    """Each bracket with the last three words before it, whatever brackets stand between."""
    bare = _BRACKET.sub(lambda match: " " * len(match.group()), text)
    before = (bare[max(0, b.span.start - _LEAD) : b.span.start] for b in brackets)
    words = (tuple(w.casefold() for w in WORD.findall(part)[-3:]) for part in before)
    return [(led, b.numbers) for led, b in zip(words, brackets, strict=True)]


def _holds(text: str, words: tuple[str, ...]) -> bool:
    return " ".join(words) in " ".join(WORD.findall(text.casefold()))


def first_page(chunk: Chunk, offset: int) -> int:
    """The page a chunk begins on: exact for every chunk that does not cross a page border."""
    return chunk.first_page


def _cite(
    number: int, where: Span, claim: str, passages: Sequence[Chunk], page_at: PageAt
) -> Citation:
    if not 1 <= number <= len(passages):
        return Citation(number, where, None, None, None, verified=False)
    chunk = passages[number - 1]
    quote = best_sentence(claim, chunk.text)
    page = page_at(chunk, quote.start if quote else 0)
    said = page_words(chunk, page)
    return Citation(number, where, chunk.id, page, quote, verified=True, where=said)


def _worded(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans that hold a word; a stop that a mark was cut from returns to its sentence."""
    kept: list[Span] = []
    for span in spans:
        stop = _LEFT_OVER.match(text, span.start, span.end) if kept else None
        start = stop.end() if stop else span.start
        if stop:
            kept[-1] = Span(kept[-1].start, span.start + len(stop.group().rstrip()))
        if _WORD.search(text, start, span.end) or not kept:
            kept.append(Span(start, span.end))
        else:
            kept[-1] = Span(kept[-1].start, span.end)
    return kept


def _backs_next(text: str, mark: Span, before: Span, after: Span, own_mark: bool) -> bool:
    """Whether a mark between two sentences belongs to the second.

    It does when it opens the second one's line, and in one line with both when the first has
    a mark of its own inside or the second goes on in small letters ('[1] says a. [2] says b.').
    """
    if "\n" in text[mark.end : after.start]:
        return False
    return own_mark or text[after.start].islower() or "\n" in text[before.end : mark.start]


def _owner(text: str, mark: Span, spans: Sequence[Span], inside: Sequence[bool]) -> int:
    """Which of the spans a mark backs: the one it stands in, else a neighbour."""
    index = bisect_right(spans, mark.start, key=lambda span: span.start) - 1
    if index < 0 or mark.start < spans[index].end or index + 1 == len(spans):
        return max(index, 0)
    before, after = spans[index], spans[index + 1]
    return index + _backs_next(text, mark, before, after, inside[index])


def claim_spans(text: str, marks: Sequence[Span]) -> tuple[Span, ...]:
    """Sentences of an answer: in order, inside the text, disjoint, and holding every mark.

    The text is split as if the marks were not there, then each mark joins the sentence it
    stands in; one behind a full stop joins the sentence before it. ``marks`` are in order.

    >>> text = "It is so. [1] The rest is not. [2]"
    >>> [text[s.start:s.end] for s in claim_spans(text, [Span(10, 13), Span(31, 34)])]
    ['It is so. [1]', 'The rest is not. [2]']
    """
    bare = text
    for mark in marks:
        bare = bare[: mark.start] + " " * (mark.end - mark.start) + bare[mark.end :]
    spans = _worded(bare, sentence_spans(bare))
    if not spans:
        return (Span(marks[0].start, marks[-1].end),) if marks else ()
    starts = [span.start for span in spans]
    inside = [False] * len(spans)
    for mark in marks:
        index = bisect_right(starts, mark.start) - 1
        inside[index] |= index >= 0 and mark.start < spans[index].end
    for mark in marks:
        owner = _owner(text, mark, spans, inside)
        span = spans[owner]
        spans[owner] = Span(min(span.start, mark.start), max(span.end, mark.end))
    return tuple(spans)


def _claim(text: str, sentence: Span, brackets: Sequence[Bracket]) -> str:
    """The words of a sentence without its citation marks."""
    words, position = [], sentence.start
    for bracket in brackets:
        words.append(text[position : bracket.span.start])
        position = bracket.span.end
    return " ".join([*words, text[position : sentence.end]])


def check_citations(
    text: str, passages: Sequence[Chunk], page_at: PageAt = first_page
) -> tuple[tuple[Citation, ...], tuple[AnswerSentence, ...]]:
    """The citations of an answer and its sentences, each with its verdict.

    Args:
        text: the answer, as it will be shown; every span returned lies inside it.
        passages: what was supplied, the first is number 1.
        page_at: page (from 1) of a character offset into a chunk's own text; by default the
            page the chunk begins on.

    Returns:
        The citations in order of appearance, one for each number of a bracket (numbers of one
        bracket share its span); a number without a passage is kept, with ``verified`` False.
        The sentences in order; a citation behind the full stop belongs to the sentence before.

    ``verified`` says that the passage exists, not that it proves the sentence: the quote is
    where the two share most words, for a person to look at, and a sentence names the words that
    its passages lack where that is a number or most of them.
    """
    brackets = _own_brackets(text, passages)
    citations: list[Citation] = []
    sentences: list[AnswerSentence] = []
    starts = [bracket.span.start for bracket in brackets]
    for span in claim_spans(text, [bracket.span for bracket in brackets]):
        mine = brackets[bisect_left(starts, span.start) : bisect_left(starts, span.end)]
        claim = _claim(text, span, mine)
        cited = [_cite(n, b.span, claim, passages, page_at) for b in mine for n in b.numbers]
        citations.extend(cited)
        verified = [passages[c.number - 1].passage for c in cited if c.verified]
        lacking = words_lacking(claim, verified) if verified else ()
        sentences.append(AnswerSentence(span, bool(verified), lacking))
    return tuple(citations), tuple(sentences)
