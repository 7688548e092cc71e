"""The flow of all candidates, as a Streamlit component of our own."""

from __future__ import annotations

import streamlit as st

from pages.ui.assets import asset
from pages.ui.flow.shapes import FlowData
from pages.ui.lists.view import OpenPage, open_request

_COMPONENT = st.components.v2.component(
    "second_look_flow",
    html=asset("flow.html"),
    css=asset("look.css", "flow.css"),
    js=asset("comparison_cards.js", "comparison_lines.js", "flow_ways.js", "look.js", "flow.js"),
)


def _nothing() -> None:
    """Declares a trigger; what was triggered is in the result."""


def flow_view(view: FlowData, key: str) -> OpenPage | None:
    """Draw the flow; the page that was asked for in this run, or None.

    Args:
        view: made by ``flow_data``.
        key: names the element; give the same one for every question of a page.

    """
    result = _COMPONENT(key=key, data=view, on_open_change=_nothing)
    return open_request(result.open, view)
