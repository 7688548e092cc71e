"""Monitor: what the searches of the history say together, and what changed with the documents."""

from __future__ import annotations

import streamlit as st

from core.history.monitoring import monitor
from pages.ui.frame import errors_shown, frame
from pages.ui.monitor.view import answers, chosen, drift, nothing, speed, tiles

engine, collection = frame("Monitor")
st.markdown("## Monitor\nWhat the searches in the history say together.")
with errors_shown():
    facts = chosen(engine)
    if not facts:
        nothing(engine)
        st.stop()
    found = monitor(facts)
    tiles(found)
    with st.container(key="beside-monitor"):
        speed(found)
        answers(found)
    drift(engine, facts)
