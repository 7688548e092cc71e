"""A local server of rerankers and encoders, in every shape, that fails on demand.

Scores are the share of the question's words that stand in the passage; vectors are those of
``tests.fakes.FakeEncoder``.
"""

import contextlib
import json
import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from tests.fakes import FakeEncoder, words
from tests.scripted_server import Script, ScriptedHandler, ScriptedServer, running


def share(query: str, passage: str) -> float:
    """Of the question's words, how many stand in the passage (0 to 1)."""
    asked = set(words(query))
    return len(asked & set(words(passage))) / max(1, len(asked))


def tei(body: dict[str, Any]) -> Any:
    """Text Embeddings Inference: best first, logits when raw scores are wanted."""
    shares = [share(body["query"], text) for text in body["texts"]]
    scores = [8 * s - 4 for s in shares] if body["raw_scores"] else shares
    found = [{"index": i, "score": s} for i, s in enumerate(scores)]
    return sorted(found, key=lambda item: -item["score"])


def cohere(body: dict[str, Any]) -> Any:
    """Infinity, Jina and Cohere: best first, probabilities."""
    shares = [share(body["query"], text) for text in body["documents"]]
    found = [{"index": i, "relevance_score": s} for i, s in enumerate(shares)]
    found = sorted(found, key=lambda item: -item["relevance_score"])[: body["top_n"]]
    return {"id": "x", "results": found, "usage": {"total_tokens": 1}}


def openai(body: dict[str, Any]) -> Any:
    """/v1/embeddings; the vectors are longer than 1, and the last comes first."""
    made = (3 * FakeEncoder().encode(body["input"])).tolist()
    data = [{"object": "embedding", "index": i, "embedding": v} for i, v in enumerate(made)]
    return {"object": "list", "data": data[::-1], "model": body["model"]}


PATHS = {"/rerank": tei, "/v1/rerank": cohere, "/v1/embeddings": openai}


@dataclass
class ModelScript(Script):
    """What goes wrong, how often, and where a redirect leads.

    ``model`` is the name that it gives itself; more than ``most`` texts have the ``refusal``.
    """

    times: int = 1_000_000
    elsewhere: str = "http://127.0.0.1:9/"
    model: str = ""
    most: int = 1_000_000
    refusal: tuple[int, bytes] = (413, b"{}")


class _Handler(ScriptedHandler):
    server: "ModelServer"

    @property
    def script(self) -> ModelScript:
        """What goes wrong."""
        return self.server.script

    def play(self, body: dict[str, Any]) -> None:
        """Reply, or fail as the script says."""
        if self.path not in PATHS:
            self.reply(404, b"{}")
            return
        fails = self.script.times > 0
        self.script.times -= 1
        scenario = SCENARIOS[self.script.scenario if fails else "normal"]
        texts = next(body[name] for name in ("texts", "documents", "input") if name in body)
        if len(texts) > self.script.most:
            self.reply(*self.script.refusal)
            return
        made = PATHS[self.path](body)
        if self.script.model:
            made["model"] = self.script.model
        with contextlib.suppress(OSError):
            scenario(self, made)


Scenario = Callable[[_Handler, Any], None]


def _items(reply: Any) -> list[Any]:
    """The list inside a reply of any shape."""
    return reply if isinstance(reply, list) else reply.get("results") or reply["data"]


def _normal(handler: _Handler, reply: Any) -> None:
    handler.reply(200, json.dumps(reply).encode())


def _status(status: int, **headers: str) -> Scenario:
    return lambda handler, _: handler.reply(status, b'{"error": "no"}', **headers)


def _echo(handler: _Handler, _: Any) -> None:
    """The worst server: repeats the key."""
    handler.reply(400, handler.headers.get("authorization", "").encode())


def _redirect(handler: _Handler, _: Any) -> None:
    handler.reply(307, b"", location=handler.script.elsewhere)


def _hang(handler: _Handler, _: Any) -> None:
    handler.script.stopping.wait(60)


def _drip(handler: _Handler, _: Any) -> None:
    """Never silent for long, never done."""
    handler.send_response(200)
    handler.send_header("content-length", "100000")
    handler.end_headers()
    while not handler.script.stopping.wait(0.05):
        handler.wfile.write(b" ")


def _cut(handler: _Handler, _: Any) -> None:
    handler.send_response(200)
    handler.send_header("content-length", "100000")
    handler.end_headers()
    handler.wfile.write(b"[")
    handler.close_connection = True


def _changed(change: Callable[[list[Any]], object]) -> Scenario:
    """A good reply but for one thing."""

    def play(handler: _Handler, reply: Any) -> None:
        change(_items(reply))
        _normal(handler, reply)

    return play


def _first_is(value: Any, vector: Any = None) -> Scenario:
    """The first score is this; the first vector too, or its own value."""

    def put(items: list[Any]) -> None:
        name = next(n for n in ("score", "relevance_score", "embedding") if n in items[0])
        items[0][name] = vector if vector and name == "embedding" else value

    return _changed(put)


def _sigmoid(handler: _Handler, reply: Any) -> None:
    """Probabilities, whatever was asked for."""
    for item in _items(reply):
        item["score"] = 1 / (1 + math.exp(-item["score"]))
    _normal(handler, reply)


def _page(handler: _Handler, _: Any) -> None:
    handler.reply(200, b"<html>Welcome</html>")


def _huge(handler: _Handler, _: Any) -> None:
    handler.reply(200, b" " * (65 * 1024 * 1024))


SCENARIOS: dict[str, Scenario] = {
    "normal": _normal,
    "unauthorized": _status(401),
    "not_found": _status(404),
    "too_large": _status(413),
    "not_understood": _status(422),
    "rate_limited": _status(429, retry_after="0"),
    "server_error": _status(500),
    "busy": _status(503, retry_after="0"),
    "echo": _echo,
    "redirect": _redirect,
    "hang": _hang,
    "drip": _drip,
    "cut": _cut,
    "too_few": _changed(list.pop),
    "twice": _changed(lambda items: [item.update(index=0) for item in items]),
    "nan": _first_is(math.nan, [math.nan] * 64),
    "words": _first_is("high"),
    "above_one": _first_is(1.5),
    "sigmoid": _sigmoid,
    "page": _page,
    "huge": _huge,
}


class ModelServer(ScriptedServer):
    """The server with its script; ``url`` is its address without a path."""

    script: ModelScript

    def __init__(self, scenario: str = "normal", port: int = 0) -> None:
        super().__init__(_Handler, ModelScript(scenario), port)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what some tests are about."""


def serving(scenario: str = "normal") -> AbstractContextManager[ModelServer]:
    """A running server, gone at the end of the block."""
    return running(ModelServer(scenario))
