"""A new evaluation: which questions, which configurations, compared with which one."""

from __future__ import annotations

import streamlit as st

from core.app.engine import Engine
from core.errors import SecondLookError
from core.evaluate.configurations import MEASURES, Configuration, Plan, depths, presets
from core.evaluate.questions.question_sets import QuestionSet
from core.schema import Collection
from pages.ui import state
from pages.ui.evaluate.data import RESULTS
from pages.ui.evaluate.sets import choose_set
from pages.ui.evaluate.variants import more_configurations
from pages.ui.frame import show_error

DEPTHS = (10, 20, 50, 100)
DEFAULT = ("Dense", "Dense, reranked")
LEAVE_OUT, COUNT = "Leave them out", "Count as not relevant"


def _start(engine: Engine, collection: Collection, plan: Plan) -> None:
    try:
        made = engine.evaluations.start(collection.id, plan)
    except SecondLookError as error:
        show_error(error)
    else:
        st.session_state[state.EVALUATION_STARTED] = made.id
        st.session_state[state.EVALUATE_VIEW] = RESULTS


def _configurations() -> list[Configuration]:
    depth = st.slider(
        "Candidates that the cross-encoder reads",
        10,
        200,
        50,
        step=10,
        help="The recall of this many candidates is the ceiling of everything that follows.",
    )
    known = {configuration.name: configuration for configuration in presets(depth)}
    chosen = st.multiselect("Configurations", list(known), list(DEFAULT), key=state.CONFIGURATIONS)
    configurations = [known[name] for name in chosen]
    reranked = [configuration for configuration in configurations if configuration.reranked]
    if reranked and st.toggle(
        "Also at other depths",
        help=f"Measures “{reranked[0].name}” with {', '.join(map(str, DEPTHS))} candidates too: "
        "where does reading more stop to help?",
    ):
        others = tuple(other for other in DEPTHS if other != depth)
        configurations += depths(reranked[0], others)
    return configurations


def _unjudged(question_set: QuestionSet) -> bool:
    choice = st.radio(
        "Passages that nobody judged",
        (LEAVE_OUT, COUNT),
        index=1 if question_set.known_item else 0,
        horizontal=True,
        help="Left out: the lists are condensed to what was judged, which suits judged questions. "
        "Counted as not relevant: right for questions that were made from one known passage. "
        "Judged@10 is shown in any case.",
    )
    return choice == LEAVE_OUT


def plan_view(engine: Engine, collection: Collection, sets: list[QuestionSet]) -> None:
    """Draw the choices and the start."""
    if not sets:
        st.info("An evaluation needs questions: make or import some first.", icon=":material/quiz:")
        return
    left, right = st.columns(2, gap="large")
    with left:
        question_set = choose_set(sets)
        leave_out = _unjudged(question_set)
        measure = st.selectbox(
            "The measure that decides",
            MEASURES[:-1],
            help="All measures are computed; this one is compared first.",
        )
    with right:
        configurations = _configurations()
        if configurations:
            configurations += more_configurations(engine, collection, configurations)
        names = [configuration.name for configuration in configurations]
        baseline = st.selectbox("Compared with", names) if names else ""
    if len(configurations) < 2:
        st.caption("Choose at least two configurations.")
        return
    searches = len(configurations) * len(question_set.questions)
    st.button(
        f"Start: {searches:,} searches",
        key=state.START_EVALUATION,
        type="primary",
        icon=":material/play_arrow:",
        help="It runs in the background and goes on when you leave the page or restart the "
        "program. Searches that were made before in the same state are not made again.",
        on_click=_start,
        args=(
            engine,
            collection,
            Plan(
                set_name=question_set.name,
                questions=question_set.questions,
                configurations=tuple(configurations),
                baseline=str(baseline),
                leave_out_unjudged=leave_out,
                measures=(measure, *(other for other in MEASURES if other != measure)),
            ),
        ),
    )
