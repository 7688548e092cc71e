"""A page with the flow alone, for the browser tests.

``MADE_COUNT`` passages (60); ``MADE_HYBRID`` for four lists.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[2]))

from pages.ui.rankings.flow import flow_data
from pages.ui.rankings.view import flow_view
from tests.browser.made_comparison import made_comparison, made_hybrid

st.set_page_config(page_title="Flow", layout="wide")
count = int(os.environ.get("MADE_COUNT", "60"))
comparison = made_hybrid(count) if os.environ.get("MADE_HYBRID") else made_comparison(count)
opened = flow_view(flow_data(replace(comparison, noise_floor=-2.0)), key="flow")
st.text(f"opened: {opened.chunk_id}" if opened else "opened: nothing")
