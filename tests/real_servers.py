"""Servers that no one here wrote, started where an environment of theirs is; else tests skip.

infinity-emb is where ``make infinity`` puts it, or where SECOND_LOOK_TEST_INFINITY says (the
command); SECOND_LOOK_TEST_LOCAL_RERANKER names a Python that has local-reranker 0.1.1.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

INFINITY = os.environ.get(
    "SECOND_LOOK_TEST_INFINITY", str(Path(sys.prefix) / "infinity" / "bin" / "infinity_emb")
)
LOCAL_RERANKER = os.environ.get(
    "SECOND_LOOK_TEST_LOCAL_RERANKER", str(Path(sys.prefix) / "local-reranker" / "bin" / "python")
)
_LOCAL_RERANKER = (  # its command knows no other model than one of the hub
    "import sys, uvicorn, local_reranker.api as api; api.DEFAULT_MODEL_NAME = sys.argv[1]; "
    "uvicorn.run(api.app, host='127.0.0.1', port=int(sys.argv[2]))"
)
STARTS_IN = 180.0


def infinity(*models: Path, port: int) -> list[str]:
    """The command of infinity-emb; each model has the name of its folder."""
    named = [part for m in models for part in ("--model-id", str(m), "--served-model-name", m.name)]
    fixed = ["--engine", "torch", "--device", "cpu", "--dtype", "float32", "--no-model-warmup"]
    fixed += ["--no-bettertransformer", "--host", "127.0.0.1", "--port", str(port)]
    return [_there(INFINITY), "v2", *named, *fixed]


def local_reranker(model: Path, *, port: int) -> list[str]:
    """The command of local-reranker."""
    return [_there(LOCAL_RERANKER), "-c", _LOCAL_RERANKER, str(model), str(port)]


def _there(command: str) -> str:
    if shutil.which(command) is None:
        pytest.skip(f"{command} is not there: see tests/real_servers.py")
    return command


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def started(command: Sequence[str], port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The server, once it is healthy; gone at the end of the block."""
    off = {"HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1", "INFINITY_ANONYMOUS_USAGE_STATS": "0"}
    with log.open("ab") as written:
        process = subprocess.Popen(
            command, stdout=written, stderr=subprocess.STDOUT, env=os.environ | off
        )
        try:
            until = time.monotonic() + STARTS_IN
            while not _healthy(port):
                assert process.poll() is None, log.read_text()[-2000:]
                assert time.monotonic() < until, log.read_text()[-2000:]
                time.sleep(0.2)
            yield process
        finally:
            process.kill()
            process.wait()


def _healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False
