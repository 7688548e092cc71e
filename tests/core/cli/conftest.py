"""A command line that can be typed."""

import pytest

from core.cli import main as cli


@pytest.fixture
def run(tmp_path, capsys):
    """Runs a command on a home folder; gives the exit code and both streams."""

    def command(*words):
        code = cli.main(["--home", str(tmp_path / "home"), *map(str, words)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command
