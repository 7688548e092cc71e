"""Files on their way: a bar for each, a bar for the batch, and how each one ended."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Literal

import streamlit as st

from core.app.engine import Engine
from core.ingest.jobs.queue import Job
from core.schema import Collection
from pages.ui import state
from pages.ui.library.words import batch_words, result_words, running_words
from pages.ui.text import plain

EVERY_SECONDS = 0.5
_MANY = 8
_ICONS = {
    "indexed": ":green[:material/check_circle:]",
    "known": ":blue[:material/content_copy:]",
    "refused": ":orange[:material/block:]",
    "failed": ":red[:material/error:]",
    "cancelled": ":gray[:material/cancel:]",
}


def batches(jobs: Sequence[Job]) -> list[list[Job]]:
    """Jobs that were queued together, the latest batch first."""
    grouped = [list(group) for _, group in groupby(jobs, key=lambda job: job.batch)]
    return grouped[::-1]


def _name(job: Job) -> str:
    name = plain(job.name)
    return f"Re-indexing of {name}" if job.kind == "reindex" else name


def _running(engine: Engine, job: Job) -> None:
    ready = engine.models.status.state == "ready"
    bar, stop = st.columns([12, 1], vertical_alignment="center")
    bar.progress(job.fraction, f"{_name(job)}  \n{running_words(job, ready)}")
    stop.button(
        "Cancel",
        key=state.key(state.CANCEL, job.id),
        icon=":material/close:",
        type="tertiary",
        help=f"Stop {_name(job)}",
        on_click=engine.jobs.cancel,
        args=(job.id,),
    )


def _lines(engine: Engine, jobs: Sequence[Job]) -> None:
    height: int | Literal["content"] = 420 if len(jobs) > _MANY else "content"
    with st.container(height=height, border=False, gap="small"):
        for job in jobs:
            if job.finished:
                st.markdown(f"{_ICONS[job.status]} {_name(job)} · {result_words(job)}")
            else:
                _running(engine, job)


def _batch(engine: Engine, jobs: Sequence[Job]) -> None:
    with st.container(border=True):
        if len(jobs) > 1 and not all(job.finished for job in jobs):
            st.progress(sum(job.fraction for job in jobs) / len(jobs), f"**{batch_words(jobs)}**")
        else:
            st.markdown(f"**{batch_words(jobs)}**")
        _lines(engine, jobs)


def _queued_elsewhere(engine: Engine, collection: Collection) -> None:
    running = [job for job in engine.jobs.snapshot() if job.status == "running"]
    if running and running[0].collection_id != collection.id:
        st.caption("Files of another collection are indexed first.")


def _panel(engine: Engine, collection: Collection, finished_before: int) -> None:
    jobs = engine.jobs.snapshot(collection.id)
    unfinished = [job for job in jobs if not job.finished]
    if len(jobs) - len(unfinished) > finished_before:
        st.rerun()  # the table above shows what has come in
    for position, batch in enumerate(batches(jobs)):
        if position and all(job.finished for job in batch):
            with st.expander(batch_words(batch)):
                _lines(engine, batch)
        else:
            _batch(engine, batch)
    if unfinished:
        _queued_elsewhere(engine, collection)
        st.caption("You can go on working, or leave this page: indexing goes on.")
    elif jobs:
        st.button(
            "Clear finished",
            key=state.CLEAR_FINISHED,
            type="tertiary",
            icon=":material/clear_all:",
            on_click=engine.jobs.forget_finished,
            args=(collection.id,),
        )


def progress(engine: Engine, collection: Collection) -> None:
    """Draw the jobs of a collection; while any is unfinished they are drawn again by themselves."""
    jobs = engine.jobs.snapshot(collection.id)
    finished = sum(job.finished for job in jobs)
    if finished < len(jobs):
        st.fragment(_panel, run_every=EVERY_SECONDS)(engine, collection, finished)
    else:
        _panel(engine, collection, finished)
