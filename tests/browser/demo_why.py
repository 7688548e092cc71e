"""A page with the parts of an explanation alone, made by the two fakes; for the browser tests."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.explain.occlusion import explain
from pages.ui.compare.why import why_data, why_view
from tests.fakes import FakeCrossEncoder, FakeEncoder
from tests.strategies import make_chunk

TEXT = "<img src=x onerror='window.stolen=1'> is paid. You may approve it. It ends here unread."
st.set_page_config(page_title="Why", layout="wide")
made = explain("approve tickets", make_chunk(0, TEXT), FakeEncoder(), FakeCrossEncoder(15))
why_view(why_data(made), key="why")
