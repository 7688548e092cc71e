"""Evaluations on their way: how far, how long still, stop and go on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.app.engine import Engine
from core.evaluate.evaluating import Evaluation
from core.schema import Collection
from core.text.counting import counted
from pages.ui import state
from pages.ui.actions import button
from pages.ui.library.words import seconds_words
from pages.ui.text import plain

EVERY_SECONDS = 1.0


def title(evaluation: Evaluation) -> str:
    """What is measured, and when it began."""
    plan = evaluation.plan
    when = evaluation.started_at.astimezone().strftime("%d %b %H:%M")
    return f"{plan.set_name} · {counted(len(plan.configurations), 'configuration')} · {when}"


def titles(evaluations: Sequence[Evaluation]) -> dict[str, str]:
    """Id -> title, those of the same minute numbered: equal ones could not be chosen."""
    named: dict[str, str] = {}
    for evaluation in sorted(evaluations, key=lambda each: each.started_at):
        name, number = title(evaluation), 1
        while name in named.values():
            number += 1
            name = f"{title(evaluation)} ({number})"
        named[evaluation.id] = name
    return named


def running_words(evaluation: Evaluation) -> str:
    """How far an evaluation is, in one line."""
    if evaluation.status == "waiting":
        return "waiting for its turn"
    left = evaluation.seconds_left
    rest = f" · about {seconds_words(left)} left" if left is not None else ""
    return f"{evaluation.done:,} of {evaluation.total:,} searches{rest}"


def _running(engine: Engine, evaluation: Evaluation) -> None:
    bar, stop = st.columns([12, 1], vertical_alignment="center")
    share = min(1.0, evaluation.done / evaluation.total)
    bar.progress(share, f"**{plain(title(evaluation))}**  \n{running_words(evaluation)}")
    id_, about = evaluation.id, "Stop. Results so far are kept."
    with stop:
        cancel, key = partial(engine.evaluations.cancel, id_), state.key(state.STOP, id_)
        button("Stop", "close", cancel, key=key, type="tertiary", help=about)


def _ended(engine: Engine, evaluation: Evaluation) -> None:
    words, again, away = st.columns([8, 2, 1], vertical_alignment="center")
    icon = ":red[:material/error:]" if evaluation.status == "failed" else ":gray[:material/cancel:]"
    words.markdown(f"{icon} **{plain(title(evaluation))}**  \n{plain(evaluation.reason)}")
    id_ = evaluation.id
    with again:
        resume = partial(engine.evaluations.resume, id_)
        button("Resume", "play_arrow", resume, key=state.key(state.RESUME, id_))
    with away:
        remove = partial(engine.evaluations.delete, id_)
        button("Remove", "delete", remove, key=state.key(state.REMOVE, id_), type="tertiary")


def _panel(engine: Engine, collection: Collection, unfinished_before: int) -> None:
    evaluations = engine.evaluations.snapshot(collection.id)
    unfinished = [evaluation for evaluation in evaluations if not evaluation.finished]
    if len(unfinished) < unfinished_before:
        st.rerun()  # the page below shows what has come in
    for evaluation in evaluations:
        if not evaluation.finished:
            _running(engine, evaluation)
        elif evaluation.status != "done":
            _ended(engine, evaluation)


def progress(engine: Engine, collection: Collection) -> None:
    """Draw what runs and what was stopped; drawn again by itself while something runs."""
    evaluations = engine.evaluations.snapshot(collection.id)
    unfinished = sum(not evaluation.finished for evaluation in evaluations)
    if unfinished:
        st.fragment(_panel, run_every=EVERY_SECONDS)(engine, collection, unfinished)
    else:
        _panel(engine, collection, 0)
