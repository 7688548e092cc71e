"""A client for the tests of this folder."""

from __future__ import annotations

import pytest

from tests.core.evaluate.made_client import MadeClient


@pytest.fixture
def client():
    """A client with an empty file in memory."""
    made = MadeClient()
    yield made
    made.go.set()
    made.judgments.close()
