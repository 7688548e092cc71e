"""BM25 as sparse vectors: words of a text with their weights.

A passage carries the term-frequency part of BM25 for each of its words,

    tf * (k + 1) / (tf + k * (1 - b + b * words / AVERAGE_WORDS)),

a query the weight 1 for each of its words; the store multiplies each by

    idf = ln((n - df + 0.5) / (df + 0.5) + 1)

when it is asked, so that adding a document changes no stored vector (Robertson and Zaragoza,
"The Probabilistic Relevance Framework: BM25 and Beyond", 2009, with the idf of Lucene, which is
never negative). The tokenizer (Unicode words in lower case, accents folded), the Snowball stemmer,
the stop words and the hash from a word to its 31-bit number are Qdrant's own, so a server's BM25
inference gives the same vectors for ``as_words`` of a text. Two words share a number once in two
thousand million pairs.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import pairwise
from typing import Any

from core.text.words import UNSPACED, is_shouted

K = 1.2
B = 0.75
AVERAGE_WORDS = 256.0
"""Fixed, as in Qdrant: with the true mean every new document would change all stored vectors."""
LANGUAGE = "english"
_POWER = re.compile("(?<=[0-9])(?=[⁰¹²³⁴-⁹₀-₉])")
_AMPERSAND = re.compile(r"\b(\w{1,4})&(?=\w{1,4}\b)")
_SIGNED = re.compile(r"\b(\w+)(\+\+|#)")
_NUMBER = re.compile(r"\b\d+(?:[.,:/-]\d+)+\b")
# Capitals that are a stop word in small letters: IT, WHO, US; a letter that names one of a kind:
# vitamin D, plan A, type I, but not the article and the pronoun.
_CAPITALS = re.compile(r"\b(?:[A-Z]{2,}|[B-HJ-Z]|(?<=\w )[AI](?!\s+[^\W\d]|['’\w]))\b")
_LETTERS_ALONE = re.compile(rf"{UNSPACED}{{2,}}")


def passage_weights(text: str) -> dict[int, float]:
    """What is stored for a passage: the number of each distinct word, ascending, and its weight.

    >>> len(passage_weights("The flight, the flights and a passenger"))
    2
    """
    return _weights(_bm25().embed_document(as_words(text)))


def query_weights(text: str) -> dict[int, float]:
    """What is asked: 1 for each distinct word; empty when all are stop words."""
    return _weights(_bm25().embed_query(as_words(text)))


def as_words(text: str) -> str:
    """A text as the tokenizer should see it, so that what it would lose or mix up can be found.

    Compatible letters are one (NFKC, but no power becomes part of its number). Capitals that
    are a stop word in small letters, C++, C# and AT&T become words of their own, a number like
    3.5 is also one word, and scripts without spaces are cut into pairs of letters.

    >>> as_words("H₂SO₄ by IT in C++, gate 3.5")
    'H2SO4 by capsIT in Cplusplus, gate 3.5 num3x5'
    """
    plain = unicodedata.normalize("NFKC", _POWER.sub(" ", text))
    plain = _AMPERSAND.sub(r"\1and", plain)
    plain = _SIGNED.sub(lambda m: m[1] + ("sharp" if m[2] == "#" else "plusplus"), plain)
    plain = _NUMBER.sub(lambda m: f"{m[0]} num{re.sub(r'[^0-9]', 'x', m[0])}", plain)
    plain = _LETTERS_ALONE.sub(lambda m: " ".join(map("".join, pairwise(m[0]))), plain)
    lines = plain.split("\n")
    return "\n".join(line if is_shouted(line) else _CAPITALS.sub(_kept, line) for line in lines)


def _kept(match: re.Match[str]) -> str:
    word = match.group()
    return f"caps{word}" if _is_stop_word(word.lower()) else word


@cache
def _is_stop_word(word: str) -> bool:
    return not _bm25().embed_query(word).indices


def _weights(vector: Any) -> dict[int, float]:
    return dict(sorted(zip(vector.indices, map(float, vector.values), strict=True)))


@cache
def _bm25() -> Any:
    from qdrant_edge import Bm25, Bm25Config  # noqa: PLC0415 - a native library, not needed to import us

    return Bm25(Bm25Config(k=K, b=B, avg_len=AVERAGE_WORDS, language=LANGUAGE, ascii_folding=True))
