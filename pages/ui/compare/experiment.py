"""What a browser is shown while an experiment runs: one list, without movements and scores.

Which browser takes part is a random number in a cookie, one an experiment: a reload is a new
session for Streamlit, and people would change sides by it. The cookie says nothing about the
person, goes to this server alone, and ends with the experiment.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import streamlit as st

from core.app.engine import Engine
from core.errors import StoreError
from core.evaluate.online import Draft, Experiment, Impression, Team, coins, team_draft, team_of
from core.schema import Collection, Comparison, Note, Reranked
from core.text.pages import source_words
from pages.ui import resources, state
from pages.ui.actions import button
from pages.ui.answer import quoted_answer
from pages.ui.components import component
from pages.ui.memory import act, first_served, page_entry, remember
from pages.ui.page_view import open_passage
from pages.ui.rankings.builder import quote_of
from pages.ui.text import day_and_time, plain, render_untrusted, shortened

OUT = "out"
_UNIT = re.compile(r"[0-9a-f]{32}")
_COMPONENT = component("experiment")
SHOWN = 10
_SNIPPET = 300
_WAYS = {
    "split": "your browser is randomly given one of two rankings, and keeps it",
    "interleave": "two rankings are interleaved into one list",
}


def cookie_name(experiment: Experiment) -> str:
    """Of the cookie of an experiment."""
    return f"second_look_{experiment.id}"


def cookie(experiment: Experiment) -> str:
    """What the browser has kept for an experiment when this session began; may be empty."""
    return st.context.cookies.get(cookie_name(experiment), "")


def unit(experiment: Experiment) -> str:
    """Names what gets a side: the browser, from its first session on."""
    kept = cookie(experiment)
    return kept if _UNIT.fullmatch(kept) else state.session_id()


def left_experiments(experiment: Experiment) -> set[str]:
    """Ids of the experiments that this browser stays out of, as a reload finds them."""
    if state.EXPERIMENTS_LEFT not in st.session_state:
        out = cookie(experiment) == OUT
        st.session_state[state.EXPERIMENTS_LEFT] = {experiment.id} if out else set()
    left: set[str] = st.session_state[state.EXPERIMENTS_LEFT]
    return left


def keep(experiment: Experiment, value: str) -> None:
    """Let the browser keep its number, or that it stays out."""
    seconds = max(0, int((experiment.ends_at - datetime.now(UTC)).total_seconds()))
    data = {"name": cookie_name(experiment), "value": value, "seconds": seconds}
    _COMPONENT(key=state.key(state.EXPERIMENT, value), data=data)


def taking_part(engine: Engine, collection: Collection) -> Experiment | None:
    """Say that an experiment runs, if one does; None when this browser stays out of it."""
    try:
        running = engine.history.experiments.running(collection.id)
    except StoreError:  # the search itself needs no history; ``remember`` says what is wrong
        return None
    if running is None:
        return None
    left = left_experiments(running)
    if running.id in left:
        keep(running, OUT)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(":material/experiment: An experiment is running. You have opted out.")
            st.button("Take part", type="tertiary", on_click=left.discard, args=(running.id,))
        return None
    with st.container(border=True, key="experiment-banner"):
        st.markdown(
            f":material/experiment: **An experiment is running** until "
            f"{day_and_time(running.ends_at)}: {_WAYS[running.way]}. You are not told which, "
            "and your own settings do not apply. Recorded on this machine: the question, the "
            "list, which pages you open and when, and your thumbs. A random number in a cookie, "
            "kept until the experiment ends, remembers your side."
        )
        keep(running, unit(running))
        about = "Shows both lists with your own settings. Nothing you do is counted any more."
        button("Opt out", "logout", partial(left.add, running.id), help=about)
    return running


def serve(engine: Engine, collection: Collection, query: str, experiment: Experiment) -> None:
    """Answer a question as the experiment says, and remember what was shown."""
    team = team_of(experiment.id, unit(experiment))
    if experiment.way == "split":
        comparison = _ask(engine, collection, query, experiment, team)
        ids = tuple(_ids(comparison)[:SHOWN])
        draft = Draft(ids, (team,) * len(ids))
        words = f"This browser was shown “{experiment.side(team).name}”."
        sides = [comparison]
    else:
        sides = [_ask(engine, collection, query, experiment, side) for side in ("b", "a")]
        comparison = sides[0]
        coin = coins(experiment.id, unit(experiment), query)
        draft = team_draft(_ids(sides[1]), _ids(comparison), SHOWN, coin)
        words = (
            f"“{experiment.a.name}” (a) and “{experiment.b.name}” (b) were interleaved: "
            f"{' '.join(draft.teams)}. This record is of b."
        )
    if not draft.ids:
        st.info("No passage was found.", icon=":material/search_off:")
        return
    note = Note("experiment", f"Part of an experiment ({experiment.id[:8]}). {words}")
    comparison = replace(comparison, notes=(*comparison.notes, note))
    remember(engine, collection, comparison)
    _shown(engine, experiment, query, draft)
    if experiment.way == "split":
        quoted_answer(engine, collection, comparison)
    items = {item.chunk.id: item for side in sides for item in side.reranked}
    for place, id_ in enumerate(draft.ids, start=1):
        with st.container(border=True):
            _card(engine, collection, place, items[id_])


def _ask(
    engine: Engine, collection: Collection, query: str, experiment: Experiment, team: Team
) -> Comparison:
    settings = experiment.side(team).settings
    with st.spinner("Reading …", show_time=True):
        return resources.comparison(engine, collection.id, query, settings, SHOWN)


def _ids(comparison: Comparison) -> list[str]:
    return [item.chunk.id for item in comparison.reranked]


def _shown(engine: Engine, experiment: Experiment, query: str, draft: Draft) -> None:
    entry = page_entry()
    if entry is not None and first_served(entry):
        shown = Impression(experiment.id, unit(experiment), entry, query, datetime.now(UTC), draft)
        engine.history.experiments.show(shown)


def _card(engine: Engine, collection: Collection, place: int, item: Reranked) -> None:
    chunk = item.chunk
    where = source_words(chunk)
    heading = f" · {plain(chunk.heading)}" if chunk.heading else ""
    st.markdown(f"**{place}** :gray[{plain(where)}{heading}]")
    render_untrusted(shortened(chunk.text, _SNIPPET))
    entry = page_entry()
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Open page", key=state.key(state.OPEN, entry, chunk.id), icon=":material/menu_book:"
        ):
            act(engine, "open", chunk.id)
            open_passage(engine, collection, chunk, quote_of(item))
        key = state.key(state.THUMB, entry, chunk.id)
        st.feedback("thumbs", key=key, on_change=_thumb, args=(engine, key, chunk.id))


def _thumb(engine: Engine, key: str, chunk_id: str) -> None:
    chosen = st.session_state.get(key)
    act(engine, "none" if chosen is None else "up" if chosen else "down", chunk_id)
