"""A Qdrant server on the loopback, for tests: real requests, an embedded store behind them.

``mood`` makes it misbehave: ``fine``, ``slow`` (no answer before ``cheer_up``), ``refusing``
(HTTP 401 whatever the key) or ``broken`` (HTTP 500).
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from qdrant_client import QdrantClient, models

Mood = Literal["fine", "slow", "refusing", "broken"]
PATIENCE = 60.0


class QdrantServer:
    """Listens on a free port, or on ``port``; speaks the part of the protocol that we use."""

    def __init__(self, port: int = 0) -> None:
        self.mood: Mood = "fine"
        self.requests = 0
        self._store = QdrantClient(location=":memory:")
        self._lock = threading.Lock()
        self._cheered = threading.Event()
        self._http: ThreadingHTTPServer
        self.port = port
        self.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen; the collections of before are still there."""
        self._http = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        self.port = self._http.server_port
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Go down: connections are refused."""
        self.cheer_up()
        self._http.shutdown()
        self._http.server_close()

    def cheer_up(self) -> None:
        """Be fine again, and let go whoever hangs."""
        self.mood = "fine"
        self._cheered.set()

    def sulk(self, mood: Mood) -> None:
        """Misbehave from now on."""
        self._cheered.clear()
        self.mood = mood

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        """HTTP status and result of a request."""
        self.requests += 1
        if self.mood == "slow":
            self._cheered.wait(PATIENCE)
        if self.mood == "refusing":
            return 401, "Must provide an API key or an Authorization bearer token"
        if self.mood == "broken":
            return 500, "Service internal error"
        with self._lock:
            try:
                return 200, self._result(method, path.strip("/").split("/"), body)
            except (ValueError, KeyError) as exc:
                return (404 if "not found" in str(exc) else 400), str(exc)

    def _result(self, method: str, parts: list[str], body: dict[str, Any]) -> Any:
        if parts == ["aliases"]:
            return self._store.get_aliases()
        return _result(self._store, method, parts[1:], body)


def _result(store: Any, method: str, parts: list[str], body: dict[str, Any]) -> Any:
    """What the embedded store makes of a request."""
    if parts == ["aliases"]:
        return _alias(store, body)
    name, what = (parts or [""])[0], "/".join(parts[1:])
    answers = {
        ("GET", ""): lambda: store.get_collection(name) if name else store.get_collections(),
        ("GET", "exists"): lambda: {"exists": store.collection_exists(name)},
        ("PUT", ""): lambda: _create(store, name, body),
        ("DELETE", ""): lambda: store.delete_collection(name),
        ("PUT", "index"): lambda: {"operation_id": 0, "status": "completed"},
        ("PUT", "points"): lambda: _upsert(store, name, body),
        ("POST", "points/query"): lambda: _query(store, name, body),
        ("POST", "points/scroll"): lambda: _scroll(store, name, body),
        ("POST", "points/delete"): lambda: _delete(store, name, body),
        ("POST", "facet"): lambda: store.facet(
            name, key=body["key"], limit=body["limit"], exact=body["exact"]
        ),
    }
    return answers[method, what]()


def _create(store: Any, name: str, body: dict[str, Any]) -> Any:
    wanted = models.CreateCollection(**body)  # refuses what a server would refuse
    return store.create_collection(
        name, wanted.vectors, sparse_vectors_config=wanted.sparse_vectors
    )


def _alias(store: Any, body: dict[str, Any]) -> Any:
    return store.update_collection_aliases(models.ChangeAliasesOperation(**body).actions)


def _upsert(store: Any, name: str, body: dict[str, Any]) -> Any:
    return store.upsert(name, [models.PointStruct(**point) for point in body["points"]])


def _query(store: Any, name: str, body: dict[str, Any]) -> Any:
    asked = models.QueryRequest(**body)
    counted = asked.params if asked.params and asked.params.idf else None  # the rest is for graphs
    return store.query_points(
        name,
        query=asked.query,
        using=asked.using,
        query_filter=asked.filter,
        search_params=counted,
        limit=asked.limit,
        with_payload=asked.with_payload,
    )


def _scroll(store: Any, name: str, body: dict[str, Any]) -> Any:
    points, offset = store.scroll(
        name,
        scroll_filter=models.Filter(**body["filter"]) if body.get("filter") else None,
        limit=body["limit"],
        offset=body.get("offset"),
        with_payload=body.get("with_payload", True),
        with_vectors=body.get("with_vector") or False,
    )
    return {"points": [p.model_dump(mode="json") for p in points], "next_page_offset": offset}


def _delete(store: Any, name: str, body: dict[str, Any]) -> Any:
    return store.delete(name, models.FilterSelector(filter=models.Filter(**body["filter"])))


def _handler(server: QdrantServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            path = self.path.partition("?")[0]
            status, result = server.answer(self.command, path, json.loads(body or b"{}"))
            if hasattr(result, "model_dump"):
                result = result.model_dump(mode="json")
            said = {"result": result, "status": "ok" if status == 200 else {"error": result}}
            data = json.dumps({**said, "time": 0.0}).encode()
            try:
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except OSError:  # nobody waits for the answer any more
                self.close_connection = True

        do_GET = do_PUT = do_POST = do_DELETE = _any  # noqa: N815 - the names http.server asks for

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
