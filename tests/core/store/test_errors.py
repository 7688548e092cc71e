"""What a Qdrant server says becomes a sentence about what is wrong."""

import json

import pytest
from httpx import Headers
from qdrant_client.http.exceptions import UnexpectedResponse

from core.errors import StoreDamaged, StoreError, StoreUnavailable
from core.store.errors import server_errors

LENGTHS = "Wrong input: Vector dimension error: expected dim: 384, got 768"


def raised(status, words):
    """The error of a store call that a server answered so."""
    content = json.dumps({"status": words, "time": 0.0}).encode()
    with pytest.raises(StoreError) as caught, server_errors("search"):
        raise UnexpectedResponse(status, "", content, Headers())
    return caught.value


def test_vectors_of_another_length_are_called_that():
    """The server's numbers, and what to do; it is not 'unavailable'."""
    error = raised(400, {"error": LENGTHS})
    assert isinstance(error, StoreDamaged)
    assert "a different length" in error.message
    assert "expected dim: 384, got 768" in error.message
    assert "another encoder" in error.advice


def test_other_refusals_keep_the_words_of_the_server():
    """At most 300 characters of them."""
    error = raised(507, {"error": "no space " * 100})
    assert isinstance(error, StoreUnavailable)
    assert "HTTP 507" in error.message
    assert "no space no space" in error.message
    assert len(error.message) < 400


@pytest.mark.parametrize("words", ["ok", None, ["error"], {"other": 1}])
def test_an_answer_without_words_is_named_by_its_number(words):
    """A proxy's page, or another form: the status alone."""
    assert raised(500, words).message == "The Qdrant server answered HTTP 500: could not search."
