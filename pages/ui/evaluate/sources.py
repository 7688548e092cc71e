"""Further sources of questions: the samples, judgments, what was asked before, an LLM."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.answer.llm import OpenAiCompatible
from core.app.engine import Engine
from core.evaluate.questions.llm_questions import llm_questions
from core.evaluate.questions.question_sets import QuestionSet, new_set, typed
from core.evaluate.questions.sample_questions import located
from core.schema import Chunk, Collection
from core.text.counting import counted
from pages.ui import resources, state
from pages.ui.evaluate.data import asked_before
from pages.ui.text import plain

AddSet = Callable[[Engine, Callable[[], QuestionSet]], None]
LLM_WANTED = 20


def from_samples(engine: Engine, collection: Collection, add: AddSet) -> None:
    """Offer the questions that come with the sample documents, when those are here."""
    names = {document.name: document.id for document in engine.documents(collection.id)}
    fitting = [q for q in resources.suggested_questions() if q.document in names]
    if not fitting:
        return

    def make() -> QuestionSet:
        texts = {name: engine.pages.text(id_).text for name, id_ in names.items()}
        return new_set(collection.id, "Sample questions", located(fitting, names, texts))

    st.button(
        f"Take the {counted(len(fitting), 'sample question')}",
        key=state.SAMPLE_QUESTIONS,
        icon=":material/school:",
        on_click=add,
        args=(engine, make),
        help="Written by people for the sample documents, each with the phrase that answers it.",
    )


def from_judgments(engine: Engine, collection: Collection, add: AddSet) -> None:
    """Offer all questions that were judged."""
    queries = engine.judgments.queries(collection.id)
    st.button(
        f"Take the {counted(len(queries), 'judged question')}",
        key=state.JUDGED_QUESTIONS,
        icon=":material/rate_review:",
        disabled=not queries,
        on_click=add,
        args=(engine, lambda: new_set(collection.id, "Judged", typed("\n".join(queries)))),
    )


def from_history(engine: Engine, collection: Collection, add: AddSet) -> None:
    """Offer the questions that were asked before, where the engine remembers them."""
    asked = asked_before(engine, collection.id)
    if asked:
        st.button(
            f"Take the {counted(len(asked), 'question')} asked before",
            key=state.ASKED_QUESTIONS,
            icon=":material/history:",
            on_click=add,
            args=(
                engine,
                lambda: new_set(collection.id, "Asked before", typed("\n".join(asked), "history")),
            ),
        )


def from_llm(
    engine: Engine,
    collection: Collection,
    add: AddSet,
    chunks: Callable[[Engine, str], list[Chunk]],
) -> None:
    """Offer questions written by the configured language model, with what leaves the machine."""
    llm = engine.settings.llm
    if engine.llm is None and not llm.configured:
        return

    def make() -> QuestionSet:
        model = engine.llm or OpenAiCompatible(llm, record=engine.ledger.record)
        questions = llm_questions(model, chunks(engine, collection.id), LLM_WANTED)
        return new_set(collection.id, f"Written by {model.name}", questions)

    with st.popover(f"Let {plain(llm.model)} write {LLM_WANTED}", icon=":material/smart_toy:"):
        st.warning(
            f"{LLM_WANTED} passages of your documents will be sent to {plain(llm.base_url)}.",
            icon=":material/upload:",
        )
        st.button(
            "Send them and make questions",
            key=state.LLM_QUESTIONS,
            on_click=add,
            args=(engine, make),
        )
