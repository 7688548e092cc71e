"""The real pages over a library of hostile text."""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[3]))

from pages.ui import resources
from tests.browser.hostile import hostile_engine


@st.cache_resource
def _engine():
    return hostile_engine(Path(os.environ["SECOND_LOOK_HOME"]))


resources.engine = _engine
runpy.run_path(str(Path(__file__).parents[3] / "app.py"), run_name="__main__")
