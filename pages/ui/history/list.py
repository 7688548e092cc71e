"""The searches that are remembered: filters, the table, the switch, and forgetting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from core.app.engine import Engine
from core.history.records import HistoryFilter, HistoryLine
from core.text.counting import counted
from pages.ui import state
from pages.ui.actions import confirm, delete_button
from pages.ui.choosing_table import choosing_table
from pages.ui.history.entry import entry_view, option, rows
from pages.ui.text import printable

_MOST = 500
_COLUMNS = {
    "Asked": st.column_config.DatetimeColumn(width=140, format="D MMM YYYY, HH:mm"),
    "Question": st.column_config.TextColumn(width=270),
    "What happened": st.column_config.TextColumn(width=440),
    "Collection": st.column_config.TextColumn(width=110),
    "Took": st.column_config.NumberColumn("Took (ms)", width="small", format="localized"),
    "Liked": st.column_config.TextColumn(width="small"),
}


def switch(engine: Engine) -> None:
    """Whether searches are remembered, for how long, and forgetting all of them."""
    history = engine.history
    with st.container(horizontal=True, vertical_alignment="center"):
        st.toggle(
            "Remember searches",
            value=history.on,
            disabled=not history.settings.enabled,
            key=state.HISTORY_ON,
            on_change=lambda: history.switch(on=bool(st.session_state[state.HISTORY_ON])),
            help="Off: nothing more is written down. What is kept stays until you forget it.",
        )
        delete_button("Forget everything", state.FORGET_ALL)
    if not history.settings.enabled:
        st.caption("The history is switched off by SECOND_LOOK_HISTORY.")
    st.caption(
        f"Kept on this machine only, for everybody who uses this Second Look: the latest "
        f"{history.settings.entries:,} searches of {history.settings.days} days."
    )
    confirm(
        "Forget them",
        f"Forget **{counted(history.count(), 'search')}** with their answers and notes? "
        "They cannot be brought back.",
        history.purge,
        "The history is empty.",
        key=state.FORGET_ALL,
    )


def wanted(engine: Engine) -> HistoryFilter:
    """The filters; what they let through."""
    names = engine.history.collections()
    words, where, days = st.columns([3, 2, 2])
    text = words.text_input(
        "Words", key=state.HISTORY_WORDS, placeholder="in the question or a document's name"
    )
    collection = where.selectbox(
        "Asked of",
        list(names),
        index=None,
        key=state.HISTORY_COLLECTION,
        format_func=lambda id_: printable(names.get(id_, "deleted")),
        placeholder="All collections",
    )
    chosen = days.date_input("Days", value=[], key=state.HISTORY_DAYS, max_value=date.today())
    span = chosen if isinstance(chosen, tuple) else (chosen,)
    first, last = (span[0], span[-1]) if span else (None, None)
    return HistoryFilter(text, collection or "", first, last, _MOST)


def table(lines: Sequence[HistoryLine]) -> str | None:
    """Draw the searches; the id of the chosen one."""
    by_id = {line.id: line for line in lines}
    choosing_table(
        rows(lines),
        list(by_id),
        state.HISTORY_ENTRY,
        key=state.HISTORY_TABLE,
        alt=f"Table of {counted(len(lines), 'search')}; select one to see it again.",
        columns=_COLUMNS,
    )
    return st.selectbox(
        "Open a search",
        list(by_id),
        format_func=lambda id_: option(by_id[id_]) if id_ in by_id else "forgotten",
        key=state.HISTORY_ENTRY,
        placeholder="Select a row above, or choose here",
    )


def nothing_remembered(engine: Engine) -> None:
    """Why there is nothing to see, and what to do."""
    words = "Ask a question, and it appears here."
    if not engine.history.on:
        words = "Remembering is off: it can be switched on above."
    st.info(f"No search is remembered yet. {words}", icon=":material/history:")
    st.page_link("app.py", label="Ask a question", icon=":material/compare_arrows:")


def searches_view(engine: Engine) -> None:
    """Draw the searches, and the chosen one."""
    filters = wanted(engine)
    lines = engine.history.lines(filters)
    if lines:
        chosen = table(lines)
        if chosen is not None:
            entry_view(engine, engine.history.entry(chosen))
    elif filters == HistoryFilter(limit=_MOST):
        nothing_remembered(engine)
    else:
        st.info("No search fits. Use fewer words, or other days.", icon=":material/search_off:")
