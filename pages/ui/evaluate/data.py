"""What the Evaluate page reads from the engine."""

from __future__ import annotations

import streamlit as st

from core.app.engine import Engine
from core.history.records import HistoryFilter
from pages.ui import state

MOST_ASKED = 500
RESULTS, NEW, SETS, EXPERIMENT = "Results", "New evaluation", "Question sets", "Experiment"
DEPTH, SKIP = "Depth", "Skip predictor"
VIEWS = (RESULTS, NEW, SETS, EXPERIMENT, DEPTH, SKIP)


def asked_before(engine: Engine, collection_id: str) -> list[str]:
    """The questions that people asked in a collection, as far as the history goes, each once."""
    lines = engine.history.lines(HistoryFilter(collection_id=collection_id, limit=MOST_ASKED))
    return list(dict.fromkeys(line.query for line in reversed(lines)))


def open_comparison(question: str) -> None:
    """Go to the Compare page with a question."""
    st.session_state[state.QUERY] = question
    st.switch_page("app.py")
