"""A page that shows untrusted strings in every way the app does, for the browser tests.

``STRINGS`` names a JSON list of strings; case i is drawn in the container ``case-i``.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[2]))

from pages.ui.text import plain, render_untrusted

for index, text in enumerate(json.loads(Path(os.environ["STRINGS"]).read_text("utf-8"))):
    with st.container(key=f"case-{index}"):
        render_untrusted(text)
        st.caption(plain(text))
        st.button(plain(text), key=f"button-{index}")
        st.expander(plain(text)).text("inside")
        st.markdown(plain(text))
st.text("all cases are drawn")
