"""Many clients at once: ``python -m core serve`` beside infinity-emb with the same weights.

Each server is a process of its own, asked over HTTP by threads of this one; its processor time is
read from the system, so that what the clients take is not counted. Two of our servers, each on a
core, beside one on one core say what a further machine would bring.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from benchmarks.infinity import ENVIRONMENT
from benchmarks.measuring import INFINITY, ROOT, Cost, Costs, Race, Unavailable
from benchmarks.plain import cross_encoder_folder
from core.models.runtime_selection.material import sample_texts

CLIENTS, REQUESTS, CANDIDATES, WORDS = 32, 32, 20, 95
"""About 128 tokens with the question."""
STARTS_IN = 180.0
ALL = f"{CLIENTS} clients, {CANDIDATES} x 128 tokens: {REQUESTS} requests"
SLOWEST = f"{CLIENTS} clients, {CANDIDATES} x 128 tokens: p95 of a request"
TWO = f"{CLIENTS} clients: two servers, a core each"
_TICKS = os.sysconf("SC_CLK_TCK")


def races(_: Path | None) -> Iterator[tuple[str, Race]]:
    """Against infinity-emb (x1.5 is asked, p95 not worse), and two processes against one."""
    with TemporaryDirectory() as home, ExitStack() as stack:
        start = partial(_started, stack, Path(home))
        ours, theirs = _Asked(start, _ours), _Asked(start, _infinity)
        remarks = {ALL: "x1.5 is asked", SLOWEST: "by the clock only"}
        yield ALL, Race(ours, {INFINITY: theirs}, {}, remarks, turns=3)
        one = _Asked(start, _ours, cores=(0,), rows=(TWO,))
        two = _Asked(start, _ours, cores=(0, 1), rows=(TWO,))
        yield TWO, Race(two, {"one server on one core": one}, {}, {TWO: "clock: x1.8"}, turns=3)


def _ours(port: int) -> list[str]:
    return [sys.executable, "-m", "core", "serve", "--models-only", "--port", str(port)]


def _infinity(port: int) -> list[str]:
    command = ENVIRONMENT / "bin" / "infinity_emb"
    if not command.exists():
        raise Unavailable("`make infinity` installs it, in an environment of its own")
    model = ("--model-id", str(cross_encoder_folder()), "--engine", "torch", "--device", "cpu")
    fixed = ("--dtype", "float32", "--no-model-warmup", "--no-bettertransformer")
    return [str(command), "v2", *model, *fixed, "--host", "127.0.0.1", "--port", str(port)]


@dataclass(frozen=True, slots=True)
class _Server:
    process: subprocess.Popen[bytes]
    port: int

    @property
    def processor(self) -> float:
        """Seconds of all its threads so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


def _started(stack: ExitStack, home: Path, command: Sequence[str], port: int) -> _Server:
    off = {"HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1", "INFINITY_ANONYMOUS_USAGE_STATS": "0"}
    environment = os.environ | off | {"SECOND_LOOK_HOME": str(home)}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet)
    stack.callback(process.wait)
    stack.callback(process.kill)
    until = time.monotonic() + STARTS_IN
    while not _healthy(port):
        if process.poll() is not None or time.monotonic() > until:
            raise Unavailable(f"{command[0]} did not start")
        time.sleep(0.2)
    return _Server(process, port)


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _body(number: int) -> bytes:
    """A request as infinity reads it, and so do we; no two are the same."""
    texts = sample_texts()[1]
    words = " ".join(texts).split()
    start = (number * 37) % (len(words) - CANDIDATES * WORDS)
    cut = [words[start + n * WORDS :][:WORDS] for n in range(CANDIDATES)]
    query = f"What does rule {number} say about travel?"
    documents = [" ".join(part) for part in cut]
    return json.dumps({"query": query, "documents": documents, "raw_scores": True}).encode()


def _ask(port: int, bodies: Sequence[bytes]) -> list[float]:
    """Seconds that each request took, over one connection."""
    taken = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    for body in bodies:
        begun = time.perf_counter()
        connection.request("POST", "/rerank", body, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        results = json.loads(reply.read()).get("results", [])
        if reply.status != 200 or len(results) != CANDIDATES:
            raise Unavailable(f"a server answered {reply.status}")
        taken.append(time.perf_counter() - begun)
    connection.close()
    return taken


@dataclass(slots=True)
class _Asked:
    """A side: its servers begin with the first turn and stay. ``cores``: one server on each."""

    start: partial[_Server]
    command: Callable[[int], list[str]]
    cores: tuple[int, ...] = ()
    rows: tuple[str, ...] = (ALL, SLOWEST)
    servers: list[_Server] = field(default_factory=list)
    asked: int = 0

    def __call__(self) -> Costs:
        """All clients at once; each has a connection of its own."""
        if not self.servers:
            self.servers += [self._begin(core) for core in self.cores or (None,)]
        bodies = [_body(self.asked + n) for n in range(REQUESTS)]
        self.asked += REQUESTS
        before = sum(server.processor for server in self.servers)
        begun = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            ports = [self.servers[n % len(self.servers)].port for n in range(CLIENTS)]
            shares = [bodies[n::CLIENTS] for n in range(CLIENTS)]
            taken = [s for one in pool.map(_ask, ports, shares) for s in one]
        clock = time.perf_counter() - begun
        spent = sum(server.processor for server in self.servers) - before
        slowest = quantiles(taken, n=20)[-1]
        costs = {ALL: Cost(spent, clock), SLOWEST: Cost(slowest, slowest), TWO: Cost(spent, clock)}
        return {name: costs[name] for name in self.rows}

    def _begin(self, core: int | None) -> _Server:
        port = _free_port()
        pinned = [] if core is None else ["taskset", "--cpu-list", str(core)]
        return self.start([*pinned, *self.command(port)], port)
