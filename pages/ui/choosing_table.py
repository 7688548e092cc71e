"""A table in which one row can be opened, by a click or by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

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
    ids: Sequence[str],
    opened: str,
    on_open: Callable[[], object] = lambda: None,
    *,
    key: str,
    alt: str,
    columns: Mapping[str, Any],
) -> None:
    """Draw the table; which row is open is in the session, so that a list can choose it too.

    Args:
        rows: column name -> its cells.
        ids: the id of each row.
        opened: the session key of the id that is open.
        on_open: called after another row was opened.
        key: of the element.
        alt: what the table is, for those who cannot see it.
        columns: how each column is drawn.
    """
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
        alt=alt,
    )
