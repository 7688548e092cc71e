"""The documents of a collection as a table, and one of them opened."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any

import streamlit as st

from core.app.engine import Engine
from core.schema import Collection, Document
from core.text.counting import counted
from pages.ui import state
from pages.ui.actions import confirm, delete_button
from pages.ui.choosing_table import choosing_table
from pages.ui.library.chunks import browse
from pages.ui.library.words import totals
from pages.ui.text import plain, printable, size_words

_COLUMNS = {
    "Name": st.column_config.TextColumn(width=230),
    "Title": st.column_config.TextColumn(width="medium"),
    "Pages": st.column_config.NumberColumn(width="small", format="localized"),
    "Places": st.column_config.NumberColumn(
        width="small", format="localized", help="Pages, lines, cues, rows, slides or sections."
    ),
    "Chunks": st.column_config.NumberColumn(width="small", format="localized"),
    "Size": st.column_config.NumberColumn(width="small", format="bytes"),
    "Added": st.column_config.DatetimeColumn(width=140, format="D MMM YYYY, HH:mm"),
    "Status": st.column_config.TextColumn(width="small"),
}


def rows(documents: Sequence[Document], partly: Container[str] = ()) -> dict[str, list[Any]]:
    """The table's columns; titles only when there are any.

    Args:
        documents: one for each row.
        partly: ids of those of which not all is searched.
    """
    places = "Pages" if {document.unit for document in documents} <= {"page"} else "Places"
    columns: dict[str, list[Any]] = {
        "Name": [printable(document.name) for document in documents],
        "Title": [printable(document.title) for document in documents],
        places: [document.pages if document.counted else None for document in documents],
        "Chunks": [document.chunks if document.counted else None for document in documents],
        "Size": [document.size for document in documents],
        "Added": [document.added_at.astimezone() for document in documents],
        "Status": [_status(document, partly) for document in documents],
    }
    if not any(columns["Title"]):
        del columns["Title"]
    return columns


def _status(document: Document, partly: Container[str]) -> str:
    if not document.counted:
        return "waiting"
    return "partly indexed" if document.id in partly else document.status


def _close_chunk() -> None:
    st.session_state.pop(state.OPEN_CHUNK, None)


def documents_table(engine: Engine, collection: Collection, documents: Sequence[Document]) -> None:
    """Draw the totals, the table, and the chunks of the document that is open."""
    st.markdown(f"#### Documents\n{totals(documents)}")
    by_id = {document.id: document for document in documents}
    opened = choosing_table(
        rows(
            documents,
            {i for i in by_id if any(n.kind == "not searched" for n in engine.pages.notes(i))},
        ),
        {id_: printable(document.name) for id_, document in by_id.items()},
        state.OPEN_DOCUMENT,
        _close_chunk,
        what="document",
        key=state.key(state.DOCUMENTS_TABLE, engine.library.corpus_version(collection.id)),
        columns=_COLUMNS,
    )
    if opened is None:
        return
    for note in engine.pages.notes(opened):
        st.warning(plain(note.text), icon=":material/visibility_off:")
    document, key = by_id[opened], state.key(state.DELETE, opened)
    delete_button("Delete this document", key)
    confirm(
        "Delete",
        f"Delete **{plain(document.name)}** from {plain(collection.name)}? Its "
        f"{counted(max(document.chunks, 0), 'chunk')} and its file "
        f"({size_words(document.size)}) will be removed from this machine.",
        lambda: engine.delete_document(collection.id, document.id),
        f"{plain(document.name)} was deleted.",
        key,
    )
    browse(engine, collection, document)


def no_documents(collection: Collection, coming: bool) -> None:
    """What to do first."""
    if coming:
        st.info("The first documents are being indexed.", icon=":material/hourglass_top:")
        return
    st.markdown(
        f"#### {plain(collection.name)} is empty\n"
        "1. Drop files into the box above, or add the sample documents.\n"
        "2. Watch them being read, split into chunks and embedded. You can leave this page.\n"
        "3. Look at the chunks on their pages here, then ask a question on Compare."
    )
