"""A local model hub with one model on it, in the protocol of the Hugging Face hub."""

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.scripted_server import Script, ScriptedHandler, ScriptedServer, running

SHA = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class HubScript(Script):
    """The one model that is there, and the paths that were asked for."""

    name: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


class _Handler(ScriptedHandler):
    @property
    def script(self) -> HubScript:
        """What is there."""
        return self.server.script  # type: ignore[attr-defined,no-any-return]

    def do_HEAD(self) -> None:  # noqa: N802 - the name http.server asks for
        """What a file is, without it."""
        self.do_GET(body=False)

    def do_GET(self, *, body: bool = True) -> None:  # noqa: N802 - as above
        """What the model is, which files it has, or one of them."""
        name, files = self.script.name, self.script.files
        self.script.asked.append(self.path)
        if self.script.scenario == "hangs":
            self.script.stopping.wait(60)
        path = self.path.partition("?")[0].strip("/")
        if path.startswith(f"api/models/{name}/tree/"):
            self._send(json.dumps([self._entry(file) for file in files]).encode(), body)
        elif path.startswith(f"api/models/{name}"):
            siblings = [{"rfilename": file} for file in files]
            info = {"id": name, "sha": SHA, "siblings": siblings, "tags": [], "downloads": 0}
            self._send(json.dumps(info).encode(), body)
        elif (file := path.rpartition(f"resolve/{SHA}/")[2]) in files:
            data = files[file]
            self._send(data, body, etag=f'"{hashlib.sha256(data).hexdigest()}"')
        else:
            self._send(b"{}", body, status=404, x_error_code="RepoNotFound")

    def _entry(self, name: str) -> dict[str, Any]:
        data = self.script.files[name]
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
    script = HubScript("hangs" if hangs else "normal", name=name, files=files)
    with running(ScriptedServer(_Handler, script)) as server:
        yield server.url, script.asked
