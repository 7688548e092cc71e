"""A local model hub with one model on it, in the protocol of the Hugging Face hub."""

import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SHA = "0123456789abcdef0123456789abcdef01234567"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    name: str
    files: Mapping[str, bytes]
    asked: list[str]
    hang: threading.Event | None

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
        """Keep the test output clean."""

    def do_HEAD(self) -> None:
        """What a file is, without it."""
        self.do_GET(body=False)

    def do_GET(self, *, body: bool = True) -> None:
        """What the model is, which files it has, or one of them."""
        self.asked.append(self.path)
        if self.hang is not None:
            self.hang.wait(60)
        path = self.path.partition("?")[0].strip("/")
        if path.startswith(f"api/models/{self.name}/tree/"):
            self._send(json.dumps([self._entry(name) for name in self.files]).encode(), body)
        elif path.startswith(f"api/models/{self.name}"):
            siblings = [{"rfilename": name} for name in self.files]
            info = {"id": self.name, "sha": SHA, "siblings": siblings, "tags": [], "downloads": 0}
            self._send(json.dumps(info).encode(), body)
        elif (name := path.rpartition(f"resolve/{SHA}/")[2]) in self.files:
            data = self.files[name]
            self._send(data, body, etag=f'"{hashlib.sha256(data).hexdigest()}"')
        else:
            self._send(b"{}", body, status=404, x_error_code="RepoNotFound")

    def _entry(self, name: str) -> dict[str, Any]:
        data = self.files[name]
        return {
            "type": "file",
            "path": name,
            "size": len(data),
            "oid": hashlib.sha1(data).hexdigest(),
        }

    def _send(self, data: bytes, body: bool, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        self.send_header("x-repo-commit", SHA)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if body:
            self.wfile.write(data)


@contextlib.contextmanager
def hub(
    name: str, files: Mapping[str, bytes], *, hangs: bool = False
) -> Iterator[tuple[str, list[str]]]:
    """A running hub: its address, and the paths that were asked for."""
    asked: list[str] = []
    event = threading.Event() if hangs else None
    members = {"name": name, "files": files, "asked": asked, "hang": event}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), members))
    server.daemon_threads, server.block_on_close = True, False
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        if event is not None:
            event.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
