"""The test data in ``shared`` beside the checkout: the only place that says where they are."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared_path(name: str) -> Path:
    """A file or folder of them; where it is missing, the test (or the whole module) is skipped."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"shared/{name} is not beside the checkout", allow_module_level=True)
    return path
