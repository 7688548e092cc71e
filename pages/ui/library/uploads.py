"""Adding files: the uploader, new versions, the samples; and how far each file is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Literal

import streamlit as st

from core.app.engine import Engine
from core.ingest.jobs.queue import Job
from core.schema import Collection, Document, sha256_hex
from core.text.counting import counted
from core.text.pages import places_words
from pages.ui import resources, state
from pages.ui.actions import act, button
from pages.ui.components import component
from pages.ui.library.qdrant import from_qdrant
from pages.ui.library.words import batch_words, result_words, running_words
from pages.ui.text import plain, size_words

EVERY_SECONDS = 0.5
_MANY = 8
_ICONS = {
    "indexed": ":green[:material/check_circle:]",
    "known": ":blue[:material/content_copy:]",
    "refused": ":orange[:material/block:]",
    "failed": ":red[:material/error:]",
    "cancelled": ":gray[:material/cancel:]",
}
Files = list[tuple[str, bytes]]
"""Names on the person's machine, and all bytes."""
REPLACE, KEEP_BOTH = "Replace the older version", "Keep both"


def clashes(files: Files, documents: Sequence[Document]) -> dict[str, Document]:
    """Uploaded names that a document with other bytes has; the newest such document.

    A file whose bytes are already there under any name is no clash.
    """
    ids = {document.id for document in documents}
    newest = {document.name: document for document in documents}
    return {
        name: newest[name] for name, data in files if name in newest and sha256_hex(data) not in ids
    }


_DROPS = component("drops")


def missing_samples(documents: Sequence[Document], engine: Engine) -> Files:
    """The sample documents that are neither in the collection nor on their way."""
    coming = {job.name for job in engine.jobs.snapshot() if not job.finished}
    ids = {document.id for document in documents}
    return [
        (name, data)
        for name, data in resources.samples()
        if name not in coming and sha256_hex(data) not in ids
    ]


def _queue(
    engine: Engine, collection: Collection, files: Files, replaces: Mapping[str, str]
) -> None:
    """Hand the bytes to the worker and empty the uploader, also when they are too many."""
    act(lambda: engine.jobs.add(collection.id, files, dict(replaces), state.session_id()))
    state.next_upload()
    st.rerun()


def _ask(clashing: Mapping[str, Document]) -> dict[str, str]:
    """One choice a name; the ids of the documents that shall be replaced."""
    chosen: dict[str, str] = {}
    for name, old in clashing.items():
        st.markdown(
            f"**{plain(name)}** already exists with different content: "
            f"{places_words(old.pages, old.unit)}, {size_words(old.size)}, "
            f"added {old.added_at:%d %b %Y}."
        )
        choice = st.radio(
            f"What to do with {plain(name)}",
            (REPLACE, KEEP_BOTH),
            key=f"{state.upload_key()}-{name}",
            horizontal=True,
            label_visibility="collapsed",
        )
        if choice == REPLACE:
            chosen[name] = old.id
    return chosen


def _settle(
    engine: Engine,
    collection: Collection,
    files: Files,
    clashing: Mapping[str, Document],
) -> None:
    with st.container(border=True):
        replaces = _ask(clashing)
        with st.container(horizontal=True):
            if st.button(
                f"Add {counted(len(files), 'file')}", type="primary", key=state.ADD_CLASHING
            ):
                _queue(engine, collection, files, replaces)
            st.button("Cancel", key=state.ADD_NOTHING, on_click=state.next_upload)


def _samples(engine: Engine, collection: Collection, documents: Sequence[Document]) -> None:
    quiet = bool(documents or engine.jobs.snapshot(collection.id))
    missing = missing_samples(documents, engine)
    if missing:
        button(
            "Add the sample documents",
            "auto_stories",
            partial(engine.jobs.add, collection.id, missing),
            key=state.ADD_SAMPLES,
            type="secondary" if quiet else "primary",
            help=f"{counted(len(missing), 'PDF')} written for trying Second Look.",
        )


def uploads(engine: Engine, collection: Collection, documents: Sequence[Document]) -> None:
    """Draw the uploader and queue what is dropped."""
    uploaded = st.file_uploader(
        "Drop files here",
        accept_multiple_files=True,
        key=state.upload_key(),
        help="PDF, Word, Excel, PowerPoint, CSV, Markdown, HTML, plain text, subtitles (.vtt, "
        ".srt, Whisper's .json and .tsv), source code, another engine's results; up to "
        f"{engine.settings.limits.file_mb} MB each. They stay on this machine.",
    )
    _DROPS(key=state.DROPS)  # what is dropped beside it counts too
    with st.container(horizontal=True):
        _samples(engine, collection, documents)
        from_qdrant(engine, collection, documents)
    if not uploaded:
        return
    files = [(file.name, file.getvalue()) for file in uploaded]
    clashing = clashes(files, documents)
    if clashing:
        _settle(engine, collection, files, clashing)
    else:
        _queue(engine, collection, files, {})


def batches(jobs: Sequence[Job]) -> list[list[Job]]:
    """Jobs that were queued together, the latest batch first."""
    grouped = [list(group) for _, group in groupby(jobs, key=lambda job: job.batch)]
    return grouped[::-1]


def _name(job: Job) -> str:
    name = plain(job.name)
    return f"Re-indexing {name}" if job.kind == "reindex" else name


def _running(engine: Engine, job: Job) -> None:
    ready = engine.models.status.state == "ready"
    bar, stop = st.columns([12, 1], vertical_alignment="center")
    bar.progress(job.fraction, f"{_name(job)}  \n{running_words(job, ready)}")
    key, about = state.key(state.CANCEL, job.id), f"Stop {_name(job)}"
    with stop:
        cancel = partial(engine.jobs.cancel, job.id)
        button("Cancel", "close", cancel, key=key, type="tertiary", help=about)


def _finished(engine: Engine, job: Job) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{_ICONS[job.status]} {_name(job)} · {result_words(job)}")
        if job.kind == "add" and job.status in {"refused", "failed", "cancelled"}:
            again, key = partial(engine.jobs.try_again, job.id), state.key(state.TRY_AGAIN, job.id)
            button("Try again", "refresh", again, key=key, type="tertiary")


def _lines(engine: Engine, jobs: Sequence[Job]) -> None:
    height: int | Literal["content"] = 420 if len(jobs) > _MANY else "content"
    with st.container(height=height, border=False, gap="small"):
        for job in jobs:
            if job.finished:
                _finished(engine, job)
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
        st.caption("Files of another collection come first.")


def _panel(engine: Engine, collection: Collection, finished_before: int) -> None:
    jobs = engine.jobs.snapshot(collection.id)
    unfinished = [job for job in jobs if not job.finished]
    if len(jobs) - len(unfinished) != finished_before:
        st.rerun()  # the table above shows what has come in
    for position, batch in enumerate(batches(jobs)):
        if position and all(job.finished for job in batch):
            with st.expander(batch_words(batch)):
                _lines(engine, batch)
        else:
            _batch(engine, batch)
    if unfinished:
        _queued_elsewhere(engine, collection)
        st.caption("You can leave this page: indexing continues.")
    elif jobs:
        clear = partial(engine.jobs.forget_finished, collection.id)
        button("Clear finished", "clear_all", clear, key=state.CLEAR_FINISHED, type="tertiary")


def progress(engine: Engine, collection: Collection) -> None:
    """Draw the jobs of a collection; while any is unfinished they are drawn again by themselves."""
    jobs = engine.jobs.snapshot(collection.id)
    finished = sum(job.finished for job in jobs)
    if finished < len(jobs):
        st.fragment(_panel, run_every=EVERY_SECONDS)(engine, collection, finished)
    else:
        _panel(engine, collection, finished)
