"""Library: add files, watch them being indexed, look at their chunks, keep collections in order."""

from __future__ import annotations

import streamlit as st

from core.store.opening import place_words, server_advice
from pages.ui import state
from pages.ui.components import style
from pages.ui.frame import choose_view, errors_shown, frame
from pages.ui.library.chunking import chunking_view
from pages.ui.library.collections import collections_view
from pages.ui.library.documents import documents_table, no_documents
from pages.ui.library.uploads import progress, uploads
from pages.ui.text import plain

DOCUMENTS, CHUNKING, COLLECTIONS = "Documents", "Chunking", "Collections"

engine, collection = frame("Library")
st.html(style("library"))
st.markdown(f"## Library\n{plain(collection.name)}")
view = choose_view(state.LIBRARY_VIEW, (DOCUMENTS, CHUNKING, COLLECTIONS))
with errors_shown():
    documents = engine.library.documents(collection.id)
    chunks = sum(document.chunks for document in documents if document.counted)
    server = bool(engine.settings.qdrant_url)
    advice = server_advice(chunks)
    if advice and not server:
        st.info(plain(advice), icon=":material/dns:")
    with st.container():  # what stands above must not move the progress: its buttons would be lost
        if view == DOCUMENTS:
            uploads(engine, collection, documents)
    with st.container():
        if view == DOCUMENTS or engine.jobs.busy():
            progress(engine, collection)
    if view == CHUNKING:
        chunking_view(engine, collection, documents)
    elif view == COLLECTIONS:
        collections_view(engine, collection)
    elif documents:
        documents_table(engine, collection, documents)
        st.caption(plain(place_words(chunks, server=server)))
    else:
        no_documents(collection, coming=engine.jobs.busy())
