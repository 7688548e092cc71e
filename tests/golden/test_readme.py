"""The README's code runs, and does what it says."""

import re
import shlex
from pathlib import Path

import pytest

from core.cli.main import parser

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.model
def test_the_python_example_prints_what_the_readme_says(capsys):
    """The sentence that forbids is first."""
    example = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert example
    exec(example[1], {})
    assert "Self-approval of expense reports is strictly forbidden." in capsys.readouterr().out


def test_every_command_of_the_readme_is_understood():
    """The parser knows each command with its options; what they do, the tests of core/cli say."""
    commands = re.findall(r"^python -m core (.+)$", README.read_text(), re.MULTILINE)
    known = {parser().parse_args(shlex.split(line, comments=True)).command for line in commands}
    (choices,) = (a.choices for a in parser()._actions if a.dest == "command")
    assert known == set(choices)


def test_every_file_the_readme_links_to_exists():
    """No dead link inside the project."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README.read_text())
    assert links
    assert [link for link in links if not (README.parent / link).exists()] == []
