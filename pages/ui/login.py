"""An optional login through Streamlit's own ``st.login``; see docs/login.md."""

from __future__ import annotations

import streamlit as st


def login_wanted() -> bool:
    """Whether the secrets file asks for a login: it has an ``[auth]`` section."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def require_login() -> None:
    """Stop the page for everybody who is not logged in; without ``[auth]`` do nothing."""
    if not login_wanted():
        return
    if st.user.get("is_logged_in") is not True:  # missing counts as a stranger
        st.markdown("## Second Look\nLog in to see the documents.")
        st.button("Log in", icon=":material/login:", type="primary", on_click=st.login)
        st.stop()
    with st.sidebar:
        st.button("Log out", icon=":material/logout:", on_click=st.logout)
