"""History: every search with both lists and its answer; ask it again, take its receipt away."""

from __future__ import annotations

import streamlit as st

from pages.ui.actions import show_failure
from pages.ui.frame import errors_shown, frame
from pages.ui.history.entry import entry_view
from pages.ui.history.list import nothing, switch, table, wanted

engine, collection = frame("History")
st.markdown("## History\nEvery search, with what it found then. Ask it again and see what changed.")
show_failure()
with errors_shown():
    switch(engine)
    asked = wanted(engine)
    lines = engine.history.lines(asked)
    if not lines:
        nothing(engine, asked)
        st.stop()
    chosen = table(lines)
    if chosen is not None:
        entry_view(engine, engine.history.entry(chosen))
