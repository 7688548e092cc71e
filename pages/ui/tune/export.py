"""What a search of the collection uses, taken away for another system."""

from __future__ import annotations

import streamlit as st

from core.app.engine import Engine
from core.app.export import ExportedSettings, as_python, export_settings
from core.schema import Collection
from core.serialize import to_json
from pages.ui import resources, state
from pages.ui.actions import download


def export_view(engine: Engine, collection: Collection) -> None:
    """Draw the two ways to take it away; each is made when it is pressed."""

    def now() -> ExportedSettings:
        search, weights = state.chosen_settings(), state.learned_wanted()
        search = resources.tuning().applied(search, collection.id, weights=weights)
        return export_settings(engine, collection.id, search)

    with st.expander("Use it elsewhere", icon=":material/output:"):
        st.caption(
            "The models, the depth, the weights and the abstention threshold that Compare uses for "
            "this collection now. The Python ranks passages in the same order with "
            "sentence-transformers alone; where BM25 counts, also with your own engine's scores or "
            "Qdrant's library. Its first line says what it leaves out."
        )
        with st.container(horizontal=True):
            download("Settings", "data_object", lambda: to_json(now(), indent=2), "search.json")
            download("Python", "code", lambda: as_python(now()), "search.py")
