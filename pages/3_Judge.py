"""Judge: one passage at a time, without its rank, its scores and who found it."""

from __future__ import annotations

import streamlit as st

from pages.ui import state
from pages.ui.frame import choose_view, documents_needed, errors_shown, frame
from pages.ui.judge.agreement import agreement_view
from pages.ui.judge.blind import blind_view
from pages.ui.text import plain

JUDGE, AGREEMENT = "Judge", "Agreement"

engine, collection = frame("Judge")
st.markdown(f"## Judge\nWhich passages answer the question? · {plain(collection.name)}")
with errors_shown():
    documents_needed(engine, collection, "Judging")
    if choose_view(state.JUDGE_VIEW, (JUDGE, AGREEMENT)) == JUDGE:
        blind_view(engine, collection)
    else:
        agreement_view(engine, collection)
