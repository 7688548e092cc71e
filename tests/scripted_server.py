"""What the local servers of the tests have in common: they follow a script and keep what came."""

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar


@dataclass(frozen=True)
class Recorded:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class Script:
    """What the server does next, and what it has seen; ``stopping`` is set at its end."""

    scenario: str = "normal"
    requests: list[Recorded] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)


class ScriptedHandler(BaseHTTPRequestHandler):
    """A request handler that reads its server's script."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
        """Keep the test output clean."""

    def do_POST(self) -> None:
        """Remember the request, then play what the script says."""
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
        script: Script = self.server.script  # type: ignore[attr-defined]
        script.requests.append(Recorded(self.path, dict(self.headers.items()), body))
        self.play(body)

    def play(self, body: dict[str, Any]) -> None:
        """Reply, or fail as the script says."""
        raise NotImplementedError

    def reply(self, status: int, payload: bytes, **headers: str) -> None:
        """A whole reply with its length."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)


class ScriptedServer(ThreadingHTTPServer):
    """Listens on the loopback, on a free port or the one given."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, handler: type[ScriptedHandler], script: Script, port: int = 0) -> None:
        self.script = script
        super().__init__(("127.0.0.1", port), handler)

    @property
    def url(self) -> str:
        """Such as http://127.0.0.1:8098."""
        return f"http://127.0.0.1:{self.server_port}"


Served = TypeVar("Served", bound=ScriptedServer)


@contextlib.contextmanager
def running(server: Served) -> Iterator[Served]:
    """The server at work, gone with all its threads' work at the end of the block."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.script.stopping.set()
            server.shutdown()
            thread.join(5)
