"""BM25 as sparse vectors: words of a text with their weights.

A passage carries the term-frequency part of BM25 for each of its words,

    tf * (k + 1) / (tf + k * (1 - b + b * words / AVERAGE_WORDS)),

a query the weight 1 for each of its words; the store multiplies each by

    idf = ln((n - df + 0.5) / (df + 0.5) + 1)

when it is asked, so that adding a document changes no stored vector (Robertson and Zaragoza,
"The Probabilistic Relevance Framework: BM25 and Beyond", 2009, with the idf of Lucene, which is
never negative). The tokenizer (Unicode words, in lower case), the Snowball stemmer, the stop words
and the hash from a word to its 31-bit number are Qdrant's own, so a server's BM25 inference gives
the same vectors. Two words share a number once in two thousand million pairs.
"""

from __future__ import annotations

from functools import cache
from typing import Any

K = 1.2
B = 0.75
AVERAGE_WORDS = 256.0
"""Fixed, as in Qdrant: with the true mean every new document would change all stored vectors."""
LANGUAGE = "english"


def passage_weights(text: str) -> dict[int, float]:
    """What is stored for a passage: the number of each distinct word, ascending, and its weight.

    >>> len(passage_weights("The flight, the flights and a passenger"))
    2
    """
    return _weights(_bm25().embed_document(text))


def query_weights(text: str) -> dict[int, float]:
    """What is asked: 1 for each distinct word; empty when all are stop words."""
    return _weights(_bm25().embed_query(text))


def _weights(vector: Any) -> dict[int, float]:
    return dict(sorted(zip(vector.indices, map(float, vector.values), strict=True)))


@cache
def _bm25() -> Any:
    from qdrant_edge import Bm25, Bm25Config  # noqa: PLC0415 - a native library, not needed to import us

    return Bm25(Bm25Config(k=K, b=B, avg_len=AVERAGE_WORDS, language=LANGUAGE))
