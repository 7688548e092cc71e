"""Who is let in, how much is taken, what waits, and how it ends."""

import json
import threading
from collections import deque
from contextlib import ExitStack

import httpx2
import numpy as np
import pytest
from hypothesis import given, strategies as st

from core.errors import ModelError, Overloaded
from core.models.loading import Models
from core.serve.application import ServeLimits
from core.serve.desk import Desk
from core.serve.service import Service
from tests.core.models.batching import Batching
from tests.fakes import FakeCrossEncoder, FakeEncoder
from tests.made_home import SECONDS, at_once, wait_until
from tests.serving import serving

TEXTS = {"query": "who pays", "texts": ["the company pays", "cats", "who pays"]}
DOCUMENTS = {"query": "who pays", "documents": ["cats"]}
PATHS = [("/rerank", TEXTS), ("/rerank", DOCUMENTS), ("/v1/rerank", DOCUMENTS)]
PATHS += [("/v2/rerank", DOCUMENTS), ("/v1/embeddings", {"input": "cats"})]


class Held(FakeCrossEncoder):
    """Reads when it may."""

    def __init__(self):
        super().__init__()
        self.reading, self.may = threading.Event(), threading.Event()

    def score(self, query, passages):
        """The fake's logits, later; those that warm it up at once."""
        if query != "warm up":
            self.reading.set()
            assert self.may.wait(SECONDS)
        return super().score(query, passages)


def service_of(cross_encoder=FakeCrossEncoder):
    """One on fakes."""
    return Service(Models(FakeEncoder, cross_encoder))


@pytest.mark.parametrize("body", [b"x" * 1_100_000, (b"x" * 300_000 for _ in range(4))])
def test_a_request_that_is_too_large_is_refused_in_the_shape_of_its_client(body):
    """Whether or not it says its length; the next one on the same connection is answered."""
    with serving(service_of(), ServeLimits(request_mb=1.0)) as url, httpx2.Client() as client:
        response = client.post(f"{url}/rerank", content=body)
        assert (response.status_code, response.json()["error_type"]) == (413, "Validation")
        assert client.post(f"{url}/rerank", json=TEXTS).status_code == 200


@pytest.mark.parametrize(
    ("given", "status"),
    [
        *(("", 401), ("Bearer wrong", 401), ("Bearer", 401), ("Bearer schlüssel", 200)),
        *(("schlüssel", 200), ("bearer  schlüssel", 200), ("Basic schlüssel", 401)),
    ],
)
def test_a_key_is_asked_for_everywhere_but_for_health(given, status):
    """With the word before it or without; never in the reply."""
    headers = {"authorization": given.encode()} if given else {}
    with serving(service_of(), key="schlüssel") as url:
        assert httpx2.get(f"{url}/health").json()["status"] in {"loading", "ready"}
        for path, body in PATHS:
            response = httpx2.post(url + path, json=body, headers=headers)
            assert response.status_code == status
            assert "schl" not in response.text
        for path in ("/metrics", "/openapi.json", "/docs", "/v1/models"):
            assert httpx2.get(url + path, headers=headers).status_code == status


@pytest.mark.parametrize(
    ("host", "options", "status"),
    [
        ("evil.example", {"any_host": False}, 403),
        ("evil.example:80", {"any_host": False}, 403),
        ("localhost:8600", {"any_host": False}, 200),
        ("[::1]:8600", {"any_host": False}, 200),
        ("evil.example", {"any_host": True}, 200),
    ],
)
def test_a_page_cannot_point_its_own_name_here(host, options, status):
    """On localhost and without a key only requests to localhost are answered."""
    with serving(service_of(), **options) as url:
        response = httpx2.post(f"{url}/rerank", json=TEXTS, headers={"host": host})
        assert response.status_code == status


def test_who_comes_when_too_many_wait_is_told_when_to_come_again():
    """Nobody who waits loses his place, and afterwards there is room again."""
    model, replies = Held(), []
    with serving(service_of(lambda: model), ServeLimits(waiting_texts=4)) as url:

        def ask():
            replies.append(httpx2.post(f"{url}/rerank", json=TEXTS, timeout=SECONDS))

        first = threading.Thread(target=ask)
        first.start()
        assert model.reading.wait(SECONDS)
        metrics = httpx2.get(f"{url}/metrics").text
        assert "second_look_texts_waiting 3.0" in metrics
        two = DOCUMENTS | {"documents": ["a", "b"]}
        for path, body in [("/rerank", TEXTS), ("/v1/rerank", two)]:
            response = httpx2.post(url + path, json=body)
            assert response.status_code == 429
            assert int(response.headers["retry-after"]) >= 1
        assert httpx2.post(f"{url}/rerank", json=TEXTS).json()["error_type"] == "Overloaded"
        model.may.set()
        first.join(SECONDS)
        assert [reply.status_code for reply in replies] == [200]
        assert httpx2.post(f"{url}/rerank", json=TEXTS | {"texts": ["a"] * 9}).status_code == 200
        metrics = httpx2.get(f"{url}/metrics").text
        assert 'second_look_requests_total{path="/rerank",status="429"} 2.0' in metrics
        assert 'second_look_texts_total{path="/rerank"} 12.0' in metrics


def test_what_has_begun_is_finished_when_the_server_is_told_to_stop():
    """The reply is whole; the service is closed after it."""
    model, replies, closed = Held(), [], []
    service = service_of(lambda: model)
    close = service.close
    service.close = lambda: (closed.append(len(replies)), close())
    with serving(service) as url:

        def ask():
            replies.append(httpx2.post(f"{url}/rerank", json=TEXTS, timeout=SECONDS))

        asking = threading.Thread(target=ask)
        asking.start()
        assert model.reading.wait(SECONDS)
        threading.Timer(0.5, model.may.set).start()
    asking.join(SECONDS)
    assert [reply.status_code for reply in replies] == [200]
    assert len(closed) == 1


def test_many_clients_share_batches():
    """Pairs of all that wait are read together, longest first, and everybody gets his own."""
    held = threading.Event()

    class Gathering(Batching):
        def run(self, pairs):
            assert held.wait(SECONDS)
            return super().run(pairs)

        def score(self, query, passages):
            return np.zeros(len(passages), np.float32)

    model, replies = Gathering(), {}
    service = service_of(lambda: model)
    service.models.wait()
    with serving(service) as url:

        def ask(name):
            texts = [name * size for size in (3, 40, 20)]
            body = {"query": "q", "texts": texts, "raw_scores": True}
            reply = httpx2.post(f"{url}/rerank", json=body, timeout=SECONDS).json()
            replies[name] = [item["score"] for item in reply]

        threading.Thread(
            target=lambda: (
                wait_until(
                    lambda: "second_look_texts_waiting 24.0" in httpx2.get(f"{url}/metrics").text
                ),
                held.set(),
            )
        ).start()
        at_once(ask, "abcdefgh")
    assert replies == {name: [float(ord(name))] * 3 for name in "abcdefgh"}
    assert len(model.batches) <= 3
    assert max(map(len, model.batches)) >= 21


@pytest.mark.parametrize("path", [path for path, _ in PATHS[:4]])
@pytest.mark.parametrize(
    ("failure", "status"), [("nan", 424), (ModelError("It failed."), 424), (RuntimeError("?"), 500)]
)
def test_a_model_that_fails_is_told_in_words_and_never_as_a_number(path, failure, status):
    """No NaN, no page of HTML, nothing of the program."""

    class Broken(FakeCrossEncoder):
        def score(self, query, passages):
            if query == "warm up":
                return super().score(query, passages)
            if failure == "nan":
                return np.full(len(passages), np.nan, np.float32)
            raise failure

    with serving(service_of(Broken)) as url:
        response = httpx2.post(url + path, json=DOCUMENTS | {"texts": ["a"]})
        assert response.status_code == status
        reply = json.loads(response.text, parse_constant=pytest.fail)
        assert "Traceback" not in str(reply)


def test_models_that_cannot_be_loaded_are_said_at_health():
    """So that a balancer sends nobody here."""

    def missing():
        raise ModelError("There is no model.")

    with serving(service_of(missing)) as url:
        wait_until(lambda: httpx2.get(f"{url}/health").json()["status"] == "failed")
        assert httpx2.head(f"{url}/health").status_code == 503
        response = httpx2.get(f"{url}/health")
        assert (response.status_code, response.json()["message"]) == (503, "There is no model.")
        assert httpx2.post(f"{url}/rerank", json=TEXTS).json()["error"] == "There is no model."


@given(st.lists(st.integers(1, 50), max_size=30), st.integers(1, 60))
def test_a_desk_never_lets_more_wait_than_it_has_room_for(sizes, most):
    """But one request of any size when nobody waits; every place is given back."""
    desk, taken, waits = Desk(most, clock=iter(range(10_000)).__next__), deque(), []
    for size in sizes:
        before = desk.waiting
        with ExitStack() as place:
            try:
                place.enter_context(desk.place(size))
            except Overloaded as exc:
                waits.append(exc.retry_after)
            assert (desk.waiting > before) == (not before or before + size <= most)
            taken.append(place.pop_all())
        if desk.waiting == before:  # somebody is done
            taken.popleft().close()
    while taken:
        taken.popleft().close()
    assert desk.waiting == 0
    assert all(1 <= wait <= 60 for wait in waits)
