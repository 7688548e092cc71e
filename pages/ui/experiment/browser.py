"""Which browser takes part in an experiment: a random number in a cookie, one an experiment.

A reload is a new session for Streamlit; people would change sides by it. The cookie says nothing
about the person, goes to this server alone, and ends with the experiment.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import streamlit as st

from core.evaluate.online.experiment import Experiment
from pages.ui import state
from pages.ui.components import component

OUT = "out"
_UNIT = re.compile(r"[0-9a-f]{32}")
_COMPONENT = component("experiment")


def cookie_name(experiment: Experiment) -> str:
    """Of the cookie of an experiment."""
    return f"second_look_{experiment.id}"


def cookie(experiment: Experiment) -> str:
    """What the browser has kept for an experiment when this session began; may be empty."""
    return st.context.cookies.get(cookie_name(experiment), "")


def unit(experiment: Experiment) -> str:
    """Names what gets a side: the browser, from its first session on."""
    known = cookie(experiment)
    return known if _UNIT.fullmatch(known) else state.session_id()


def left_experiments(experiment: Experiment) -> set[str]:
    """Ids of the experiments that this browser stays out of, as a reload finds them."""
    if state.EXPERIMENTS_LEFT not in st.session_state:
        out = cookie(experiment) == OUT
        st.session_state[state.EXPERIMENTS_LEFT] = {experiment.id} if out else set()
    left: set[str] = st.session_state[state.EXPERIMENTS_LEFT]
    return left


def keep(experiment: Experiment, value: str) -> None:
    """Let the browser keep its number, or that it stays out."""
    seconds = max(0, int((experiment.ends_at - datetime.now(UTC)).total_seconds()))
    data = {"name": cookie_name(experiment), "value": value, "seconds": seconds}
    _COMPONENT(key=state.key(state.EXPERIMENT, value), data=data)
