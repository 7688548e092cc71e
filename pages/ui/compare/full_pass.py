"""What a cascade, a time limit or the skip predictor lost against reading everything."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.app.engine import Engine
from core.schema import Collection, Comparison, SearchSettings
from core.search.cascade_lab import lost_against
from pages.ui import resources, state
from pages.ui.text import plain


def shortened(comparison: Comparison) -> bool:
    """Whether reranking was wanted, and the full model did not read every candidate."""
    wanted = comparison.settings.second.enabled
    return wanted and any(item.scored != "full" for item in comparison.reranked)


def in_full(settings: SearchSettings) -> SearchSettings:
    """The same question without cascade, limit and skip predictor."""
    return replace(
        settings, second=replace(settings.second, cascade=0, budget_ms=0, skip_predictor=False)
    )


def loss_words(full: Comparison, made: Comparison) -> str:
    """One sentence about what is missing from the top n, with each passage's place."""
    n = min(made.settings.top_n, len(full.reranked))
    lost = lost_against(full, made)
    if not lost:
        same = "passage" if n == 1 else f"{n} passages"
        return f"Nothing lost: the full pass has the same {same} in its top {n}."
    places = ", ".join(
        f"rank {item.rank} ({item.chunk.document_name}, page {item.chunk.first_page})"
        for item in lost
    )
    return f"Lost against the full pass: {len(lost)} of its top {n}, at {places}."


def full_pass(engine: Engine, collection: Collection, comparison: Comparison) -> None:
    """A switch that reads the rest too, and says what was lost."""
    if not shortened(comparison):
        return
    checked = st.toggle(
        "Check against the full pass",
        key=state.FULL_PASS,
        help="Reads every candidate in full as well, so it takes the time that was saved.",
    )
    if not checked:
        return
    version = engine.library.corpus_version(collection.id)
    search = in_full(comparison.settings)
    depth = search.top_n
    full = resources.comparison(engine, collection.id, version, comparison.query, search, depth)
    st.caption(f":material/compare_arrows: {plain(loss_words(full, comparison))}")
