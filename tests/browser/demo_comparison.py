"""A page with the comparison component alone, for the browser tests.

``MADE_COUNT`` passages (60).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[2]))

from pages.ui.rankings.lists import comparison_data
from pages.ui.rankings.view import comparison_view
from tests.browser.made_comparison import made_comparison

st.set_page_config(page_title="Comparison", layout="wide")
count = int(os.environ.get("MADE_COUNT", "60"))
count = 6 if st.toggle("Six passages") else count
comparison = made_comparison(count)
st.button("Run again")
grades = st.session_state.setdefault("grades", {})
data = comparison_data(comparison, visible=10)
opened = comparison_view(data, key="comparison", grades=grades)
if opened and opened.grade is not None:
    grades[opened.chunk_id] = opened.grade
    st.rerun()
st.text(f"opened: {opened.chunk_id} quote={opened.quote}" if opened else "opened: nothing")
