"""Ranking lab: what a gate would skip, and what fewer candidates would give."""

from __future__ import annotations

import streamlit as st

from pages.ui import state
from pages.ui.actions import show_failure
from pages.ui.frame import errors_shown, frame
from pages.ui.lab.depth import depth_lab
from pages.ui.lab.gate import gate_lab
from pages.ui.text import plain

engine, collection = frame("Lab")
st.markdown(f"## Ranking lab\n{plain(collection.name)}")
show_failure()
with errors_shown():
    documents = engine.documents(collection.id)
    if not documents:
        st.info("Add documents to this collection first.", icon=":material/info:")
        st.page_link("pages/1_Library.py", label="Open the library", icon=":material/upload_file:")
        st.stop()
    top_n = int(st.session_state.get(state.TOP_N, 5))
    depth_lab(engine, collection, top_n)
    st.divider()
    gate_lab(engine, collection, documents, top_n)
