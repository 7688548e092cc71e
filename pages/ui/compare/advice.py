"""Which search is best on these documents, in one line; only a click changes anything."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from core.app.engine import Engine
from core.evaluate.advising import ALONE
from core.schema import Collection, SearchSettings
from pages.ui import state
from pages.ui.actions import button
from pages.ui.text import plain

WHAT_DID_IT_DO = "What did the cross-encoder do?"


def advice_line(engine: Engine, collection: Collection, search: SearchSettings) -> None:
    """Draw what was found out and the way to it, or the way back; nothing where none is better."""
    advice = engine.advisor.advice(collection.id)
    if advice is None or advice.best is None or advice.settings is None:
        return
    place = advice.place(search)
    if place == "other" or (place == "base" and advice.dismissed):
        return
    with st.container(key="advice", horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption(f":material/lightbulb: {plain(advice.words)}", width="content")
        if place == "best":
            back, words = partial(_search_so, search, SearchSettings()), f"Go back to {ALONE}."
            button(WHAT_DID_IT_DO, "compare_arrows", back, key=state.ADVICE_BACK, help=words)
            return
        use = partial(_search_so, search, advice.settings)
        button("Use it", "check", use, key=state.ADVICE_USE)
        dismiss = partial(engine.advisor.dismiss, collection.id)
        button("Dismiss", "close", dismiss, key=state.ADVICE_DISMISS, type="tertiary")


def _search_so(search: SearchSettings, way: SearchSettings) -> None:
    """Choose a way to search; filters, and how many passages answer, stay."""
    top_n = min(search.top_n, way.top_k)
    state.put_settings(replace(way, top_n=top_n, filters=search.filters))
    st.rerun()  # the settings are drawn anew too, which a question leaves alone
