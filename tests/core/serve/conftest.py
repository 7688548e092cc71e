"""One server on fakes for the models, for all tests that ask it in somebody's shape."""

import json

import httpx2
import pytest

from core.models.loading import Models
from core.serve.service import Service
from tests.fakes import FakeCrossEncoder, FakeEncoder
from tests.serving import serving


@pytest.fixture(scope="session")
def address():
    """Of the server on fakes, without collections."""
    service = Service(Models(FakeEncoder, FakeCrossEncoder), why_alone="It is a test.")
    with serving(service) as url:
        yield url


@pytest.fixture(scope="session")
def post(address):
    """Posts JSON to a path of it; gives the response."""
    with httpx2.Client(base_url=address, timeout=60) as client:
        yield lambda path, body, **headers: client.post(
            path,
            content=json.dumps(body),  # in ASCII: half a character can be sent too
            headers={"content-type": "application/json"} | headers,
        )
