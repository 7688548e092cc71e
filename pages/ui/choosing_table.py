"""A table in which one row can be opened, by a click or by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from core.text.counting import counted
from pages.ui.actions import choose

_HEAD, _ROW = 38, 35
_TALLEST = 10


def selected(
    selection: Mapping[str, Sequence[Any]], ids: Sequence[str], opened: str | None
) -> str | None:
    """The row to open after a click in the table; None when its row was let go.

    A click on a cell leaves the row that was marked before marked too: the other one is meant.
    """
    touched = [*(row for row, _ in selection["cells"]), *selection["rows"]]
    fitting = [ids[row] for row in touched if 0 <= row < len(ids)]
    fresh = [id_ for id_ in fitting if id_ != opened]
    return next(iter(fresh or fitting), None)


def choosing_table(
    rows: Mapping[str, Sequence[Any]],
    names: Mapping[str, str],
    opened: str,
    on_open: Callable[[], object] = lambda: None,
    *,
    what: str,
    key: str,
    columns: Mapping[str, Any],
) -> str | None:
    """Draw the table, and below it a box that opens a row by its name; the id of the open one.

    Args:
        rows: column name -> its cells.
        names: the id of each row, and its name.
        opened: the session key of the id that is open.
        on_open: called after another row was opened.
        what: a row is, in one word.
        key: of the table.
        columns: how each column is drawn.
    """
    ids = list(names)
    if st.session_state.get(opened) not in ids:
        st.session_state[opened] = None
    chosen = st.session_state[opened]
    marked = [] if chosen is None else [ids.index(chosen)]
    st.session_state[key] = {"selection": {"rows": marked, "columns": [], "cells": []}}

    def open_row() -> None:
        before = st.session_state.get(opened)
        st.session_state[opened] = selected(st.session_state[key]["selection"], ids, before)
        on_open()

    st.dataframe(
        rows,
        key=key,
        column_config=dict(columns),
        hide_index=True,
        height="auto" if len(ids) <= _TALLEST else _HEAD + _ROW * _TALLEST,
        on_select=open_row,
        selection_mode=["single-row", "single-cell"],
        alt=f"Table of {counted(len(ids), what)}; select one to open it.",
    )
    placeholder = "Select a row above, or choose here"
    box: dict[str, Any] = {"placeholder": placeholder, "on_change": on_open}
    open_id: str | None = choose(f"Open a {what}", names, opened, **box)
    return open_id
