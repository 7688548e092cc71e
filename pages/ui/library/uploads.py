"""Adding PDFs: the uploader, the question about new versions, the sample documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol

import streamlit as st

from core.app.engine import Engine
from core.schema import Collection, Document, sha256_hex
from core.text.counting import counted
from pages.ui import resources, state
from pages.ui.actions import act
from pages.ui.library.words import size_words
from pages.ui.text import plain

REPLACE, KEEP_BOTH = "Replace the older version", "Keep both"


class Upload(Protocol):
    """A file in the uploader, as far as it is needed here."""

    @property
    def name(self) -> str:
        """Its name on the person's machine."""
        ...

    def getvalue(self) -> bytes:
        """All of its bytes."""
        ...


def clashes(files: Sequence[Upload], documents: Sequence[Document]) -> dict[str, Document]:
    """Uploaded names that a document with other bytes has; the newest such document.

    A file whose bytes are already there under any name is no clash.
    """
    ids = {document.id for document in documents}
    newest = {document.name: document for document in documents}
    return {
        file.name: newest[file.name]
        for file in files
        if file.name in newest and sha256_hex(file.getvalue()) not in ids
    }


def missing_samples(documents: Sequence[Document], engine: Engine) -> list[tuple[str, bytes]]:
    """The sample documents that are neither in the collection nor on their way."""
    coming = {job.name for job in engine.jobs.snapshot() if not job.finished}
    ids = {document.id for document in documents}
    return [
        (name, data)
        for name, data in resources.samples()
        if name not in coming and sha256_hex(data) not in ids
    ]


def _queue(
    engine: Engine, collection: Collection, files: Sequence[Upload], replaces: Mapping[str, str]
) -> None:
    """Hand the bytes to the worker and empty the uploader, also when they are too many."""
    taken = [(file.name, file.getvalue()) for file in files]
    act(lambda: engine.jobs.add(collection.id, taken, dict(replaces), state.session_id()))
    state.next_upload()
    st.rerun()


def _ask(clashing: Mapping[str, Document]) -> dict[str, str]:
    """One choice a name; the ids of the documents that shall be replaced."""
    chosen: dict[str, str] = {}
    for name, old in clashing.items():
        st.markdown(
            f"**{plain(name)}** is here already with other content: "
            f"{counted(old.pages, 'page')}, {size_words(old.size)}, added {old.added_at:%d %b %Y}."
        )
        choice = st.radio(
            f"What to do with {plain(name)}",
            (REPLACE, KEEP_BOTH),
            key=f"{state.upload_key()}-{name}",
            horizontal=True,
            label_visibility="collapsed",
        )
        if choice == REPLACE:
            chosen[name] = old.id
    return chosen


def _settle(
    engine: Engine,
    collection: Collection,
    files: Sequence[Upload],
    clashing: Mapping[str, Document],
) -> None:
    with st.container(border=True):
        replaces = _ask(clashing)
        with st.container(horizontal=True):
            if st.button(
                f"Add {counted(len(files), 'file')}", type="primary", key=state.ADD_CLASHING
            ):
                _queue(engine, collection, files, replaces)
            st.button("Add nothing", key=state.ADD_NOTHING, on_click=state.next_upload)


def _samples(engine: Engine, collection: Collection, documents: Sequence[Document]) -> None:
    missing = missing_samples(documents, engine)
    if missing:
        st.button(
            "Add the sample documents",
            key=state.ADD_SAMPLES,
            icon=":material/auto_stories:",
            type="secondary" if documents else "primary",
            on_click=act,
            args=(partial(engine.jobs.add, collection.id, missing),),
            help=f"{counted(len(missing), 'PDF')} written for trying this out.",
        )


def uploads(engine: Engine, collection: Collection, documents: Sequence[Document]) -> None:
    """Draw the uploader and queue what is dropped."""
    files = st.file_uploader(
        "Add PDFs",
        type="pdf",
        accept_multiple_files=True,
        key=state.upload_key(),
        help=f"Up to {engine.settings.limits.file_mb} MB each. They stay on this machine.",
    )
    _samples(engine, collection, documents)
    if not files:
        return
    clashing = clashes(files, documents)
    if clashing:
        _settle(engine, collection, files, clashing)
    else:
        _queue(engine, collection, files, {})
