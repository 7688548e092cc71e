"""The examples in the docstrings, run as they stand."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHOWN = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for folder in ("core", "pages/ui", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
    if ">>> " in path.read_text()
)


@pytest.mark.parametrize("module", SHOWN)
def test_examples_in_the_docstrings(module):
    """What the documentation shows is what happens."""
    assert doctest.testmod(import_module(module)).failed == 0
