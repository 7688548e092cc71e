"""The tour: both models run on the probes, on demand, and remembered until the models change."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.app.engine import Engine
from core.app.tour import (
    OWN_FILE,
    REASONS,
    Outcome,
    OwnProbes,
    Probe,
    measure_speed,
    run_tour,
    totals,
    tour_probes,
)
from core.errors import InputError
from core.models.computation import computation_key
from core.text.counting import counted
from pages.ui import resources, state
from pages.ui.actions import act
from pages.ui.frame import errors_shown, show_error
from pages.ui.text import plain
from pages.ui.tour.words import (
    REASON_WORDS,
    TITLES,
    bars_html,
    score_sentence,
    speed_sentence,
    table_html,
)


def own_probes(engine: Engine) -> OwnProbes:
    """The probes that people added."""
    return OwnProbes(engine.settings.home / OWN_FILE)


def models_key(engine: Engine) -> tuple[str, ...]:
    """Names both models with their weights and runtimes."""
    return tuple(computation_key(m.info) for m in engine.models.wait())


def run(engine: Engine, probes: Sequence[Probe]) -> None:
    """Run what has not run yet, with progress."""
    models = models_key(engine)
    outcomes, speeds = resources.tour_outcomes(models), resources.tour_speeds()
    encoder, cross_encoder = engine.models.wait()
    missing = [probe for probe in probes if probe not in outcomes]
    bar = st.progress(0.0, "Both models rank the probes …")
    for done, outcome in enumerate(run_tour(missing, encoder, cross_encoder), start=1):
        outcomes[outcome.probe] = outcome
        bar.progress(done / len(missing), f"{done} of {len(missing)} probes")
    if models not in speeds:
        speeds[models] = measure_speed(probes, encoder, cross_encoder)
    bar.empty()


def results(engine: Engine, outcomes: Sequence[Outcome]) -> None:
    """The totals, then each reason with its probes, then the speed."""
    overall = totals(outcomes)
    st.html(bars_html(overall))
    st.markdown(f"##### {score_sentence(overall)}")
    for reason in REASONS:
        part = [outcome for outcome in outcomes if outcome.probe.reason == reason]
        if part:
            st.markdown(f"### {TITLES[reason]}\n{REASON_WORDS[reason]}")
            st.markdown(f"**{score_sentence(totals(part))}**")
            st.html(table_html(part, TITLES[reason]))
    speed = resources.tour_speeds().get(models_key(engine))
    if speed is not None:
        st.markdown(f"### Why not read everything with it?\n{speed_sentence(speed)}")


def add_probe(engine: Engine) -> None:
    """A form for a probe of one's own, and the list of those that are kept."""
    probes = own_probes(engine)
    with st.form("own-probe", border=True):
        st.markdown("#### Add a probe of your own")
        question = st.text_input("Question", max_chars=500)
        answer = st.text_area("The piece that answers it", max_chars=2000, height=80)
        others = st.text_area(
            "Pieces that do not answer it, one on each line", max_chars=8000, height=120
        )
        if st.form_submit_button("Add and run it", icon=":material/add:"):
            try:
                probes.add(question, answer, others.splitlines())
            except InputError as error:
                show_error(error)
            else:
                run(engine, [*tour_probes(), *probes.all()])
                st.rerun()
    for index, probe in enumerate(probes.all()):
        st.button(
            f"Remove “{plain(probe.question)}”",
            key=state.key(state.REMOVE_PROBE, index),
            icon=":material/delete:",
            type="tertiary",
            on_click=act,
            args=(lambda index=index: probes.remove(index), ""),
        )


def tour(engine: Engine) -> None:
    """Draw the tour: a button at first, the results once they are there."""
    with errors_shown():
        probes = [*tour_probes(), *own_probes(engine).all()]
        if engine.models.status.state != "ready":
            st.info("The models are loading; the tour can begin in a few seconds.")
            return
        outcomes = resources.tour_outcomes(models_key(engine))
        if any(probe not in outcomes for probe in probes):
            label = f"Run all {counted(len(probes), 'probe')} live"
            if not st.button(label, type="primary", icon=":material/play_arrow:"):
                st.caption("Takes a few seconds. Nothing is prepared: both models run now.")
                return
            run(engine, probes)
            st.rerun()
        results(engine, [outcomes[probe] for probe in probes])
        add_probe(engine)
