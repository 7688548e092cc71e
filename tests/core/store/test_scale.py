"""From which size on a server is recommended."""

from __future__ import annotations

from core.store.scale import RECOMMEND_SERVER_FROM, place_words, server_advice


def test_only_large_collections_get_advice():
    """It names the size and the setting; below the border nothing is said."""
    assert server_advice(RECOMMEND_SERVER_FROM - 1) == ""
    assert "QDRANT_URL" in server_advice(RECOMMEND_SERVER_FROM)
    assert "200,000 chunks" in server_advice(RECOMMEND_SERVER_FROM)


def test_every_collection_is_told_from_which_size_on():
    """Before it is too late; on a server there is nothing to recommend."""
    words = place_words(1206, server=False)
    assert words.startswith("1,206 chunks, in this program's own store.")
    assert "QDRANT_URL" in words
    assert "from 200,000 on" in words
    assert place_words(2, server=True) == "2 chunks, on the Qdrant server."
