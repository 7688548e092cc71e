"""Collections: make, rename, switch, delete."""

from __future__ import annotations

import streamlit as st

from core.app.engine import Engine
from core.home.library import NAME_CHARACTERS
from core.schema import Chunking, Collection
from core.text.counting import counted
from pages.ui import state
from pages.ui.actions import act, confirm, delete_button
from pages.ui.library.words import totals
from pages.ui.text import plain


def _create(engine: Engine) -> None:
    collection = engine.library.create_collection(
        st.session_state.get(state.NEW_COLLECTION, ""), Chunking()
    )
    st.session_state[state.COLLECTION] = collection.id
    st.session_state[state.NEW_COLLECTION] = ""


def _new(engine: Engine) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Name of a new collection",
            key=state.NEW_COLLECTION,
            max_chars=NAME_CHARACTERS,
            placeholder="For example: Contracts",
        )
        st.button(
            "Create",
            key=state.CREATE_COLLECTION,
            icon=":material/add:",
            on_click=act,
            args=(lambda: _create(engine),),
        )


def _rename(engine: Engine, collection: Collection) -> None:
    key = state.key(state.RENAME, collection.id)
    st.session_state.setdefault(key, collection.name)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Name", key=key, max_chars=NAME_CHARACTERS)
        st.button(
            "Rename",
            key=state.RENAME_COLLECTION,
            icon=":material/edit:",
            on_click=act,
            args=(lambda: engine.library.rename_collection(collection.id, st.session_state[key]),),
        )


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
        st.button(
            "Open",
            key=state.key(state.SWITCH, collection.id),
            type="tertiary",
            on_click=st.session_state.__setitem__,
            args=(state.COLLECTION, collection.id),
        )


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
    _new(engine)
