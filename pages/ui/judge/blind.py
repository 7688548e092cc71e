"""Blind judging: the queue of questions, one passage on its page, four buttons."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from zlib import crc32

import streamlit as st

from core.app.engine import Engine
from core.errors import NotFound
from core.evaluate.configurations import Configuration
from core.evaluate.judging.judgments import GRADES
from core.evaluate.pooling import (
    POOL_DEPTH,
    POOLED,
    Waiting,
    judging_queue,
    pool,
    pooled_configurations,
)
from core.evaluate.questions.question_sets import new_set, typed
from core.evaluate.rankings import kept_rankings, rank_all
from core.schema import Chunk, Collection
from core.text.counting import counted
from core.text.pages import page_words
from pages.ui import state
from pages.ui.actions import button, choose
from pages.ui.components import component
from pages.ui.frame import errors_shown, way_to
from pages.ui.judge.data import chunks_of, graded, judge_name, known_questions
from pages.ui.page_view import leaf_of, show_passage
from pages.ui.rankings.configurations import rerankers
from pages.ui.text import plain, printable, render_untrusted

_COMPONENT = component("judge_keys")
WIDTH = 1100
PRESETS = ("Dense", "Dense, reranked", "BM25", "BM25, reranked", "Hybrid", "Hybrid, reranked")


def _no_questions(engine: Engine, collection: Collection) -> None:
    st.info(
        "Judging needs questions. Type some here, or make a set on Evaluate.",
        icon=":material/quiz:",
    )
    text = st.text_area("One question per line", key=state.JUDGE_TYPED, height=120)
    if st.button("Judge these questions", type="primary", icon=":material/rate_review:"):
        engine.question_sets.save(new_set(collection.id, "Typed", typed(text)))
        st.rerun()
    way_to("Evaluate", "Make a question set")


def _queue_words(row: Waiting) -> str:
    if not row.asked:
        return f"{row.query} · not asked yet"
    if not row.left:
        return f"✓ {row.query}"
    if row.entered:
        models = f", rerankers in {row.contested}" if row.contested else ""
        return f"{row.query} · {row.left} left, lists differ in {row.entered}{models}"
    return f"{row.query} · {row.left} left"


def _choose_question(queue: Sequence[Waiting]) -> str:
    chosen: str = choose(
        "Question",
        {row.query: _queue_words(row) for row in queue},
        state.JUDGE_QUESTION,
        queue[0].query,
        help="Questions whose lists differ most come first: a judgment there says most about which "
        "list, or which reranker, is better. Where all lists have the same passages, only their "
        "order counts.",
    )
    return chosen


def _wanted(questions: Sequence[str]) -> list[str]:
    """Those that an evaluation asked grades for, until the person wants all."""
    asked_for = set(st.session_state.get(state.JUDGE_ONLY, ()))
    wanted = [query for query in questions if query in asked_for]
    if not wanted:
        return list(questions)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"The {counted(len(wanted), 'question')} where a grade matters most")
        button("All questions", "list", _want_all, key=state.JUDGE_ALL, type="tertiary")
    return wanted


def _want_all() -> None:
    del st.session_state[state.JUDGE_ONLY]


def _give(engine: Engine, collection: Collection, question: str, chunk: Chunk, grade: int) -> None:
    note = str(st.session_state.get(state.JUDGE_NOTE, ""))
    engine.judgments.give(collection.id, question, chunk, grade, judge_name(), note)
    st.session_state[state.JUDGE_NOTE] = ""


def _undo(engine: Engine, collection: Collection) -> None:
    try:
        taken = engine.judgments.undo(collection.id, judge_name())
    except NotFound as error:
        st.toast(error.message)
    else:
        st.session_state[state.JUDGE_QUESTION] = taken.query
        st.toast(f"Taken back: grade {taken.grade}.")


def _undo_button(engine: Engine, collection: Collection) -> None:
    undo = partial(_undo, engine, collection)
    button("Undo", "undo", undo, key=state.JUDGE_UNDO, shortcut="z")


def _buttons(engine: Engine, collection: Collection, question: str, chunk: Chunk) -> None:
    for pair in ((0, 1), (2, 3)):
        with st.container(horizontal=True):
            for grade in pair:
                give = partial(_give, engine, collection, question, chunk, grade)
                key = state.key(state.JUDGE, grade)
                shortcut = str(grade)
                button(GRADES[grade], "", give, key=key, shortcut=shortcut, width="stretch")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Note",
            key=state.JUDGE_NOTE,
            placeholder="Note (optional)",
            max_chars=2000,
            label_visibility="collapsed",
        )
        _undo_button(engine, collection)


def _passage(engine: Engine, collection: Collection, question: str, chunk: Chunk) -> None:
    document = engine.library.document(collection.id, chunk.document_id)
    with st.container(key="beside-page"):
        left, right = st.columns([5, 6], gap="large")
    with left:
        st.markdown(f"#### {plain(question)}")
        with st.container(border=True, height=330):
            if chunk.passage != chunk.text:
                st.caption(plain(chunk.heading))
            render_untrusted(chunk.text)
        _buttons(engine, collection, question, chunk)
        st.caption("Press 0 to 3 to grade, z to undo.")
    with right, errors_shown():  # a page that cannot be drawn does not stop the judging
        first = plain(page_words(chunk, chunk.first_page))
        st.caption(f"{plain(document.name)} · {first} of {document.pages}")
        page = leaf_of(engine, chunk, None, None)
        show_passage(engine, document, chunk, page, state.key(state.JUDGE_PAGE, chunk.id))


def _finished(
    engine: Engine, collection: Collection, queue: Sequence[Waiting], question: str
) -> None:
    left = [row for row in queue if row.left and row.query != question]
    st.success(
        f"All passages of “{plain(question)}” are judged."
        + ("" if left else " No questions are left."),
        icon=":material/task_alt:",
    )
    with st.container(horizontal=True):
        if left:
            button(
                f"Next question: {plain(left[0].query)}",
                "arrow_forward",
                partial(st.session_state.__setitem__, state.JUDGE_QUESTION, left[0].query),
                key=state.JUDGE_NEXT,
                type="primary",
                shortcut="Enter",
            )
        _undo_button(engine, collection)
    way_to("Evaluate")


def _settings(engine: Engine) -> list[Configuration]:
    st.text_input("Your name as a judge", key=state.JUDGE, placeholder="me", max_chars=60)
    chosen = st.multiselect(
        "Lists in the pool",
        PRESETS,
        list(POOLED),
        key=state.JUDGE_POOLED,
        help=f"The first {POOL_DEPTH} passages of each list, in a random order of your own. Ranks, "
        "scores and who found a passage stay hidden.",
    )
    on, *others = rerankers(engine)
    also = st.multiselect(
        "Other rerankers",
        others,
        key=state.JUDGE_RERANKERS,
        format_func=printable,
        disabled=not others,
        placeholder="No other reranker" if others else f"Only {printable(on)} is on this machine",
        help="Their lists join the pool; questions on which rerankers disagree come first.",
    )
    return pooled_configurations(chosen or POOLED, also)


def blind_view(engine: Engine, collection: Collection) -> None:
    """Draw the queue and the next passage of the chosen question."""
    questions = _wanted(known_questions(engine, collection))
    if not questions:
        _no_questions(engine, collection)
        return
    choice, settings = st.columns([7, 2], vertical_alignment="bottom")
    with settings:
        _COMPONENT(key=state.JUDGE_KEYS)  # hears 0 to 3, z and Enter, whatever is shown below
    with settings.popover("Judge and pool", icon=":material/tune:", width="stretch"):
        configurations = _settings(engine)
    client, judge, grades = engine.evaluation_client, judge_name(), graded(engine, collection.id)
    with st.spinner("The models are loading …", show_time=True):
        kept = kept_rankings(client, collection.id, configurations)
    queue = judging_queue(questions, configurations, kept, grades, judge)
    with choice:
        question = _choose_question(queue)
    with st.spinner("Building the lists …", show_time=True):
        rankings = rank_all(client, collection.id, question, configurations)
    pooled = pool([ranking.final for ranking in rankings], POOL_DEPTH, judge, question)
    mine = grades.by(judge, question)
    done, total = sum(id_ in mine for id_ in pooled), len(pooled)
    finished = sum(not row.left for row in queue)
    st.progress(
        done / total if total else 1.0,
        f"{done} of {total} passages of this question · {finished} of {len(queue)} questions done",
    )
    places = {f.chunk_id: f.place.document_id for ranking in rankings for f in ranking.found}
    next_id = next((id_ for id_ in pooled if id_ not in mine), None)
    if next_id is None:
        _finished(engine, collection, queue, question)
        return
    read = chunks_of(engine, collection.id)
    chunk = next(c for c in read(places[next_id]) if c.id == next_id)
    # the key tells the keyboard which passage is on the screen
    with st.container(key=f"judge-passage-{crc32(question.encode()):x}-{chunk.id}"):
        _passage(engine, collection, question, chunk)
