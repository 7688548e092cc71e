"""``python -m core serve``: what it says, and how it ends."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import closing

import httpx2
import pytest

from core.home.lock import HomeLock
from tests.made_home import SECONDS, wait_until


def test_a_port_that_is_taken_is_said_before_anything_is_loaded(run):
    """One line, and exit code 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, _, said = run("serve", "--port", port)
    assert (code, said.count("\n")) == (1, 1)
    assert f"127.0.0.1:{port} cannot be listened on" in said


@pytest.mark.model
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_it_serves_until_it_is_told_to_stop(tmp_path):
    """It says where it is; at the end the home folder is free again."""
    command = [sys.executable, "-m", "core", "--home", tmp_path, "serve", "--port", "0"]
    environment = os.environ | {"SECOND_LOOK_SERVE_KEY": "a-key"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stderr is not None
        url = server.stderr.readline().split()[-1]
        wait_until(lambda: httpx2.get(f"{url}/health").status_code == 200)
        headers = {"authorization": "Bearer a-key"}
        body = {"query": "who pays", "texts": ["The company pays.", "Cats."]}
        reply = httpx2.post(f"{url}/rerank", json=body, headers=headers).json()
        assert [item["index"] for item in reply] == [0, 1]
        server.send_signal(signal.SIGTERM)
        server.wait(SECONDS)
        assert server.stderr.read() == ""
    assert server.returncode == -signal.SIGTERM
    with closing(HomeLock(tmp_path)):
        pass
