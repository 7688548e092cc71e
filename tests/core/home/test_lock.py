"""A second process on the same home folder is refused at once; the first goes on."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core.app.opening import open_storage
from core.errors import StoreLocked, StoreUnavailable
from core.home.lock import HomeLock
from tests.made_home import settings_of

ROOT = Path(__file__).parents[3]
HOLD = """
import sys
from core.app.opening import open_storage
from core.settings import load_settings
storage = open_storage(load_settings({"SECOND_LOOK_HOME": sys.argv[1]}))
print("open", flush=True)
sys.stdin.readline()
print(len(storage.store.collections()), flush=True)
storage.close()
"""


@pytest.fixture
def holder(tmp_path):
    """A process that has the folder open; a line on its input makes it close it."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "open\n"
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def test_a_second_command_is_refused_within_two_seconds(holder, tmp_path):
    """Of processor time, its start included, before torch or the store is imported."""
    code = (
        "import sys, time\n"
        "from core.cli.main import main\n"
        f"assert main(['--home', {str(tmp_path)!r}, 'search', 'a question']) == 1\n"
        "print(time.process_time(), 'torch' in sys.modules, 'qdrant_client' in sys.modules)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "QDRANT_URL": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "Another Second Look is using this home folder." in found.stderr
    seconds, *imported = found.stdout.split()
    assert imported == ["False", "False"]
    assert float(seconds) < 2.0
    answer, _ = holder.communicate("close\n", timeout=60)
    assert answer == "0\n"  # the first one was not disturbed
    open_storage(settings_of(tmp_path)).close()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9 here")
def test_a_killed_process_leaves_no_lock(holder, tmp_path):
    """The system releases it."""
    holder.kill()
    holder.wait(60)
    open_storage(settings_of(tmp_path)).close()


def test_two_engines_in_one_process_are_kept_apart(tmp_path):
    """The lock is not the process's but the engine's, and free after it is closed."""
    first = open_storage(settings_of(tmp_path))
    with pytest.raises(StoreLocked, match="Another Second Look"):
        open_storage(settings_of(tmp_path))
    first.close()
    first.lock.close()
    open_storage(settings_of(tmp_path)).close()


def test_a_failed_opening_lets_the_next_one_in(tmp_path):
    """A server that is down keeps nobody out of the folder afterwards."""
    settings = settings_of(tmp_path)
    with pytest.raises(StoreUnavailable):
        open_storage(replace(settings, qdrant_url="http://127.0.0.1:9"))
    open_storage(settings).close()


def test_whatever_stands_in_the_lock_file_does_not_matter(tmp_path):
    """Garbage in it is not read."""
    (tmp_path / "in-use.lock").write_bytes(b"\x00\xff garbage")
    HomeLock(tmp_path).close()
