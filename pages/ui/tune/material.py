"""What there is to learn from: judged questions, and sets that know their answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.app.engine import Engine
from core.evaluate.questions.question_sets import Question
from core.evaluate.questions.self_made import make_questions
from core.learn.material import Advance, Judged, gather
from core.models.registry import ModelKind
from core.schema import Collection, SearchSettings
from core.text.counting import counted
from pages.ui import state
from pages.ui.actions import choose
from pages.ui.frame import way_to
from pages.ui.judge.data import all_chunks
from pages.ui.text import plain, printable

MADE = 50
JUDGED, MAKE = "judged", "made"
SETTINGS = SearchSettings(top_k=50, top_n=1)
_KINDS: tuple[ModelKind, ...] = ("encoder", "cross_encoder")


def sources(engine: Engine, collection: Collection) -> dict[str, tuple[str, list[Question]]]:
    """What can be chosen, by key: its label and its questions; judgments last while none."""
    judged = [Question(text) for text in engine.judgments.queries(collection.id)]
    choices = {JUDGED: (f"Judged questions ({len(judged)})", judged)}
    for kept in engine.question_sets.of(collection.id):
        label = f"{printable(kept.name)} ({len(kept.questions)})"
        choices[kept.id] = (label, list(kept.questions))
    choices[MAKE] = (f"{MADE} new questions from the documents", [])
    if not judged:
        choices[JUDGED] = choices.pop(JUDGED)
    return choices


def questions_of(engine: Engine, collection: Collection, key: str) -> list[Question]:
    """The questions of one source; those that are made, made now."""
    if key == MAKE:
        return make_questions(all_chunks(engine, collection.id), MADE)
    return sources(engine, collection)[key][1]


@contextmanager
def progress() -> Iterator[Advance]:
    """A bar that is told (done, total) questions, and goes at the end."""
    bar = st.progress(0.0, "Running the questions …")
    yield lambda done, total: bar.progress(done / total, f"{done} of {total} questions")
    bar.empty()


def material_view(engine: Engine, collection: Collection) -> list[Judged]:
    """Draw the choice; what was gathered for it, for corpus and models as they are, or nothing."""
    choices = sources(engine, collection)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen: str = choose(
            "Learn from",
            {key: label for key, (label, _) in choices.items()},
            state.TUNE_SOURCE,
            help="Each question is asked as on Compare, with 50 candidates. What is learned is "
            "tested on held-out questions.",
        )
        pressed = st.button(
            "Run these questions", type="primary", icon=":material/playlist_add_check:"
        )
    version = engine.library.corpus_version(collection.id)
    key = (
        collection.id,
        chosen,
        version,
        *(engine.model_manager.spec(kind).name for kind in _KINDS),
    )
    if pressed:
        questions = questions_of(engine, collection, chosen)
        with progress() as advance:
            judged = gather(engine.evaluation_client, collection.id, questions, SETTINGS, advance)
        st.session_state[state.TUNE_MATERIAL] = (key, judged)
    kept = st.session_state.get(state.TUNE_MATERIAL)
    material: list[Judged] = kept[1] if kept and kept[0] == key else []
    if material:
        grades = sum(len(judged.grades) for judged in material)
        words = f"{counted(len(material), 'question')} with {counted(grades, 'known grade')}"
        st.caption(f":material/check_circle: {plain(words)}")
    elif kept and kept[0] == key:
        st.info(
            "None of these questions has a judged passage. Judge some, or choose new questions "
            "from the documents.",
            icon=":material/gavel:",
        )
        way_to("Judge", "Judge passages")
    return material
