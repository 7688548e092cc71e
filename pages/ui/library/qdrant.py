"""Adding what a Qdrant collection holds: its address, its texts, its own lists; then one file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import streamlit as st

from core.app.engine import Engine
from core.app.qdrant_import import MOST_POINTS, ImportPlan, encoder_named, import_file
from core.models.opening import usable_offline
from core.schema import Collection, Document
from core.store.qdrant_source import QdrantSource, SourcePreview
from core.text.counting import counted
from core.text.hosts import host_of
from pages.ui import state
from pages.ui.frame import errors_shown
from pages.ui.text import plain, shortened

_PAYLOAD_CHARACTERS = 400


def _other_address() -> None:
    """A key goes to the host that it was typed for, and to no other one."""
    host = host_of(st.session_state[state.QDRANT_URL].strip())
    if host != st.session_state.get(state.QDRANT_HOST):
        st.session_state[state.QDRANT_KEY] = ""
    st.session_state[state.QDRANT_HOST] = host


def _source(engine: Engine) -> QdrantSource:
    url, key = (str(st.session_state[k]).strip() for k in (state.QDRANT_URL, state.QDRANT_KEY))
    return QdrantSource(url, key, engine.ledger.record)


def _connected(engine: Engine) -> list[str]:
    """The collections of the server that was asked last, if its address still stands there."""
    example = "http://localhost:6333"
    url = st.text_input(
        "Address", key=state.QDRANT_URL, on_change=_other_address, placeholder=example
    ).strip()
    st.text_input("API key, if it needs one", key=state.QDRANT_KEY, type="password")
    if st.button("Connect", key=state.QDRANT_CONNECT, disabled=not url):
        for key in (state.QDRANT_FOUND, state.QDRANT_SAID):
            st.session_state.pop(key, None)
        with closing(_source(engine)) as source:
            st.session_state[state.QDRANT_FOUND] = url, source.collections(), {}
    found = st.session_state.get(state.QDRANT_FOUND)
    if not found or found[0] != url:
        return []
    if not found[1]:
        st.info("This server has no collections.")
    names: list[str] = found[1]
    return names


def _preview(engine: Engine, name: str) -> SourcePreview:
    """Asked for once; also drawn."""
    kept: dict[str, SourcePreview] = st.session_state[state.QDRANT_FOUND][2]
    if name not in kept:
        with closing(_source(engine)) as source:
            kept[name] = source.preview(name)
    preview = kept[name]
    vectors = (f"{name or 'unnamed'} ({size})" for name, size in preview.vectors.items())
    said = f"{counted(preview.points, 'point')}, vectors: {', '.join(vectors) or 'none'}"
    st.caption(plain(said))
    for payload in preview.payloads:
        words = json.dumps(payload, ensure_ascii=False, indent=1, default=str)
        st.code(shortened(words, _PAYLOAD_CHARACTERS), None, wrap_lines=True)
    return preview


def _plan(engine: Engine, name: str, preview: SourcePreview) -> tuple[ImportPlan, str]:
    """What is chosen, and the name of the encoder; no question without one."""
    options: dict[str, Any] = {"format_func": lambda path: path or "none"}
    text = st.selectbox("The text is in", preview.text_paths, key=state.QDRANT_TEXT)
    titles = ("", *preview.text_paths)
    title = st.selectbox("The title is in", titles, key=state.QDRANT_TITLE, **options)
    limit = st.number_input("Points at most", 1, value=MOST_POINTS, key=state.QDRANT_LIMIT)
    encoders = ["", *(s.name for s in engine.model_manager.specs("encoder") if usable_offline(s))]
    words = "With it, questions are asked with its own vectors: its list becomes the left one."
    label = "The model that made its vectors"
    encoder = st.selectbox(label, encoders, key=state.QDRANT_ENCODER, help=words, **options)
    questions, using = "", ""
    if encoder:
        words = "Questions, one a line"
        questions = st.text_area(words, key=state.QDRANT_QUESTIONS, placeholder="Who pays?")
        if len(preview.vectors) > 1:
            using = st.selectbox("Vectors", list(preview.vectors), key=state.QDRANT_USING)
    asked = questions.split("\n") if questions.strip() else ()
    return ImportPlan(name, text or "", title, asked, using, int(limit)), encoder


def from_qdrant(engine: Engine, collection: Collection, documents: Sequence[Document]) -> None:
    """Draw the popover; only the address that stands there is asked, after a click."""
    with st.popover("From a Qdrant collection", icon=":material/dns:"), errors_shown():
        st.caption("It is read once, and nothing is written to it.")
        names = _connected(engine)
        if not names:
            return
        name = st.selectbox("Collection", names, key=state.QDRANT_COLLECTION)
        preview = _preview(engine, name)
        if not preview.text_paths:
            st.warning("The first points of this collection have no text.")
            return
        plan, encoder = _plan(engine, name, preview)
        if st.button("Import", key=state.QDRANT_IMPORT, type="primary"):
            with st.spinner("Reading …"), closing(_source(engine)) as source:
                model = encoder_named(engine, encoder) if plan.questions else None
                made = import_file(source, plan, engine.settings.limits, model)
            older = {document.name: document.id for document in documents}
            files = [(made.name, made.data)]
            engine.jobs.add(collection.id, files, older, state.session_id())
            st.session_state[state.QDRANT_SAID] = made.words
            st.rerun()
        if said := st.session_state.get(state.QDRANT_SAID):
            st.success(plain(said))
