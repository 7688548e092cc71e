"""History: every search with both lists and its answer, and what all of them say together."""

from __future__ import annotations

import streamlit as st

from pages.ui import state
from pages.ui.frame import choose_view, errors_shown, frame
from pages.ui.history.monitoring import monitoring_view
from pages.ui.history.searches import searches_view, switch

SEARCHES, MONITORING = "Searches", "Monitoring"

engine, _ = frame("History")
st.markdown("## History\nEvery search with its results. Ask it again to see what changed.")
with errors_shown():
    switch(engine)
    if choose_view(state.HISTORY_VIEW, (SEARCHES, MONITORING)) == SEARCHES:
        searches_view(engine)
    else:
        monitoring_view(engine)
