"""What several folders need: a server of the stores, and a command line that can be typed."""

import pytest

from core.cli import main as cli
from tests.qdrant_server import QdrantServer


@pytest.fixture
def server():
    """A small server that speaks Qdrant's protocol."""
    made = QdrantServer()
    yield made
    made.stop()


@pytest.fixture
def run_at(tmp_path, capsys):
    """Runs a command on a home folder of that name; gives the exit code and both streams."""

    def command(home, *words):
        code = cli.main(["--home", str(tmp_path / home), *map(str, words)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command
