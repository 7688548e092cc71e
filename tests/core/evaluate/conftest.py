"""A client for the tests of this folder."""

import pytest

from core.evaluate.evaluations import Evaluations
from tests.core.evaluate.made_client import MadeClient


@pytest.fixture
def client():
    """A client with an empty file in memory."""
    made = MadeClient()
    yield made
    made.go.set()
    made.judgments.close()


@pytest.fixture
def evaluations(client):
    """Evaluations on the client."""
    made = Evaluations(client)
    yield made
    made.close()
