"""Question sets: made from the documents, typed, imported; looked through and exported."""

from __future__ import annotations

from collections.abc import Callable

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
from pages.ui.actions import choose
from pages.ui.evaluate.sources import exchange_out, from_llm, from_people, from_samples, upload
from pages.ui.frame import errors_shown
from pages.ui.judge.data import all_chunks
from pages.ui.text import plain, printable

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


def add_set(engine: Engine, make: Callable[[], QuestionSet]) -> None:
    """Make and keep a set, and look at it; a failure is said."""
    with errors_shown(), st.spinner("Making the questions …"):
        question_set = make()
        engine.question_sets.save(question_set)
        st.session_state[state.QUESTION_SET] = question_set.id
        st.session_state[state.SETS_ROUND] = st.session_state.get(state.SETS_ROUND, 0) + 1
        st.toast(
            f"{counted(len(question_set.questions), 'question')} in “{plain(question_set.name)}”."
        )


def _from_documents(engine: Engine, collection: Collection) -> None:
    seed = int(st.session_state.get(state.SETS_ROUND, 0))

    def make() -> QuestionSet:
        questions = make_questions(all_chunks(engine, collection.id), WANTED, seed)
        return new_set(collection.id, f"Made from the documents, {seed + 1}", questions)

    add_set(engine, make)


def _made(engine: Engine, collection: Collection) -> None:
    st.markdown("##### From the documents")
    st.caption(
        "Sentences turned into questions by rules, without a language model. Each question knows "
        "its source. They test whether a known sentence is found again, which is easier than real "
        "questions: people use other words."
    )
    st.button(
        f"Make {WANTED} questions",
        key=state.MAKE_QUESTIONS,
        type="primary",
        icon=":material/auto_awesome:",
        on_click=_from_documents,
        args=(engine, collection),
    )
    from_samples(engine, collection, add_set)
    from_llm(engine, collection, add_set)


def _keep_typed(engine: Engine, collection: Collection, text_key: str, name_key: str) -> None:
    text, name = str(st.session_state[text_key]), str(st.session_state[name_key])
    add_set(engine, lambda: new_set(collection.id, name or "Typed", typed(text)))


def _typed(engine: Engine, collection: Collection) -> None:
    round_ = st.session_state.get(state.SETS_ROUND, 0)
    st.markdown("##### Type or paste")
    text_key, name_key = state.key(state.TYPED, round_), state.key(state.TYPED_NAME, round_)
    st.text_area(
        "One question per line",
        key=text_key,
        height=110,
        placeholder="By when do I have to submit an expense report?",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Name", key=name_key, placeholder="Typed", max_chars=80)
        st.button(
            "Save as a set",
            key=state.KEEP_TYPED,
            icon=":material/save:",
            on_click=_keep_typed,
            args=(engine, collection, text_key, name_key),
        )
    from_people(engine, collection, add_set)


def _sources(engine: Engine, collection: Collection) -> None:
    with st.container(key="beside-sources"):
        made, typed_, imported = st.columns(3, gap="medium", border=True)
        with made:
            _made(engine, collection)
        with typed_:
            _typed(engine, collection)
        with imported:
            upload(engine, collection, add_set)


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
        st.button(
            f"Remove the {len(chosen)} selected" if chosen else "Remove selected",
            key=state.REMOVE_SELECTED,
            icon=":material/remove:",
            disabled=not chosen,
            on_click=_without,
            args=(engine, question_set, chosen),
        )
        st.button(
            f"Remove the {len(marked)} marked" if marked else "Remove marked",
            key=state.REMOVE_MARKED,
            icon=":material/cleaning_services:",
            disabled=not marked,
            help=f"‘{TRIVIAL}’: plain word matching already finds the source by a wide margin. "
            f"‘{NEAR_DUPLICATE}’: an earlier question uses nearly the same words.",
            on_click=_without,
            args=(engine, question_set, marked),
        )
        exchange_out(engine, question_set)
        st.button(
            "Delete this set",
            key=state.DELETE_SET,
            icon=":material/delete:",
            type="tertiary",
            on_click=engine.question_sets.delete,
            args=(question_set.id,),
        )


def choose_set(sets: list[QuestionSet]) -> QuestionSet:
    """The set that is looked at or measured."""
    by_id = {each.id: each for each in sets}
    if st.session_state.get(state.QUESTION_SET) not in by_id:
        st.session_state[state.QUESTION_SET] = sets[-1].id
    names = {each.id: f"{each.name} · {counted(len(each.questions), 'question')}" for each in sets}
    return by_id[choose("Question set", names, state.QUESTION_SET)]


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
        _look(engine, sets)
        with st.expander("More questions", icon=":material/add:"):
            _sources(engine, collection)
    else:
        st.markdown("An evaluation needs questions with known answers. Three ways to get them:")
        _sources(engine, collection)
