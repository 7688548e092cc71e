"""Without a language model nothing leaves this machine, and the counter says so."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUARD = Path(__file__).parent / "network_guard"
WORK = Path(__file__).parent / "offline_work.py"


def _no_network():
    """A prefix that takes even the kernel's network away, where this system allows it."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    prefix = [unshare, "--map-root-user", "--net"]
    allowed = subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
    return prefix if allowed else []


@pytest.mark.model
def test_indexing_searching_and_quoting_open_no_socket(tmp_path):
    """Real models, two real PDFs, sockets forbidden in all processes: all works, 0 bytes sent."""
    log = tmp_path / "network.log"
    files = sorted((ROOT / "samples").glob("*cancel*.pdf"))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SECOND_LOOK")},
        "PYTHONPATH": os.pathsep.join([str(GUARD), str(ROOT)]),
        "NETWORK_LOG": str(log),
    }
    command = [*_no_network(), sys.executable, str(WORK), str(tmp_path / "home"), *map(str, files)]
    run = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=240
    )
    assert run.returncode == 0, run.stderr
    report = json.loads(run.stdout)
    assert report["awake"]
    assert report["documents"] == len(files) == 2
    assert report["reranked"] > 0
    assert report["answer"]
    assert (report["sent_off"], report["entries"]) == (0, 0)
    assert log.read_text("utf-8").splitlines() == ["socket.getaddrinfo 192.0.2.1"]
