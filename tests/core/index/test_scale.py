"""From which size on a server is recommended."""

from __future__ import annotations

from core.index.scale import RECOMMEND_SERVER_FROM, server_advice


def test_only_large_collections_get_advice():
    """It names the size and the setting; below the border nothing is said."""
    assert server_advice(RECOMMEND_SERVER_FROM - 1) == ""
    assert "QDRANT_URL" in server_advice(RECOMMEND_SERVER_FROM)
    assert "200,000 chunks" in server_advice(RECOMMEND_SERVER_FROM)
