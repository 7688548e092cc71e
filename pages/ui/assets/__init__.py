"""The hand-written HTML, CSS and JavaScript of the components. No build step, no network."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent


ICON = str(_FOLDER / "icon.svg")


def asset(*names: str) -> str:
    """The text of these files, one after the other: several scripts make one module."""
    return "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in names)
