"""Collections: make, rename, switch, delete."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from core.app.engine import Engine
from core.home.library import NAME_CHARACTERS
from core.schema import Chunking, Collection
from core.text.counting import counted
from pages.ui import state
from pages.ui.actions import act, button, confirm, delete_button
from pages.ui.library.words import totals
from pages.ui.text import plain


def _create(engine: Engine) -> None:
    name = st.session_state[state.NEW_COLLECTION]
    st.session_state[state.COLLECTION] = engine.library.create_collection(name, Chunking()).id
    st.session_state[state.NEW_COLLECTION] = ""


def _named(label: str, key: str, verb: str, work: Callable[[], object]) -> None:
    """Draw a field for a name, and the button that does the work, which Enter presses too."""
    with (
        st.form(state.key(key, "form"), border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        example = "For example: Contracts"
        st.text_input(label, key=key, max_chars=NAME_CHARACTERS, placeholder=example)
        st.form_submit_button(verb, key=state.key(key, "do"), on_click=act, args=(work,))


def _rename(engine: Engine, collection: Collection) -> None:
    key = state.key(state.RENAME, collection.id)
    st.session_state.setdefault(key, collection.name)
    rename = engine.library.rename_collection
    _named("Name", key, "Rename", lambda: rename(collection.id, st.session_state[key]))


def _delete(engine: Engine, collection: Collection) -> None:
    documents = engine.library.documents(collection.id)
    held = f"It holds {totals(documents)}." if documents else "It is empty."
    key = state.key(state.DELETE, collection.id)
    delete_button("Delete this collection", key)
    confirm(
        "Delete",
        f"Delete **{plain(collection.name)}**? {held} This cannot be undone.",
        lambda: engine.delete_collection(collection.id),
        f"{plain(collection.name)} was deleted.",
        key,
    )


def _line(engine: Engine, collection: Collection, current: bool) -> None:
    documents = engine.library.documents(collection.id)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{plain(collection.name)}** · {totals(documents) if documents else 'empty'} · "
            f"chunks of up to {counted(collection.chunking.size, 'token')}"
        )
        if current:
            st.caption("current")
            return
        switch = partial(st.session_state.__setitem__, state.COLLECTION, collection.id)
        button("Open", "", switch, key=state.key(state.SWITCH, collection.id), type="tertiary")


def collections_view(engine: Engine, collection: Collection) -> None:
    """Draw all collections, the open one with what can be done to it, and a new one."""
    st.markdown(
        "#### Collections\nEach is a set of documents that are searched together and share "
        "one chunking."
    )
    for each in engine.library.collections():
        _line(engine, each, each.id == collection.id)
    st.divider()
    st.markdown(f"**Current collection:** {plain(collection.name)}")
    _rename(engine, collection)
    _delete(engine, collection)
    st.divider()
    label, key = "Name of a new collection", state.NEW_COLLECTION
    _named(label, key, "Create", lambda: _create(engine))
