"""Two processes behind HAProxy, one of them killed in the middle: no question is lost or wrong."""

import os
import shutil
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import numpy as np
import pytest

from core.models.registry import Endpoint, ModelSpec
from core.models.remote.models import RemoteCrossEncoder
from core.models.remote.server import Server
from tests.bundled import bundled_cross_encoder
from tests.real_servers import free_port, started

pytestmark = pytest.mark.model
QUESTIONS, AT_ONCE = 200, 8
TEXTS = ["Travel is approved by the manager.", "Bananas are yellow.", "The desk books travel."]
BALANCER = """
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  option redispatch
  retries 3
frontend front
  bind 127.0.0.1:{port}
  default_backend served
backend served
  balance leastconn
  option httpchk GET /health
  server one 127.0.0.1:{one} check inter 500 fall 2
  server two 127.0.0.1:{two} check inter 500 fall 2
"""


def test_one_of_two_is_killed_and_nothing_is_lost(tmp_path):
    """200 questions of 8 clients; after 60 of them a process is gone without a word."""
    if (haproxy := shutil.which("haproxy")) is None:
        pytest.skip("haproxy is not there (Debian: apt-get install haproxy)")
    ports = [free_port() for _ in range(3)]
    balancer = tmp_path / "haproxy.cfg"
    balancer.write_text(BALANCER.format(port=ports[0], one=ports[1], two=ports[2]))
    cores = sorted(os.sched_getaffinity(0))
    with ExitStack() as running:
        served = [
            running.enter_context(
                started(_serve(tmp_path / str(port), port, core), port, tmp_path / f"{port}.log")
            )
            for port, core in zip(ports[1:], (cores * 2)[:2], strict=True)
        ]
        command = [haproxy, "-db", "-f", str(balancer)]
        running.enter_context(started(command, ports[0], tmp_path / "haproxy.log"))
        asked, half = threading.Semaphore(0), 60
        endpoint = Endpoint("tei", timeout_seconds=120.0)
        address = f"http://127.0.0.1:{ports[0]}/rerank"
        spec = ModelSpec("far", address, origin="endpoint", endpoint=endpoint)

        def ask(number: int):
            try:
                return RemoteCrossEncoder(Server(spec, None, {})).score(f"Rule {number}?", TEXTS)
            finally:
                asked.release()

        with ThreadPoolExecutor(AT_ONCE) as pool:
            replies = pool.map(ask, range(QUESTIONS))
            for _ in range(half):
                asked.acquire()
            served[0].kill()
            found = np.array(list(replies))
    local = bundled_cross_encoder()
    right = np.array([local.score(f"Rule {number}?", TEXTS) for number in range(QUESTIONS)])
    assert found == pytest.approx(right, abs=1e-4)


def _serve(home, port, core):
    own = ["--home", str(home), "serve", "--models-only", "--port", str(port)]
    return ["taskset", "-c", str(core), sys.executable, "-m", "core", *own]
