"""Judge: one passage at a time, without its rank, its scores and who found it."""

from __future__ import annotations

import streamlit as st

from pages.ui import state
from pages.ui.frame import errors_shown, frame
from pages.ui.judge.agreement import agreement_view
from pages.ui.judge.blind import blind_view
from pages.ui.text import plain

JUDGE, AGREEMENT = "Judge", "Agreement"

engine, collection = frame("Judge")
st.markdown(f"## Judge\nWhat answers the question? · {plain(collection.name)}")
with errors_shown():
    if not engine.documents(collection.id):
        st.info(
            "Judging needs documents. Add some in the library first.",
            icon=":material/library_books:",
        )
        st.page_link("pages/1_Library.py", label="Open the library", icon=":material/upload_file:")
        st.stop()
    st.session_state.setdefault(state.JUDGE_VIEW, JUDGE)
    view = st.segmented_control(
        "View",
        (JUDGE, AGREEMENT),
        key=state.JUDGE_VIEW,
        required=True,
        label_visibility="collapsed",
    )
    if view == JUDGE:
        blind_view(engine, collection)
    else:
        agreement_view(engine, collection)
