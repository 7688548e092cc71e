"""The first screen: what this is for, shown live on five sentences, and how to begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from core.app.engine import Engine
from core.app.tour import QUESTION
from core.ingest.jobs.queue import Job
from core.schema import Collection, Timings
from core.text.counting import counted
from pages.ui import resources, state
from pages.ui.actions import button
from pages.ui.frame import errors_shown, way_to
from pages.ui.rankings.lists import comparison_data
from pages.ui.rankings.view import comparison_view
from pages.ui.text import plain

BOTH_LISTS = (
    "The left list has what looks most like the question, the right list what answers it best."
)
_UNTIMED = Timings(0.0, 0.0, 0.0, 0.0, 0.0, 0)


def _begin(engine: Engine, collection: Collection) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        button(
            "Try the sample documents",
            "auto_stories",
            lambda: engine.jobs.add(collection.id, resources.samples()),
            type="primary",
        )
        way_to("Library", "Add your own documents")


@st.fragment(run_every=0.5)
def indexing(engine: Engine, collection: Collection) -> None:
    """Progress of the files that are on their way; the page is drawn anew when they are in."""
    jobs = engine.jobs.snapshot(collection.id)
    running = [job for job in jobs if not job.finished]
    if not running:
        st.rerun()
    batch = [job for job in jobs if job.batch == running[0].batch]
    share = sum(job.fraction for job in batch) / len(batch)
    words = "Waiting for the models …"
    if engine.models.status.state == "ready":
        chunks = sum(job.progress.embedded for job in batch)
        done = len(batch) - len(running)
        words = f"Indexing: {done} of {len(batch)} files done, {chunks} chunks embedded"
    st.progress(min(1.0, share), words)


def missing_files(jobs: Sequence[Job]) -> None:
    """Say which files a person added and cannot find: those that were refused or failed."""
    missing = [job.name for job in jobs if job.status in {"refused", "failed"}]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        words = f"{len(missing)} of {counted(len(jobs), 'file')} {verb} missing here"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f":orange[:material/block:] {words}: {plain(', '.join(missing))}")
            way_to("Library", "See why")


def welcome(engine: Engine, collection: Collection) -> None:
    """Draw the first screen of a collection without documents."""
    st.markdown("## Does your search *answer*, or is it only *about* the topic?")
    st.markdown(
        "A bi-encoder finds passages that look like the question. A cross-encoder reads "
        "question and passage together, and puts those that answer it first. Add documents, ask a "
        "question, and see both lists side by side with every score and every change of rank. "
        "Everything runs on this machine."
    )
    if any(not job.finished for job in engine.jobs.snapshot(collection.id)):
        indexing(engine, collection)
    else:
        _begin(engine, collection)
    st.divider()
    st.markdown(f"**Five sentences, one question, live:** {QUESTION}")
    if engine.models.status.state != "ready":
        st.caption("The models are loading. Both lists appear here when they are ready.")
        return
    with errors_shown():
        comparison = resources.demonstration(engine)
        before, after = comparison.candidates[0].chunk, comparison.reranked[0].chunk
        st.markdown(
            f"The bi-encoder's top passage: “{plain(before.text)}” After a second look: "
            f"**“{plain(after.text)}”**"
        )
        unhurried = replace(comparison, timings=_UNTIMED)  # models that just woke up are slow
        comparison_view(comparison_data(unhurried, visible=5), key=state.DEMONSTRATION)
