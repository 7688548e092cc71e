"""An experiment with the people who search: start it, stop it, see what it says."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import streamlit as st

from core.app.engine import Engine
from core.evaluate.configurations import presets
from core.evaluate.online import (
    LONGEST_DAYS,
    Effect,
    Experiment,
    Way,
    effect_words,
    effects,
    preference,
    preference_words,
)
from core.schema import Collection
from core.text.counting import counted, signed
from pages.ui import state
from pages.ui.actions import button
from pages.ui.frame import way_to
from pages.ui.text import day_and_time, plain

_WAYS: dict[Way, str] = {
    "interleave": "Interleaved: one list mixed from both",
    "split": "A/B test: one of the two per browser",
}
_HELP = (
    "Interleaved (team draft): every question compares both, so tens of questions may be enough. "
    "A/B test: also compares answers, time to the first click and follow-up questions, but only "
    "browsers count, so it takes many people."
)


def experiment_view(engine: Engine, collection: Collection) -> None:
    """Draw the experiment that runs, or the choices for one, and what was found."""
    st.caption(
        "Compare two configurations on real searches. While an experiment runs, Compare shows "
        "everyone in this collection one unmarked list and says so; anyone can opt out."
    )
    if not engine.history.on:
        st.info(
            "An experiment needs the history, which is off. Switch it on first.",
            icon=":material/history_toggle_off:",
        )
        way_to("History", "Open the history")
        return
    experiments = engine.history.experiments.of(collection.id)
    running = engine.history.experiments.running(collection.id)
    if running is None:
        _choices(engine, collection)
    if experiments:
        _results(engine, experiments, running)


def _choices(engine: Engine, collection: Collection) -> None:
    offered = {configuration.name: configuration for configuration in presets()}
    names = list(offered)
    way = st.radio(
        "Method",
        list(_WAYS),
        format_func=_WAYS.__getitem__,
        horizontal=True,
        help=_HELP,
        key=state.EXPERIMENT_WAY,
    )
    first, second, long = st.columns([2, 2, 1])
    a = first.selectbox("A", names, index=0, key=state.EXPERIMENT_A)
    b = second.selectbox("B", names, index=1, key=state.EXPERIMENT_B)
    days = long.number_input("Days", 1, LONGEST_DAYS, 7, key=state.EXPERIMENT_DAYS)
    if a == b:
        st.caption("Choose two different configurations.")
    start = engine.history.experiments.start
    button(
        "Start the experiment",
        "play_arrow",
        lambda: start(collection.id, way, (offered[a], offered[b]), int(days)),
        key=state.START_EXPERIMENT,
        type="primary",
        disabled=a == b,
    )


def _name(experiment: Experiment) -> str:
    return (
        f"{experiment.started_at.astimezone():%d %b, %H:%M} · {experiment.a.name} against "
        f"{experiment.b.name}"
    )


def _results(engine: Engine, experiments: list[Experiment], running: Experiment | None) -> None:
    by_id = {experiment.id: experiment for experiment in experiments}
    chosen = experiments[0].id
    if len(experiments) > 1:
        chosen = st.selectbox("Experiment", list(by_id), format_func=lambda id_: _name(by_id[id_]))
    experiment = by_id[chosen]
    with st.container(border=True):
        on = experiment.runs(datetime.now(UTC))
        until = "runs until" if on else "ended"
        st.markdown(
            f"**{plain(_name(experiment))}** · {_WAYS[experiment.way]} · "
            f"{until} {day_and_time(experiment.ends_at)}"
        )
        if running is not None and on:
            stop = partial(engine.history.experiments.stop, running)
            button("Stop the experiment", "stop", stop, key=state.STOP_EXPERIMENT)
        _findings(engine, experiment)


def _findings(engine: Engine, experiment: Experiment) -> None:
    seen = engine.history.experiments.seen(experiment)
    sessions = len({list_.shown.session for list_ in seen})
    if not seen:
        st.caption("No question has been asked in it yet.")
        return
    st.caption(
        f"{counted(len(seen), 'list')} shown to {counted(sessions, 'browser')}, "
        f"{sum(bool(list_.clicks) for list_ in seen)} of them with a click."
    )
    if experiment.way == "interleave":
        st.markdown(f"##### {plain(preference_words(preference(seen), experiment))}")
        st.caption(
            "The side with more opened passages wins the list. A question asked again in the same "
            "browser counts once."
        )
        return
    st.dataframe([_row(effect, experiment) for effect in effects(seen)], hide_index=True)
    st.caption(
        "Means over browsers (number in brackets), since each browser was assigned one side; 95% "
        "Welch intervals. With five measures, one may differ by chance."
    )


def _row(effect: Effect, experiment: Experiment) -> dict[str, str]:
    def figure(value: float | None) -> str:
        return "–" if value is None else f"{value:.2f}"

    bounds = "–"
    if effect.low is not None and effect.high is not None:
        bounds = f"{signed(effect.low, 2)} to {signed(effect.high, 2)}"
    return {
        "Measure": effect.name,
        f"A: {experiment.a.name}": f"{figure(effect.a)} ({effect.sessions[0]})",
        f"B: {experiment.b.name}": f"{figure(effect.b)} ({effect.sessions[1]})",
        "B - A": bounds,
        "Conclusion": effect_words(effect, experiment),
    }
