"""The same search with what was fitted, by other rerankers, on other runtimes, of other chunks."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.app.copying import cut_otherwise
from core.app.engine import Engine
from core.evaluate.configurations import Configuration, chunking_words, variants
from core.models.runtime_selection.kept import AUTO, RUNTIME_CHOICES
from core.schema import Collection
from pages.ui.evaluate.fits import fits_choice
from pages.ui.rankings.configurations import copy_popover, rerankers
from pages.ui.text import plain, printable


def _base(chosen: Sequence[Configuration]) -> Configuration:
    """What the variants differ from: the first one that a cross-encoder reads, or the first."""
    return next((one for one in chosen if one.reranked), chosen[0])


def more_configurations(
    engine: Engine, collection: Collection, chosen: Sequence[Configuration]
) -> tuple[Configuration, ...]:
    """Draw the choices; the configurations that they add."""
    base = _base(chosen)
    with st.expander(
        "What was fitted; other rerankers, runtimes, chunkings", icon=":material/add:"
    ):
        st.caption(f"Each is “{plain(base.name)}”, changed in one thing.")
        fitted = fits_choice(engine, collection, base)
        on, *others = rerankers(engine)
        by = st.multiselect(
            "Rerankers",
            others,
            format_func=printable,
            disabled=not (base.reranked and others),
            placeholder="None" if others else f"Only {printable(on)} is on this machine",
            help="Those of the Models page that are on this machine or on a server.",
        )
        runtimes = st.multiselect(
            "Runtimes",
            [name for name in RUNTIME_CHOICES if name != AUTO],
            disabled=not base.reranked,
            placeholder="None",
            help="What computes the cross-encoder: is a faster one as good on these questions?",
        )
        found = cut_otherwise(engine, collection.id)
        known = {id_: chunking_words(chunking) for id_, chunking in found.items()}
        cuts = st.multiselect(
            "Chunkings",
            list(known),
            format_func=known.__getitem__,
            disabled=not known,
            placeholder="None" if known else "No other collection has these documents",
            help="Grades go with the words of the document, so they count for every chunking.",
        )
        copy_popover(engine, collection)
    return *fitted, *variants(base, by, runtimes, {id_: known[id_] for id_ in cuts})
