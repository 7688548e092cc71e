"""What is on now: both models, their speed here, their noise floor, and what does not fit."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.app.engine import Engine
from core.app.model_manager import memory_megabytes
from core.models.language import collection_warning
from core.models.runtime_selection.kept import selections
from core.schema import Collection
from core.search.calibration import NoiseFloor
from core.text.counting import signed
from pages.ui import resources, state
from pages.ui.actions import button
from pages.ui.models.words import (
    checked_words,
    insisted_words,
    measured_words,
    runtime_rows,
    spread_words,
)
from pages.ui.text import plain


def warnings(engine: Engine, collection: Collection) -> None:
    """Warn of a language that a model was not made for."""
    version = engine.library.corpus_version(collection.id)
    chunks = resources.first_passages(engine, collection.id, version)
    for kind in ("encoder", "cross_encoder"):
        said = collection_warning(chunks, engine.model_manager.spec(kind))
        if said:
            st.warning(plain(said), icon=":material/translate:")


def _floor_words(floor: NoiseFloor | None, empty: bool) -> str:
    if floor is not None:
        return (
            f"Noise floor of this collection: **logit {signed(floor.logit)}**, **cosine "
            f"{floor.cosine:.2f}**. {floor.quantile:.0%} of {floor.probes} off-topic questions "
            "score below it; an answer abstains when its best passage does too."
        )
    if empty:
        return "A collection without documents has no noise floor."
    return (
        "The noise floor of this collection is not measured yet with these models. It is measured "
        "in the background; until then the model's calibration is used."
    )


def _measure_floor(engine: Engine, collection: Collection) -> None:
    with st.spinner("Asking off-topic questions …"):
        engine.model_manager.measure_floor(collection.id)


def now_view(engine: Engine, collection: Collection) -> None:
    """Draw what is on, with its figures on this machine."""
    status = engine.models.status
    if status.state == "loading":
        st.info("The models are loading.", icon=":material/hourglass_top:")
        return
    encoder, cross_encoder = engine.models.wait()
    with st.container(border=True, key="models-now"):
        st.markdown("#### In use")
        cells = st.columns(4)
        for cell, label, info in (
            (cells[0], "Cross-encoder", cross_encoder.info),
            (cells[1], "Bi-encoder", encoder.info),
        ):
            cell.markdown(f"{label}  \n**{plain(info.name)}**  \nruns on {plain(info.runtime)}")
        cells[2].markdown(f"Loaded in  \n**{status.seconds:.1f} s**")
        memory = f"{memory_megabytes():,.0f} MB"
        cells[3].markdown(f"Memory  \n**{memory}**  \nfor the whole program")
        version = engine.library.corpus_version(collection.id)
        floor = engine.model_manager.floor(version, encoder.info, cross_encoder.info)
        empty = not engine.library.documents(collection.id)
        st.markdown(f":material/graphic_eq: {_floor_words(floor, empty)}")
        if floor is None and not empty:
            measure = partial(_measure_floor, engine, collection)
            button("Measure the noise floor", "straighten", measure, key=state.MEASURE_FLOOR)
        _kept_scores(engine)
        _runtimes(engine, {m.info.name: m.info.runtime for m in (encoder, cross_encoder)})


def _kept_scores(engine: Engine) -> None:
    stats = engine.scores.stats()
    words = (
        f"Score cache: **{stats.entries:,} pairs**, {stats.size / 1_000_000:.1f} of at most "
        f"{engine.settings.cache_mb} MB. Since the start, **{stats.hit_rate:.0%}** of "
        f"{stats.hits + stats.misses:,} pairs came from it."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/inventory_2: {words}", width="stretch")
        button(
            "Clear the cache",
            "delete_sweep",
            engine.scores.clear,
            "Cleared.",
            key=state.CLEAR_SCORES,
            disabled=not stats.entries,
            help="Scores are kept by text and model, so a repeated question needs no model call. "
            "Clearing costs time, nothing else.",
        )


def _runtimes(engine: Engine, on: dict[str, str]) -> None:
    kept = [s for s in selections(engine.settings.home) if s.model.name in on]
    for selection in kept:
        model = selection.model
        if not selection.results and model.runtime == on[model.name]:
            st.caption(plain(f"{model.name} runs on {model.runtime}: {selection.reason}"))
    measured = [s for s in kept if s.results]
    for selection in measured:
        model, runtime = selection.model, on[selection.model.name]
        if insisted := insisted_words(selection, runtime):
            st.warning(plain(insisted), icon=":material/speed:")
        label = f"Runtimes of {plain(model.name)}, measured {measured_words(selection)}"
        with st.expander(label):
            st.caption(plain(selection.reason))
            st.caption(f"{checked_words(selection)} {spread_words(selection)}")
            rows = runtime_rows(selection, runtime)
            st.dataframe(
                rows, hide_index=True, key=state.key(state.RUNTIMES, model.kind), placeholder="–"
            )
            st.caption(plain(selection.where))
    if not measured:
        st.caption(
            "The speed of each runtime here and its agreement with the reference are measured once "
            "after a model's first start, then shown here."
        )
    if engine.models.measuring.locked():
        st.caption(":material/hourglass_top: The runtimes are being measured in the background.")
        return
    button(
        "Measure again" if measured else "Measure the runtimes",
        "speed",
        lambda: _measure_runtimes(engine),
        "Measured.",
        key=state.MEASURE_RUNTIMES,
        help="Every runtime does the same work in turn, between searches. It takes a minute or "
        "more and is best done on an idle machine.",
    )


def _measure_runtimes(engine: Engine) -> None:
    with st.spinner("Every runtime does the same work in turn …", show_time=True):
        engine.model_manager.measure_runtimes()
    resources.forget_comparisons()
