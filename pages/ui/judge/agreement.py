"""How far the judges agree, what they have to settle, and judgments that lost their passage."""

from __future__ import annotations

import math
from functools import partial

import pandas as pd
import streamlit as st

from core.app.engine import Engine
from core.evaluate.judging.agreement import Agreement, Disagreement, judge_agreement
from core.evaluate.judging.grading import Graded
from core.evaluate.judging.judgments import GRADES, SETTLED
from core.schema import Chunk, Collection
from core.text.counting import counted
from core.text.pages import source_words
from pages.ui import state
from pages.ui.actions import button
from pages.ui.judge.data import all_chunks, graded
from pages.ui.text import plain, printable, render_untrusted

SHOWN = 20


def _figures(figures: Agreement, judges: list[str]) -> None:
    left, middle, right = st.columns(3)
    left.metric("Judges", len(judges))
    middle.metric("Passages with two or more grades", figures.units)
    right.metric(
        "Krippendorff's alpha",
        "–" if math.isnan(figures.alpha) else f"{figures.alpha:.2f}",
        help="For ordered grades: 1 is full agreement, 0 is chance. Above 0.8 is good, below 0.67 "
        "is too low to rely on (Krippendorff). A dash means that there is nothing to compare.",
    )
    if figures.kappas:
        st.dataframe(
            pd.DataFrame(
                [(k.one, k.other, k.units, k.plain, k.weighted) for k in figures.kappas],
                columns=["Judge", "Other judge", "Passages", "Cohen's kappa", "Weighted kappa"],
            ),
            hide_index=True,
            column_config={
                "Cohen's kappa": st.column_config.NumberColumn(format="%.2f"),
                "Weighted kappa": st.column_config.NumberColumn(
                    format="%.2f", help="0 against 3 weighs nine times as much as 2 against 3"
                ),
            },
        )


def _disagreement(engine: Engine, collection: Collection, item: Disagreement, chunk: Chunk) -> None:
    settle = partial(engine.judgments.settle, collection.id, item.query, chunk)
    given = " · ".join(f"{plain(judge)} **{grade}**" for judge, grade in item.grades.items())
    with st.container(border=True):
        st.markdown(f"**{plain(item.query)}**  \n{given}")
        with st.expander(plain(source_words(chunk))):
            render_untrusted(chunk.text)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption("Settle on")
            for grade in GRADES:
                key = state.key(state.SETTLE, item.query, item.chunk_id, grade)
                button(str(grade), "", partial(settle, grade), key=key, help=GRADES[grade])


def _disagreements(engine: Engine, collection: Collection, figures: Agreement) -> None:
    if not figures.disagreements:
        return
    st.markdown(f"##### {counted(len(figures.disagreements), 'disagreement')} to settle")
    st.caption("A settled grade overrides all others. Until then the lower median counts.")
    chunks = {chunk.id: chunk for chunk in all_chunks(engine, collection.id)}
    for item in figures.disagreements[:SHOWN]:
        if item.chunk_id in chunks:
            _disagreement(engine, collection, item, chunks[item.chunk_id])


def _uncertain(grades: Graded) -> None:
    if not grades.uncertain:
        return
    st.markdown(f"##### {counted(len(grades.uncertain), 'judgment')} without a passage")
    st.caption(
        "The documents have since been chunked differently or removed: the judged text and any "
        "passage overlap by less than half of the shorter one. These judgments are kept but not "
        "counted."
    )
    st.dataframe(
        pd.DataFrame(
            [
                (printable(u.judgment.query), u.judgment.judge, u.judgment.grade, u.share)
                for u in grades.uncertain
            ],
            columns=["Question", "Judge", "Grade", "Shared"],
        ),
        hide_index=True,
        column_config={"Shared": st.column_config.NumberColumn(format="percent")},
    )


def agreement_view(engine: Engine, collection: Collection) -> None:
    """Draw the agreement of all judges of a collection."""
    grades = graded(engine, collection.id)
    judges = [judge for judge in engine.judgments.judges(collection.id) if judge != SETTLED]
    if not judges:
        st.info("No judgments yet. Grade some passages under Judge.", icon=":material/rate_review:")
        return
    figures = judge_agreement(grades.grades)
    _figures(figures, judges)
    if figures.units == 0:
        st.caption(
            "Agreement needs a second judge: enter another name under ‘Judge and pool’ and judge "
            "the same questions."
        )
    elif math.isnan(figures.alpha):
        st.caption(
            "Krippendorff's alpha has no value: all grades are the same, so chance would agree "
            "as well."
        )
    _disagreements(engine, collection, figures)
    _uncertain(grades)
