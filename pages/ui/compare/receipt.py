"""The receipt of the comparison on the page, to take away."""

from __future__ import annotations

import streamlit as st

from core.app.engine import Engine
from core.history.receipt import Receipt, make_receipt, receipt_json
from core.history.receipt_page import page_pictures, receipt_html
from core.history.records import GivenAnswer
from core.schema import Collection, Comparison
from pages.ui import resources, state
from pages.ui.actions import download
from pages.ui.answer import job_of


def given_answers(engine: Engine, comparison: Comparison) -> tuple[GivenAnswer, ...]:
    """The quoted answer, and the language model's if one was written in this session."""
    if not comparison.reranked:
        return ()
    quoted = resources.quote_answer(engine, "rerank", comparison)
    job = job_of(resources.fingerprint(comparison), "rerank")
    written = () if job is None or job.running else (GivenAnswer("rerank", job.stream.answer),)
    return (GivenAnswer("rerank", quoted), *written)


def receipt_downloads(engine: Engine, receipt: Receipt, key: str) -> None:
    """Two downloads, made when they are pressed: a page to read, and a record to check."""

    def page() -> str:
        return receipt_html(receipt, page_pictures(engine.pages, receipt))

    def record() -> bytes:
        return receipt_json(receipt)

    html_key, json_key = (state.key(name, key) for name in (state.RECEIPT_HTML, state.RECEIPT_JSON))
    files = (
        ("Receipt (HTML)", "receipt_long", page, "receipt.html", html_key),
        ("Record (JSON)", "data_object", record, "receipt.json", json_key),
    )
    for label, icon, make, name, its_key in files:
        download(label, icon, make, name, key=its_key, on_click="ignore")


def receipt_button(engine: Engine, collection: Collection, comparison: Comparison) -> None:
    """What can be taken away of this comparison, behind one button."""
    panel = st.popover(
        "Receipt", icon=":material/receipt_long:", key=state.RECEIPT_PANEL, on_change="rerun"
    )
    if not panel.open:
        return
    with panel:
        st.caption(
            "Question, answer, cited pages, both lists, models and settings in one file. The "
            "HTML opens offline; `python -m core replay receipt.json` checks the JSON."
        )
        answers = given_answers(engine, comparison)
        receipt = make_receipt(engine.library, collection.id, comparison, answers)
        receipt_downloads(engine, receipt, "compare")
