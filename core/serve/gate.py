"""Before every request: who asks, for how much, and what is counted of it."""

from __future__ import annotations

import hmac
import json
import logging
import time
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.serve.desk import Desk
from core.serve.refusals import Refusal, shape_of

OPEN_TO_ALL = {"/health"}
LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "::1"}
log = logging.getLogger(__name__)


class ServeFigures:
    """What Prometheus reads; a registry of its own for each server."""

    def __init__(self, desk: Desk) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "second_look_requests",
            "Requests by path and status.",
            ["path", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "second_look_request_seconds", "Time of a request.", ["path"], registry=self.registry
        )
        self.texts = Counter(
            "second_look_texts", "Texts that were read, by path.", ["path"], registry=self.registry
        )
        waiting = Gauge(
            "second_look_texts_waiting", "Texts that wait or are read now.", registry=self.registry
        )
        waiting.set_function(lambda: desk.waiting)


class Gate:
    """ASGI middleware: key, host and size are looked at before anything is parsed.

    Args:
        app: who answers.
        figures: what is counted.
        key: what clients must send as ``Authorization: Bearer KEY`` (or the key alone); "" for
            no key.
        hosts: names that a request may be sent to, None for any. A web page of somebody else can
            let its own name point to this machine; without this it could read the answers.
        most_bytes: of a request's body.
    """

    def __init__(
        self,
        app: ASGIApp,
        figures: ServeFigures,
        key: str,
        hosts: frozenset[str] | None,
        most_bytes: int,
    ) -> None:
        self._app, self._figures = app, figures
        self._key, self._hosts, self._most = key.encode(), hosts, most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 500

        async def counted_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            body, refusal = await self._body(receive)
            refusal = self._turned_away(scope) or refusal
            if refusal is not None:
                await refuse(refusal, scope["path"], counted_send)
            else:
                await self._app(scope, _replayed(body, receive), counted_send)
        finally:
            path = getattr(scope.get("route"), "path", "other")
            self._figures.requests.labels(path, status).inc()
            self._figures.seconds.labels(path).observe(time.perf_counter() - begun)

    def _turned_away(self, scope: Scope) -> Refusal | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "").rpartition("@")[2]
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        # without a name: no browser, but the health check of a balancer (HTTP/1.0)
        if self._hosts is not None and name and name.lower() not in self._hosts:
            return Refusal(
                403,
                "Validation",
                f"This server answers requests to {', '.join(sorted(self._hosts))} only. Set "
                "SECOND_LOOK_SERVE_KEY to let it answer to other names.",
            )
        if not self._key or scope["path"] in OPEN_TO_ALL:
            return None
        given = headers.get("authorization", "").encode("latin-1")  # the bytes as they came
        kind, _, rest = given.partition(b" ")
        given = rest.strip() if kind.lower() == b"bearer" else given
        if hmac.compare_digest(given, self._key):
            return None
        return Refusal(401, "Validation", "The API key is missing or is not the right one.")

    async def _body(self, receive: Receive) -> tuple[bytes, Refusal | None]:
        """The whole body, or why not: clients write all before they read, so it is read anyway."""
        body, size = bytearray(), 0
        while True:
            message = await receive()
            piece = message.get("body", b"")
            size += len(piece)
            if size <= self._most:
                body += piece
            if not message.get("more_body", False) or size > 8 * self._most:
                break
        if size <= self._most:
            return bytes(body), None
        limit = f"A request may have {self._most / 1e6:g} MB."
        return b"", Refusal(413, "Validation", f"{limit} Send it in parts.")


async def refuse(refusal: Refusal, path: str, send: Send, body: object = None) -> None:
    """Send a refusal in the shape of who asks; some clients hide it, so it is logged too."""
    log.warning("%s refused with %s: %s", ascii(path), refusal.status, refusal.message)
    content = json.dumps(refusal.body(shape_of(path, body)), allow_nan=False).encode()
    headers = refusal.headers | {
        "content-type": "application/json",
        "content-length": str(len(content)),
    }
    raw: list[Any] = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": refusal.status, "headers": raw})
    await send({"type": "http.response.body", "body": content})


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives the body once, then what really comes."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
