"""Keyboard shortcuts and the sheet that lists them, on every page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from pages.ui import state
from pages.ui.components import component

_COMPONENT = component("shortcuts")
_HERE = {
    "/": "Ask a question",
    "↓": "From the question to the first passage",
    "↑ ↓ ← →": "Move between passages and lists",
    "Enter": "Open the page of the focused passage",
    "0 1 2 3": "Grade the focused passage",
    "P": "Present this comparison",
    "?": "Show these shortcuts",
    "Esc": "Close the dialog",
}
_PRESENTING = {
    "→ ←": "Next or previous step",
    "N": "Show or hide the numbers",
    "Esc": "Leave",
}


class Shortcut(TypedDict):
    """Keys, one after another, and what they do.

    ``page`` is the place in the sidebar, from 0, or -1.
    """

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
    opens = [(f"G {(at + 1) % 10}", f"Go to {name}", at) for at, name in enumerate(pages)]
    return {
        "pages": [{"key": key, "what": what, "page": at} for key, what, at in opens],
        "here": [{"key": key, "what": what, "page": -1} for key, what in _HERE.items()],
        "presenting": [{"key": key, "what": what, "page": -1} for key, what in _PRESENTING.items()],
    }


def shortcuts(pages: Sequence[str]) -> None:
    """Listen for the keys, and draw the button of the sheet."""
    _COMPONENT(key=state.SHORTCUTS, data=sheet(pages))
