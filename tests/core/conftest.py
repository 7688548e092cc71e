"""What several tests of the stores need."""

import pytest

from tests.qdrant_server import QdrantServer


@pytest.fixture
def server():
    """A small server that speaks Qdrant's protocol."""
    made = QdrantServer()
    yield made
    made.stop()
