"""kill -9 at random moments: what was acknowledged is there, nothing else is."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.attack.kills import ten_pdfs

ROOT = Path(__file__).parents[2]


def campaign(kills, others, minutes, pdfs):
    """The report of a campaign with a random seed, which a failure shows."""
    seed = random.randrange(2**32)
    command = [sys.executable, "-m", "tests.attack.kills", "--kills", str(kills)]
    command += ["--others", str(others), "--minutes", str(minutes), "--seed", str(seed)]
    command += ["--pdfs", str(pdfs)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout, f"seed {seed}: {done.stderr}"
    return json.loads(done.stdout)


def test_a_few_kills_leave_what_was_acknowledged():
    """Six in the middle of adding two documents, one each of delete, replace and re-index."""
    report = campaign(kills=6, others=1, minutes=5, pdfs=2)
    assert report["wrong"] == [], report
    assert report["kills"] == {"ingest": 6, "delete": 1, "replace": 1, "reindex": 1}


@pytest.mark.slow
@pytest.mark.timeout(3 * 3600)
def test_three_hundred_kills_of_ten_pdfs():
    """The whole campaign: 300 while ten PDFs are added, 100 each of the others."""
    if len(ten_pdfs()) < 10:
        pytest.skip("the shared PDFs are not beside the checkout")
    report = campaign(kills=300, others=100, minutes=170, pdfs=10)
    assert report["wrong"] == [], report
    assert report["kills"] == {"ingest": 300, "delete": 100, "replace": 100, "reindex": 100}
