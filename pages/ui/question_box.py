"""The box that a question is typed into."""

from __future__ import annotations

import streamlit as st

EXAMPLE = "For example: Can I approve my own travel expenses?"


def question_box(form: str, label: str, key: str, button: str, icon: str) -> str:
    """Draw the box and its button; the question as typed, without space around it.

    It changes when the button is pressed or Enter is typed, not with each letter.
    """
    with st.form(form, border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        query: str = st.text_input(label, key=key, placeholder=EXAMPLE, max_chars=2000)
        st.form_submit_button(button, type="primary", icon=icon)
    return query.strip()
