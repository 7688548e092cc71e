"""The presenter: the comparison in four big steps, over the whole window."""

from __future__ import annotations

import streamlit as st

from core.app.engine import Engine
from core.schema import Collection, Comparison
from pages.ui import resources, state
from pages.ui.components import component
from pages.ui.memory import remember_answer
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
        help="Big type for a projector: arrow keys step through, Esc leaves.",
    )


def present(engine: Engine, collection: Collection, comparison: Comparison) -> None:
    """Draw the presenter; leaving it draws the page again."""
    del collection  # the link names it
    answer = None
    if comparison.reranked:
        answer = resources.quote_answer(engine, "rerank", comparison)
        remember_answer(engine, "rerank", answer)
    st.html(_ALONE)
    _COMPONENT(key=state.PRESENTER, data=presentation(comparison, answer), on_leave_change=_leave)
