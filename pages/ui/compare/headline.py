"""The sentence that sums a comparison up, and what a reader must know about it."""

from __future__ import annotations

import streamlit as st

from core.app.engine import Engine
from core.evaluate.claims import ANSWERING_GRADE
from core.samples import SampleQuestion
from core.schema import Collection, Comparison
from core.search.comparison import what_happened
from pages.ui import resources, state
from pages.ui.evaluate.views import SKIP
from pages.ui.evidence import did_you_mean, evidence
from pages.ui.frame import view_link, way_to
from pages.ui.judge.data import graded
from pages.ui.text import plain


def sample_asked(comparison: Comparison) -> SampleQuestion | None:
    """The sample question that was asked, if it was asked of the sample documents."""
    found = {candidate.chunk.document_id for candidate in comparison.candidates}
    if found.isdisjoint(resources.sample_ids().values()):
        return None
    questions = resources.suggested_questions()
    return next((question for question in questions if question.text == comparison.query), None)


def answering(engine: Engine, collection: Collection, comparison: Comparison) -> set[str]:
    """Chunk ids that are known to answer: judged so by people, or a sample's known answer."""
    said = graded(engine, collection.id, comparison.query).qrels.values()
    right = {id_ for grades in said for id_, grade in grades.items() if grade >= ANSWERING_GRADE}
    sample = sample_asked(comparison)
    if sample is None or not sample.answer:
        return right
    source = resources.sample_ids()[sample.document]
    return right | {
        candidate.chunk.id
        for candidate in comparison.candidates
        if candidate.chunk.document_id == source
        and sample.answer in " ".join(candidate.chunk.text.split())
    }


def headline(engine: Engine, collection: Collection, comparison: Comparison) -> None:
    """Draw the sentence, the hint of a sample, and every note."""
    sentence = what_happened(
        comparison.reranked,
        comparison.settings.top_n,
        answering(engine, collection, comparison),
        withheld=evidence(engine, collection, comparison).state != "answered",
    )
    st.markdown(f"##### {plain(sentence)}")
    did_you_mean(engine, collection, comparison)
    if _floor_is_new(comparison):
        words = "Relevance is new: what off-topic questions score here was measured meanwhile."
        st.caption(f":material/straighten: {words}")
    sample = sample_asked(comparison)
    if sample is not None and any(item.scored != "no" for item in comparison.reranked):
        st.caption(f":material/lightbulb: {plain(sample.note)}")
    for note in comparison.notes:
        st.caption(f":material/info: {plain(note.text)}")
    _way_to_the_fits(comparison)
    if foreign := resources.foreign(engine, comparison):
        st.warning(plain(foreign), icon=":material/translate:")


def _floor_is_new(comparison: Comparison) -> bool:
    """Whether this question was answered in this session before a noise floor was measured."""
    asked = comparison.collection, comparison.query
    before = st.session_state.get(state.FLOOR, ())
    if before[:1] != (asked,):
        before = st.session_state[state.FLOOR] = (asked, comparison.noise_floor)
    return bool(before[1] != comparison.noise_floor)


def _way_to_the_fits(comparison: Comparison) -> None:
    """Where it is settled what becomes of something fitted that this search does not use."""
    kinds = {note.kind for note in comparison.notes}
    if kinds & {"weights not used", "abstention not used"}:
        way_to("Tune", "Fit it again or delete it")
    if "skip predictor not used" in kinds:
        words = "Fit the skip predictor again or delete it"
        view_link("Evaluate", state.EVALUATE_VIEW, SKIP, words)
