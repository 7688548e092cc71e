"""A page with the comparison component alone, for the browser tests.

``MADE_COUNT`` passages (60), the file named by ``MADE_TEXTS`` (a JSON list) as their texts.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[2]))

from pages.ui.rankings.lists import comparison_data
from pages.ui.rankings.view import comparison_view
from tests.browser.made_comparison import made_comparison

st.set_page_config(page_title="Comparison", layout="wide")
texts_file = os.environ.get("MADE_TEXTS")
texts = tuple(json.loads(Path(texts_file).read_text("utf-8"))) if texts_file else ()
count = int(os.environ.get("MADE_COUNT", "60"))
count = 6 if st.toggle("Six passages") else count
comparison = made_comparison(count, texts=texts, name=os.environ.get("MADE_NAME"))
st.button("Run again")
grades = st.session_state.setdefault("grades", {})
data = comparison_data(comparison, visible=10)
opened = comparison_view(data, key="comparison", grades=grades)
if opened and opened.grade is not None:
    grades[opened.chunk_id] = opened.grade
    st.rerun()
st.text(f"opened: {opened.chunk_id} quote={opened.quote}" if opened else "opened: nothing")
