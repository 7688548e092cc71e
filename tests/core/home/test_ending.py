"""What is done before Python takes everything apart, in processes that end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
ORDER = """
import sys
from pathlib import Path
from core.home.ending import before_the_end, not_at_the_end

def close():
    print("closed while its folder is", Path(folder.name).is_dir())

def other():
    print("never")

before_the_end(close)
before_the_end(other)
not_at_the_end(other)
from tempfile import TemporaryDirectory
folder = TemporaryDirectory()
"""


def test_what_is_closed_at_the_end_still_has_its_temporary_folders():
    """Also when the folder is the first thing of the process that wants to be cleaned away."""
    command = [sys.executable, "-W", "ignore", "-c", ORDER]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == "closed while its folder is True\n"
    assert run.stderr == ""
