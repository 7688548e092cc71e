"""The presenter: the comparison in four big steps, over the whole window."""

from __future__ import annotations

import streamlit as st

from core.schema import Answer, Comparison
from pages.ui import state
from pages.ui.components import component
from pages.ui.rankings.presentation import presentation

_COMPONENT = component("presenter")
_ALONE = """<style>
[data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stExpandSidebarButton"],
[data-testid="stToolbar"] { display: none !important; }
[data-testid="stApp"] { overflow: hidden; }
</style>"""


def presenting() -> bool:
    """Whether this session presents."""
    return bool(st.session_state.get(state.PRESENT))


def _begin() -> None:
    st.session_state[state.PRESENT] = True


def _leave() -> None:
    st.session_state[state.PRESENT] = False


def presenter_button() -> None:
    """Begin to present the comparison of this page."""
    st.button(
        "Present",
        icon=":material/slideshow:",
        shortcut="P",
        on_click=_begin,
        help="Large type for a projector. Arrow keys to step, Esc to leave.",
    )


def present(comparison: Comparison, answer: Answer | None) -> None:
    """Draw the presenter; leaving it draws the page again."""
    st.html(_ALONE)
    data = presentation(comparison, answer)
    _COMPONENT(key=state.PRESENTER, data=data, on_leave_change=_leave)
