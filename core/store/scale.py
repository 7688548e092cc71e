"""From which size on a server is the better place for the vectors."""

from __future__ import annotations

from core.text.counting import counted

RECOMMEND_SERVER_FROM = 200_000
"""Chunks in one collection. The embedded engine compares the question with every vector, so its
time grows with their number: at 100,000 a hybrid search takes at most 28 to 39 ms of a processor
(the 95th percentile, docs/decisions/0043), at twice as many it comes near 100. A server has an
index."""


def server_advice(chunks: int) -> str:
    """What the page says about a collection of that size; nothing when it is small enough."""
    if chunks < RECOMMEND_SERVER_FROM:
        return ""
    return (
        f"This collection has {chunks:,} chunks. From {RECOMMEND_SERVER_FROM:,} on, a Qdrant "
        "server searches faster: set QDRANT_URL, and everything moves there at the next start."
    )


def place_words(chunks: int, *, server: bool) -> str:
    """Where the chunks of a collection are, and from how many on a server is recommended.

    >>> place_words(1, server=True)
    '1 chunk, on the Qdrant server.'
    """
    here = counted(chunks, "chunk")
    if server:
        return f"{here}, on the Qdrant server."
    return (
        f"{here}, in this program's own store. A Qdrant server (QDRANT_URL) is recommended "
        f"from {RECOMMEND_SERVER_FROM:,} on."
    )
