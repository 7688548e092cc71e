"""Question sets from files, and as files."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.app.engine import Engine
from core.evaluate.questions.exchange import read_questions, to_csv, to_jsonl, zipped
from core.evaluate.questions.question_sets import QuestionSet, new_set
from core.evaluate.questions.trec import place_name, to_beir_files, to_trec_files
from core.schema import Collection
from core.text.spans import Place
from pages.ui import state

AddSet = Callable[[Engine, Callable[[], QuestionSet]], None]
TYPES = ["csv", "jsonl", "tsv", "txt", "zip"]


def upload(engine: Engine, collection: Collection, add: AddSet) -> None:
    """The place to drop a file of questions on."""
    round_ = st.session_state.get(state.SETS_ROUND, 0)
    st.markdown("##### Import")
    file = st.file_uploader(
        "CSV, JSONL, TREC topics, or a TREC or BEIR archive",
        TYPES,
        key=state.key(state.QUESTIONS_FILE, round_),
        help="CSV needs a column ‘question’. Text files have one question a line. An archive has "
        "topics.tsv and qrels.txt (TREC), or queries.jsonl and qrels/test.tsv (BEIR).",
    )
    if file is None:
        return
    name, data = file.name, file.getvalue()

    def make() -> QuestionSet:
        return new_set(collection.id, name, read_questions(name, data))

    st.button(
        "Import this file",
        key=state.IMPORT_QUESTIONS,
        type="primary",
        icon=":material/upload:",
        on_click=add,
        args=(engine, make),
    )


def _passage(engine: Engine, place: Place) -> str:
    return engine.pages.text(place.document_id).text[place.start : place.end]


def _passages(engine: Engine, question_set: QuestionSet) -> dict[str, str]:
    known = {document.id for document in engine.documents(question_set.collection)}
    places = {t.place for question in question_set.questions for t in question.targets}
    here = sorted((p for p in places if p.document_id in known), key=place_name)
    return {place_name(place): _passage(engine, place) for place in here}


def exchange_out(engine: Engine, question_set: QuestionSet) -> None:
    """The downloads of a set, in every format."""
    questions = question_set.questions
    with st.popover("Export", icon=":material/download:"):
        st.caption("Read again by the import without loss (TREC and BEIR forget origin and marks).")
        st.download_button("CSV", to_csv(questions), "questions.csv", "text/csv")
        st.download_button("JSONL", to_jsonl(questions), "questions.jsonl", "application/jsonl")
        st.download_button(
            "TREC topics and qrels",
            zipped(to_trec_files(questions)),
            "questions-trec.zip",
            "application/zip",
        )
        st.download_button(
            "BEIR folder",
            lambda: zipped(to_beir_files(questions, _passages(engine, question_set))),
            "questions-beir.zip",
            "application/zip",
        )
