"""Explanations and what-ifs, computed once for the same texts and models."""

from __future__ import annotations

import streamlit as st

from core.app.engine import Engine
from core.explain.occlusion import Explanation, explain
from core.explain.what_if import WhatIf, what_if
from core.models.computation import computation_key
from core.schema import Chunk, Comparison
from pages.ui.resources import fingerprint


def _models(comparison: Comparison) -> tuple[str, ...]:
    return tuple(map(computation_key, comparison.models))


@st.cache_data(show_spinner=False, max_entries=500)
def _explanation(
    _engine: Engine,
    query: str,
    _chunk: Chunk,
    chunk_id: str,
    models: tuple[str, ...],
) -> Explanation:
    del chunk_id, models  # parts of the cache key only
    encoder, cross_encoder = _engine.models.wait()
    with _engine.models.scheduler.searching():
        return explain(query, _chunk, encoder, cross_encoder)


def explanation(engine: Engine, comparison: Comparison, chunk: Chunk) -> Explanation:
    """Why a passage of a comparison stands where it stands."""
    return _explanation(engine, comparison.query, chunk, chunk.id, _models(comparison))


@st.cache_data(show_spinner=False, max_entries=200)
def _what_if(
    _engine: Engine,
    edited: tuple[str, str, str],
    _comparison: Comparison,
    key: str,
) -> WhatIf:
    del key  # names the comparison in the cache
    query, text, chunk_id = edited
    _, cross_encoder = _engine.models.wait()
    with _engine.models.scheduler.searching():
        return what_if(query, text, chunk_id, _comparison, cross_encoder)


def edited(engine: Engine, comparison: Comparison, query: str, text: str, chunk: Chunk) -> WhatIf:
    """The comparison's passages with an edited question, and one with another text."""
    return _what_if(engine, (query, text, chunk.id), comparison, fingerprint(comparison))
