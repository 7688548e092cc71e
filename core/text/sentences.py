"""Sentences of a text or a chunk, as spans.

The splitting is sentencex's (Wikimedia). It knows the abbreviations of one language at a time and
few of an office's or a law's, so a piece is joined again where its stop was no full stop: before a
small letter, and behind the English, German and French abbreviations below, chosen after Moses'
``nonbreaking_prefixes`` (whose NUMERIC_ONLY is ``_NUMBERED`` here) and pySBD's lists (decision 14).
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from core.schema import Chunk, Span


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLOCK = re.compile(r"[^\n]+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_NEVER_LAST = _words(
    """
    abb abk abschn abt allg amtl anl anm approx apt attn aufl avg bes betr bez bldg blvd bsp bspw
    bzgl bzw ca cert cf dept dgl dia diam dipl durchschn ebd ehem eigtl einschl entspr env eq eqs
    etw evtl excl exkl fa figs gegr gem ggf ggü hrsg hwy ill incl inkl insb insbes insg intl jew kap
    kath lfd lt max mfr min mind mio misc mrd mtl natl nrn orig par paras pkt pp proc qty rd ref
    resp rev réf schriftl secs sects sog std subsec tel temp trad tägl tél univ urspr verf versch
    vgl viz vols vorm vs wg zit zus zw zzgl zzt éd éq évtl
    """
)
_TITLES = _words(  # with a capital, before a name
    """
    Adm Capt Col Cpt Dr Fr Gen Gov Hon Hr Hrn Ing Lt Maj Me Messrs Mgr Mlle Mme Mr Mrs Ms Prof Rep
    Sen Sgt St Ste
    """
)
_NUMBERED = _words(
    """
    abs acct anh app apr art aug b bd cap ch chap col dec dez ed ex ext feb fig fn jan jul jun kap
    mar no nos nov nr nrs oct okt op para pl pos prop pt rm s sec sect sep sept st str tab tit vol
    ziff
    """
)
_LAST = re.compile(r"([^\W\d_]+)\.\Z")
_A_NUMBER = re.compile(r"[\d§]|[IVXLC]{2,}\b|[A-Z]\b(?! [a-z])")
_ORDINAL = re.compile(r"\b(?:d(?:er|ie|as|em|en|es)|im) \d{1,2}\.\Z", re.IGNORECASE)
_OF_TIME = re.compile(r"(?:J(?:an|un|ul|ahr|h)|Feb|März|Apr|Mai|Aug|Sept|Okt|Nov|Dez)|\w+tag\b")
_VOWEL = re.compile(r"[aeiouyäöüàâéèêîôû]", re.IGNORECASE)


def _goes_on(before: str, after: str, no_capitals: bool) -> bool:
    """Whether the stop at the end of one piece is no full stop: the next belongs to it."""
    if not before.endswith(".") or before[-2:-1] in {".", " "}:  # a citation mark was cut out
        return False
    if after[:1].islower():
        return not after[1:2].isupper() and not no_capitals
    if after[:1] == "-":
        return after[1:2].isalpha()
    if before[-2:-1].isdigit():
        ordinal = _ORDINAL.search(before) and after[:1].isupper()
        return bool(ordinal or _OF_TIME.match(after))
    last = _LAST.search(before)
    if last is None:
        return False
    word = last[1]
    numbered = word.casefold() in _NUMBERED or word.endswith("str") or not _VOWEL.search(word)
    return (
        word.casefold() in _NEVER_LAST
        or (word in _TITLES and after[:1].isupper())
        or (numbered and bool(_A_NUMBER.match(after)))
    )


def _merge_fragments(pieces: list[str]) -> list[str]:
    """Glue a lone list number or bullet ('1. ') to what follows it, and a sentence to its rest."""
    merged: list[str] = []
    no_capitals = "".join(pieces).islower()  # then a small letter says nothing
    lone = False  # of what was glued so far, not searched again for each of 100,000 marks
    for piece in pieces:
        rest = bool(merged) and _goes_on(merged[-1][-40:].rstrip(), piece.lstrip(), no_capitals)
        if lone or rest:
            merged[-1] += piece
        else:
            merged.append(piece)
        lone = (lone or not rest) and not _WORD.search(piece)
    return merged


@lru_cache(maxsize=4096)
def sentence_spans(text: str) -> tuple[Span, ...]:
    """Spans of the sentences of ``text``, in order, without surrounding space.

    A line break always ends a sentence: in document text it separates blocks (paragraphs, list
    items, headings). The spans do not overlap, and leave out nothing but white space.

    >>> [(s.start, s.end) for s in sentence_spans("One is here. Two is there.")]
    [(0, 12), (13, 26)]
    """
    import sentencex  # noqa: PLC0415 - 0.1 s that `import core` should not pay

    spans: list[Span] = []
    for block in _BLOCK.finditer(text):
        position = block.start()
        for piece in _merge_fragments(sentencex.segment("en", block.group())):
            body = piece.strip()
            if body:
                start = position + piece.index(body)
                spans.append(Span(start, start + len(body)))
            position += len(piece)
    return tuple(spans)


def without(text: str, span: Span) -> str:
    """A text without one part; one space stands where it was.

    >>> without("One. Two. Three.", Span(5, 9))
    'One. Three.'
    """
    parts = (text[: span.start].rstrip(), text[span.end :].lstrip())
    return " ".join(part for part in parts if part)


def without_sentence(chunk: Chunk, span: Span) -> str:
    """The chunk's passage with a sentence left out; empty when it has nothing else, no heading."""
    return replace(chunk, text=without(chunk.text, span)).passage.strip()
