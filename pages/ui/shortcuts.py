"""Keyboard shortcuts and the sheet that lists them, on every page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from pages.ui import state
from pages.ui.components import component

_COMPONENT = component("shortcuts")


class Shortcut(TypedDict):
    """A key and what it does; ``page`` is the place in the sidebar, from 0, or -1."""

    key: str
    what: str
    page: int


class Sheet(TypedDict):
    """What the sheet lists, in groups."""

    pages: list[Shortcut]
    here: list[Shortcut]
    presenting: list[Shortcut]


def sheet(pages: Sequence[str]) -> Sheet:
    """The sheet for these pages, named as in the sidebar."""
    return {
        "pages": [_page(place, name) for place, name in enumerate(pages)],
        "here": [
            {"key": "/", "what": "Ask a question", "page": -1},
            {"key": "↑ ↓ ← →", "what": "Move between passages and lists", "page": -1},
            {"key": "Enter", "what": "Open the page of the focused passage", "page": -1},
            {"key": "0 1 2 3", "what": "Grade the focused passage", "page": -1},
            {"key": "P", "what": "Present this comparison", "page": -1},
            {"key": "?", "what": "Show these shortcuts", "page": -1},
            {"key": "Esc", "what": "Close the dialog", "page": -1},
        ],
        "presenting": [
            {"key": "→ ←", "what": "Next or previous step", "page": -1},
            {"key": "N", "what": "Show or hide the numbers", "page": -1},
            {"key": "Esc", "what": "Leave", "page": -1},
        ],
    }


def _page(place: int, name: str) -> Shortcut:
    return {"key": str((place + 1) % 10), "what": f"Open {name}", "page": place}


def shortcuts(pages: Sequence[str]) -> None:
    """Listen for the keys, and draw the button of the sheet."""
    _COMPONENT(key=state.SHORTCUTS, data=sheet(pages))
