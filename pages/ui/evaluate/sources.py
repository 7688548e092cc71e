"""Further sources of questions: the samples, judgments, the history, an LLM, files; and exports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.answer.llm import OpenAiCompatible
from core.app.engine import Engine
from core.evaluate.questions.exchange import (
    place_name,
    questions_csv,
    read_questions,
    to_beir_files,
    to_jsonl,
    to_trec_files,
    zipped,
)
from core.evaluate.questions.question_sets import QuestionSet, new_set, typed
from core.evaluate.questions.self_made import llm_questions, located_samples
from core.history.records import HistoryFilter
from core.schema import Collection
from core.text.counting import counted
from pages.ui import resources, state
from pages.ui.actions import button, download
from pages.ui.judge.data import all_chunks
from pages.ui.text import plain

TYPES = ["csv", "json", "jsonl", "tsv", "txt", "xml", "zip"]
LLM_WANTED = 20
MOST_ASKED = 500


Make = Callable[[], QuestionSet]


def add_set(engine: Engine, make: Make) -> None:
    """Make and keep a set, and look at it."""
    with st.spinner("Making the questions …"):
        question_set = make()
        engine.question_sets.save(question_set)
    st.session_state[state.QUESTION_SET] = question_set.id
    st.session_state[state.SETS_ROUND] = st.session_state.get(state.SETS_ROUND, 0) + 1
    questions = counted(len(question_set.questions), "question")
    st.toast(f"{questions} in “{plain(question_set.name)}”.")


def add_button(engine: Engine, label: str, icon: str, key: str, make: Make, **options: Any) -> None:
    """Draw a button that makes and keeps a set; ``options`` are further ones of ``st.button``."""
    button(label, icon, lambda: add_set(engine, make), key=key, **options)


def from_samples(engine: Engine, collection: Collection) -> None:
    """Offer the questions that come with the sample documents, when those are here."""
    names = {document.name: document.id for document in engine.library.documents(collection.id)}
    fitting = [q for q in resources.suggested_questions() if q.document in names]
    if not fitting:
        return

    def make() -> QuestionSet:
        texts = {name: engine.pages.text(id_).text for name, id_ in names.items()}
        return new_set(collection.id, "Sample questions", located_samples(fitting, names, texts))

    about = "Written by people for the sample documents, each with the phrase that answers it."
    label = f"Add {counted(len(fitting), 'sample question')}"
    add_button(engine, label, "school", state.SAMPLE_QUESTIONS, make, help=about)


def from_people(engine: Engine, collection: Collection) -> None:
    """Offer all questions that were judged, and those that the history remembers."""
    judged = engine.judgments.queries(collection.id)
    if judged:
        add_button(
            engine,
            f"Add {counted(len(judged), 'judged question')}",
            "rate_review",
            state.JUDGED_QUESTIONS,
            lambda: new_set(collection.id, "Judged", typed("\n".join(judged))),
        )
    lines = engine.history.lines(HistoryFilter(collection_id=collection.id, limit=MOST_ASKED))
    asked = list(dict.fromkeys(line.query for line in reversed(lines)))
    if asked:
        questions = typed("\n".join(asked), "history")
        add_button(
            engine,
            f"Add {counted(len(asked), 'question')} from the history",
            "history",
            state.ASKED_QUESTIONS,
            lambda: new_set(collection.id, "From the history", questions),
        )


def from_llm(engine: Engine, collection: Collection) -> None:
    """Offer questions written by the configured language model, with what leaves the machine."""
    llm = engine.settings.llm
    if engine.llm is None and not llm.configured:
        return

    def make() -> QuestionSet:
        model = engine.llm or OpenAiCompatible(llm, record=engine.ledger.record)
        questions = llm_questions(model, all_chunks(engine, collection.id), LLM_WANTED)
        return new_set(collection.id, f"Written by {model.name}", questions)

    label = f"Let {plain(llm.model)} write {LLM_WANTED} questions"
    with st.popover(label, icon=":material/smart_toy:"):
        st.warning(
            f"{LLM_WANTED} passages of your documents will be sent to {plain(llm.base_url)}.",
            icon=":material/upload:",
        )
        add_button(engine, "Send and write questions", "send", state.LLM_QUESTIONS, make)


def upload(engine: Engine, collection: Collection) -> None:
    """The place to drop a file of questions on."""
    round_ = st.session_state.get(state.SETS_ROUND, 0)
    st.markdown("##### Import")
    file = st.file_uploader(
        "CSV, JSON, TREC topics, or a TREC, BEIR or MS MARCO archive",
        TYPES,
        key=state.key(state.QUESTIONS_FILE, round_),
        help="CSV needs a column ‘question’. Text files have one question per line. An archive has "
        "topics.tsv and qrels.txt (TREC), or queries.jsonl and qrels/test.tsv (BEIR).",
    )
    if file is None:
        return
    name, data = file.name, file.getvalue()

    def make() -> QuestionSet:
        read = read_questions(name, data)
        st.toast(plain(read.made))
        return new_set(collection.id, name, read.questions)

    key = state.IMPORT_QUESTIONS
    add_button(engine, "Import this file", "upload", key, make, type="primary")


def _passages(engine: Engine, question_set: QuestionSet) -> dict[str, str]:
    document_ids = {document.id for document in engine.library.documents(question_set.collection)}
    places = {t.place for question in question_set.questions for t in question.targets}
    here = sorted((p for p in places if p.document_id in document_ids), key=place_name)
    return {place_name(p): engine.pages.text(p.document_id).text[p.start : p.end] for p in here}


def exchange_out(engine: Engine, question_set: QuestionSet) -> None:
    """The downloads of a set, in every format."""
    questions = question_set.questions

    def beir() -> bytes:
        return zipped(to_beir_files(questions, _passages(engine, question_set)))

    with st.popover("Export", icon=":material/download:"):
        st.caption("Import reads all of these again. TREC and BEIR do not keep origin and marks.")
        download("CSV", "", questions_csv(questions), "questions.csv")
        download("JSONL", "", to_jsonl(questions), "questions.jsonl")
        trec = zipped(to_trec_files(questions))
        download("TREC topics and qrels", "", trec, "questions-trec.zip")
        download("BEIR folder", "", beir, "questions-beir.zip")
