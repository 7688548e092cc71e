"""Buttons that work, download, choose and delete; a callback's error is kept for the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from mimetypes import guess_type
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


def _shown(icon: str) -> str | None:
    return f":material/{icon}:" if icon else None


def button(
    label: str, icon: str, work: Callable[[], object], done: str = "", **options: Any
) -> None:
    """Draw a button that works in its callback, as ``act`` does.

    Args:
        label: on the button (Markdown).
        icon: its name among Material's symbols; empty for none.
        work: done on a click, before the page is drawn.
        done: said when it went well (Markdown).
        options: further ones of ``st.button``.
    """
    st.button(label, icon=_shown(icon), on_click=act, args=(work, done), **options)


def download(
    label: str, icon: str, data: str | bytes | Callable[[], str | bytes], name: str, **options: Any
) -> None:
    """Draw a button that takes ``data`` away as the file ``name``; a function makes it then."""
    mime = guess_type(name)[0] or "application/octet-stream"
    st.download_button(label, data, name, mime, icon=_shown(icon), **options)


def choose(label: str, names: Mapping[str, str], key: str, first: str = "", **options: Any) -> Any:
    """A select box of ids by their names; one that is gone since it was chosen is "deleted".

    With ``first``, that one is chosen in the place of none and of one that is gone.
    """
    if first and st.session_state.get(key) not in names:
        st.session_state[key] = first
    return st.selectbox(
        label,
        list(names),
        key=key,
        format_func=lambda id_: names.get(id_, "deleted"),
        **options,
    )


def json_button(record: object, name: str, key: str) -> None:
    """Take a record away as it is, as the file ``name``; made when it is pressed."""
    download("JSON", "download", lambda: to_json(record, indent=2), name, key=key)


def delete_button(label: str, key: str) -> None:
    """A button that deletes nothing yet: ``confirm`` with the same key asks."""
    asked = st.session_state.get(state.CONFIRMING) == key
    ask = partial(st.session_state.__setitem__, state.CONFIRMING, key)
    button(label, "delete", ask, key=f"{key}-ask", disabled=asked)


def confirm(label: str, question: str, work: Callable[[], object], done: str, key: str) -> None:
    """After a click on ``delete_button`` with this key: delete on the second click.

    ``question`` names what is lost, ``done`` is said afterwards (both Markdown).
    """
    if st.session_state.get(state.CONFIRMING) != key:
        return
    st.warning(question, icon=":material/delete_forever:")
    with st.container(horizontal=True):
        button(label, "delete", work, done, key=f"{key}-yes", type="primary")
        button("Keep", "", lambda: None, key=f"{key}-no")
