"""An evaluation as files: every value, a page to print, runs for other tools."""

from __future__ import annotations

import streamlit as st

from core.app.engine import Engine
from core.evaluate.evaluating import Evaluation, rankings_of
from core.evaluate.outcome import Outcome
from core.evaluate.printable import to_csv, to_html
from core.evaluate.questions.exchange import zipped
from core.evaluate.questions.trec import place_name, to_run, to_trec_files
from core.schema import Collection


def _runs(engine: Engine, evaluation: Evaluation) -> bytes:
    questions = evaluation.plan.questions
    files = to_trec_files(questions)
    for number, configuration in enumerate(evaluation.plan.configurations, start=1):
        found = rankings_of(engine.judgments, evaluation, configuration)
        lists = {
            f"q{n}": [place_name(found[q.text].found[i].place) for i in found[q.text].order]
            for n, q in enumerate(questions, start=1)
            if q.text in found
        }
        files[f"run-{number}.txt"] = to_run(lists, configuration.name)
    return zipped(files)


def exports(
    engine: Engine, collection: Collection, evaluation: Evaluation, outcome: Outcome
) -> None:
    """Draw the downloads."""
    with st.container(horizontal=True):
        st.download_button(
            "All values as CSV",
            lambda: to_csv(outcome, engine.evaluations.since(evaluation.id)),
            "evaluation.csv",
            "text/csv",
            icon=":material/table:",
        )
        st.download_button(
            "Report to print",
            lambda: to_html(outcome, collection.name, engine.evaluations.since(evaluation.id)),
            "evaluation.html",
            "text/html",
            icon=":material/print:",
        )
        st.download_button(
            "TREC runs and qrels",
            lambda: _runs(engine, evaluation),
            "evaluation-trec.zip",
            "application/zip",
            icon=":material/folder_zip:",
        )
