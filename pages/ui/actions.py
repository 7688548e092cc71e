"""What buttons of the library do: callbacks that report what went wrong, and second questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from core.errors import SecondLookError
from core.serialize import to_json
from pages.ui import state


def act(work: Callable[[], object], done: str = "") -> None:
    """Run a button's work in its callback; ``done`` is said when it went well.

    A callback runs before the page is drawn, so an error is kept, and shown by the page's frame.
    """
    st.session_state.pop(state.CONFIRMING, None)
    try:
        work()
    except SecondLookError as error:
        st.session_state[state.FAILURE] = error
        return
    if done:
        st.toast(done, icon=":material/check:")


def choose(label: str, names: Mapping[str, str], key: str, **options: Any) -> Any:
    """A select box of ids by their names; one that is gone since it was chosen is "deleted"."""
    return st.selectbox(
        label,
        list(names),
        key=key,
        format_func=lambda id_: names.get(id_, "deleted"),
        **options,
    )


def json_button(record: object, name: str, key: str) -> None:
    """Take a record away as it is, as the file ``name``."""
    data = to_json(record, indent=2)
    icon = ":material/download:"
    st.download_button("JSON", data, name, "application/json", icon=icon, key=key)


def delete_button(label: str, key: str) -> None:
    """A button that deletes nothing yet: ``confirm`` with the same key asks."""
    st.button(
        label,
        key=f"{key}-ask",
        icon=":material/delete:",
        disabled=st.session_state.get(state.CONFIRMING) == key,
        on_click=lambda: st.session_state.update({state.CONFIRMING: key}),
    )


def confirm(label: str, question: str, work: Callable[[], object], done: str, key: str) -> None:
    """After a click on ``delete_button``: name what is lost, and delete on the second click.

    Args:
        label: on the button that deletes.
        question: names what is lost (Markdown).
        work: done after the second click.
        done: said afterwards (Markdown).
        key: as given to ``delete_button``.
    """
    if st.session_state.get(state.CONFIRMING) != key:
        return
    st.warning(question, icon=":material/delete_forever:")
    with st.container(horizontal=True):
        st.button(label, key=f"{key}-yes", type="primary", on_click=act, args=(work, done))
        st.button(
            "Keep", key=f"{key}-no", on_click=lambda: st.session_state.pop(state.CONFIRMING, None)
        )
