"""Question sets: made from the documents, typed, imported; looked through and exported."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from core.app.engine import Engine
from core.evaluate.questions.question_sets import (
    NEAR_DUPLICATE,
    TRIVIAL,
    QuestionSet,
    new_set,
    question_kind,
    typed,
)
from core.evaluate.questions.self_made import make_questions
from core.schema import Collection
from core.text.counting import counted
from pages.ui import state
from pages.ui.actions import button, choose
from pages.ui.evaluate.sources import (
    add_button,
    exchange_out,
    from_llm,
    from_people,
    from_samples,
    upload,
)
from pages.ui.evaluate.views import NEW
from pages.ui.judge.data import all_chunks
from pages.ui.text import printable

WANTED = 50
ORIGINS = {
    "typed": "typed",
    "imported": "imported",
    "history": "from the history",
    "heading": "from a heading",
    "sentence": "a rephrased sentence",
    "number": "asks for a number",
    "blank": "a sentence with a blank",
    "llm": "written by a language model",
    "sample": "sample question",
}


def _made(engine: Engine, collection: Collection) -> None:
    seed = int(st.session_state.get(state.SETS_ROUND, 0))

    def make() -> QuestionSet:
        questions = make_questions(all_chunks(engine, collection.id), WANTED, seed)
        return new_set(collection.id, f"Made from the documents, {seed + 1}", questions)

    st.markdown("##### From the documents")
    st.caption(
        "Sentences turned into questions by rules, without a language model. Each question knows "
        "its source. They test whether a known sentence is found again, which is easier than real "
        "questions: people use other words."
    )
    label, key = f"Make {WANTED} questions", state.MAKE_QUESTIONS
    add_button(engine, label, "auto_awesome", key, make, type="primary")
    from_samples(engine, collection)
    from_llm(engine, collection)


def _typed(engine: Engine, collection: Collection) -> None:
    round_ = st.session_state.get(state.SETS_ROUND, 0)
    st.markdown("##### Type or paste")
    text_key, name_key = state.key(state.TYPED, round_), state.key(state.TYPED_NAME, round_)

    def make() -> QuestionSet:
        name, text = st.session_state[name_key] or "Typed", st.session_state[text_key]
        return new_set(collection.id, name, typed(text))

    st.text_area(
        "One question per line",
        key=text_key,
        height=110,
        placeholder="By when do I have to submit an expense report?",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Name", key=name_key, placeholder="Typed", max_chars=80)
        add_button(engine, "Save as a set", "save", state.KEEP_TYPED, make)
    from_people(engine, collection)


def _sources(engine: Engine, collection: Collection) -> None:
    with st.container(key="beside-sources"):
        made, typed_, imported = st.columns(3, gap="medium", border=True)
        with made:
            _made(engine, collection)
        with typed_:
            _typed(engine, collection)
        with imported:
            upload(engine, collection)


def _frame(engine: Engine, question_set: QuestionSet) -> pd.DataFrame:
    names = {d.id: d.name for d in engine.library.documents(question_set.collection)}
    return pd.DataFrame(
        {
            "Question": [printable(question.text) for question in question_set.questions],
            "Asks for": [question_kind(question.text) for question in question_set.questions],
            "Origin": [ORIGINS[question.origin] for question in question_set.questions],
            "Source": [
                names.get(question.targets[0].place.document_id, "deleted document")
                if question.targets
                else "unknown: judge it"
                for question in question_set.questions
            ],
            "Marks": [", ".join(question.marks) for question in question_set.questions],
        }
    )


def _without(engine: Engine, question_set: QuestionSet, drop: set[int]) -> None:
    left = [q for i, q in enumerate(question_set.questions) if i not in drop]
    engine.question_sets.delete(question_set.id)
    if left:
        kept = new_set(question_set.collection, question_set.name, left)
        engine.question_sets.save(kept)
        st.session_state[state.QUESTION_SET] = kept.id


def _actions(engine: Engine, question_set: QuestionSet, chosen: set[int]) -> None:
    marked = {i for i, question in enumerate(question_set.questions) if question.marks}
    with st.container(horizontal=True):
        button(
            f"Remove the {len(chosen)} selected" if chosen else "Remove selected",
            "remove",
            lambda: _without(engine, question_set, chosen),
            key=state.REMOVE_SELECTED,
            disabled=not chosen,
        )
        button(
            f"Remove the {len(marked)} marked" if marked else "Remove marked",
            "cleaning_services",
            lambda: _without(engine, question_set, marked),
            key=state.REMOVE_MARKED,
            disabled=not marked,
            help=f"‘{TRIVIAL}’: plain word matching already finds the source by a wide margin. "
            f"‘{NEAR_DUPLICATE}’: an earlier question uses nearly the same words.",
        )
        exchange_out(engine, question_set)
        delete = partial(engine.question_sets.delete, question_set.id)
        button("Delete this set", "delete", delete, key=state.DELETE_SET, type="tertiary")


def choose_set(sets: list[QuestionSet]) -> QuestionSet:
    """The set that is looked at or measured."""
    by_id = {each.id: each for each in sets}
    names = {each.id: f"{each.name} · {counted(len(each.questions), 'question')}" for each in sets}
    return by_id[choose("Question set", names, state.QUESTION_SET, sets[-1].id)]


def _look(engine: Engine, sets: list[QuestionSet]) -> None:
    question_set = choose_set(sets)
    picked = st.dataframe(
        _frame(engine, question_set),
        key=state.key(state.QUESTIONS, question_set.id),
        hide_index=True,
        height=380,
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "Question": st.column_config.TextColumn(width="large"),
            "Source": st.column_config.TextColumn(width="medium"),
        },
    )
    _actions(engine, question_set, set(picked.selection.rows))


def sets_view(engine: Engine, collection: Collection, sets: list[QuestionSet]) -> None:
    """Draw the ways to get questions, and the chosen set."""
    if sets:
        st.button(
            "Measure these questions", icon=":material/query_stats:", type="primary",
            key=state.MEASURE_SET, on_click=state.put, args=(state.EVALUATE_VIEW, NEW),
        )  # fmt: skip
        _look(engine, sets)
        with st.expander("More questions", icon=":material/add:"):
            _sources(engine, collection)
    else:
        st.markdown("An evaluation needs questions with known answers. Three ways to get them:")
        _sources(engine, collection)
