"""Choosing a reranker, an encoder and a runtime."""

from __future__ import annotations

import streamlit as st

from core.app.engine import Engine
from core.app.model_choice import set_by_environment, switched_off
from core.models.opening import availability
from core.models.registry import ModelKind, ModelSpec
from core.models.runtime_selection.kept import RUNTIME_CHOICES
from pages.ui import resources, state
from pages.ui.actions import button, choose
from pages.ui.models.words import model_rows
from pages.ui.text import plain, printable

RUNTIME_WIDTH = 165
"""In pixels, enough for the longest of them: a model's name needs the rest at 800 pixels."""
_COLUMNS = {
    "Model": st.column_config.TextColumn(width=270),
    "Where": st.column_config.TextColumn(width=190),
    "Max tokens": st.column_config.NumberColumn(format="localized"),
}


def _choose(specs: list[ModelSpec], label: str, key: str, on: str) -> str:
    names = {spec.name: printable(f"{spec.name} ({availability(spec)})") for spec in specs}
    chosen: str = choose(label, names, key, on)
    return chosen


def _use_cross_encoder(engine: Engine, name: str, runtime: str) -> None:
    with st.spinner("Loading the cross-encoder …"):
        seconds = engine.model_manager.use_cross_encoder(name, runtime)
    resources.forget_comparisons()
    st.toast(f"Loaded in {seconds:.1f} s; searches use it now.", icon=":material/check:")


def _reranker(engine: Engine, specs: list[ModelSpec]) -> None:
    on = engine.model_manager.spec("cross_encoder").name
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = _choose(specs, "Cross-encoder", state.MODELS_RERANKER, on)
        st.session_state.setdefault(state.MODELS_RUNTIME, engine.model_manager.runtime)
        runtime = st.selectbox(
            "Runtime",
            RUNTIME_CHOICES,
            key=state.MODELS_RUNTIME,
            width=RUNTIME_WIDTH,
            help="What runs the model. auto takes the fastest runtime that was measured to rank "
            "like the reference, torch-fp32.",
        )
        button(
            "Use now",
            "swap_horiz",
            lambda: _use_cross_encoder(engine, name, runtime),
            key=state.USE_RERANKER,
            type="primary",
            disabled=(name, runtime) == (on, engine.model_manager.runtime),
        )


def _encoder(engine: Engine, specs: list[ModelSpec]) -> None:
    on = engine.model_manager.spec("encoder").name
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = _choose(specs, "Bi-encoder", state.MODELS_ENCODER, on)
        button(
            "Use from the next start",
            "restart_alt",
            lambda: engine.model_manager.use_encoder_from_next_start(name),
            "Saved for the next start.",
            key=state.USE_ENCODER,
            disabled=name == on,
        )
    st.caption(
        "Vectors of different encoders cannot be compared: after the next start all documents are "
        "embedded again into a new index, and searches use it when it is complete."
    )
    coming = engine.model_manager.encoder_of_next_start()
    if coming not in {on, "bundled", engine.model_manager.encoder_name}:
        st.info(f"From the next start: {plain(coming)}", icon=":material/schedule:")


def choice_view(engine: Engine) -> None:
    """Draw what can be chosen, and the whole registry."""
    decided = set_by_environment(resources.settings())
    st.markdown("#### Choose models")
    if decided:
        st.info(
            f"{plain(', '.join(decided))} is set in the environment and overrides the choice here "
            "at the next start.",
            icon=":material/terminal:",
        )
    if off := switched_off(engine.settings.home):
        st.info(
            f"Switched off, because a backup brought it: {plain('; '.join(off))}. Switch it on "
            "with `python -m core restore --trust`.",
            icon=":material/lock:",
        )
    kinds: tuple[tuple[ModelKind, str], ...] = (
        ("cross_encoder", "Cross-encoders"),
        ("encoder", "Bi-encoders"),
    )
    specs = {kind: engine.model_manager.specs(kind) for kind, _ in kinds}
    _reranker(engine, specs["cross_encoder"])
    _encoder(engine, specs["encoder"])
    st.markdown("#### All models")
    st.caption(
        "Add models, local folders and servers in registry.toml in the home folder. A Hugging Face "
        "model is downloaded on first use. To see up to three rerankers side by side, open "
        "Configurations on Compare."
    )
    for kind, label in kinds:
        st.markdown(f"**{label}**")
        rows = model_rows(specs[kind], engine.model_manager.spec(kind).name)
        st.dataframe(
            rows, hide_index=True, key=state.key(state.MODELS, kind), column_config=_COLUMNS
        )
