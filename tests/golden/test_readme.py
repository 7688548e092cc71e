"""The README's code runs, and does what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.model
def test_the_python_example_prints_what_the_readme_says(capsys):
    """The sentence that forbids is first."""
    example = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert example
    exec(example[1], {})
    assert "Self-approval of expense reports is strictly forbidden." in capsys.readouterr().out


def test_every_file_the_readme_links_to_exists():
    """No dead link inside the project."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README.read_text())
    assert links
    assert [link for link in links if not (README.parent / link).exists()] == []
