"""What an evaluation found: verdict, figures, pictures, what changed since, and files of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from core.app.engine import Engine
from core.evaluate.claims import abstention_words, abstentions
from core.evaluate.compare import SAME
from core.evaluate.evaluating import Evaluation, rankings_of
from core.evaluate.outcome import RBO, Outcome, groups
from core.evaluate.printable import to_html, values_csv
from core.evaluate.questions.exchange import place_name, to_run, to_trec_files, zipped
from core.evaluate.regressions import Cause, around, comparable, previous
from core.schema import Collection
from core.text.counting import signed
from pages.ui import resources, state
from pages.ui.actions import button, choose, download
from pages.ui.evaluate.charts import (
    PICKED,
    by_group,
    quality_and_depth,
    quality_and_time,
    wins_and_losses,
)
from pages.ui.evaluate.progress import titles
from pages.ui.evaluate.verdict import icon, verdict
from pages.ui.frame import open_page
from pages.ui.text import plain, printable

EXTREMES = 4


def _chosen(engine: Engine, evaluations: list[Evaluation]) -> Evaluation | None:
    done = {evaluation.id: evaluation for evaluation in evaluations if evaluation.status == "done"}
    if not done:
        return None
    if st.session_state.get(state.EVALUATION_STARTED) in done:  # the one that was waited for
        st.session_state[state.EVALUATION] = st.session_state.pop(state.EVALUATION_STARTED)
    choice, away = st.columns([5, 1], vertical_alignment="bottom")
    with choice:
        names, first = titles(list(done.values())), next(iter(done))
        chosen: str = choose("Evaluation", names, state.EVALUATION, first)
    with away:
        delete = partial(engine.evaluations.delete, chosen)
        button("Delete", "delete", delete, key=state.DELETE_EVALUATION, type="tertiary")
    return done[chosen]


def _asked_about(outcome: Outcome) -> tuple[str, str]:
    others = [run.name for run in outcome.runs if run.name != outcome.baseline]
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    name = left.selectbox(
        f"Compare {plain(outcome.baseline)} with",
        others,
        key=state.key(state.COMPARED, outcome.made_at),
    )
    compared = [measure for measure in outcome.measures if not measure.startswith((RBO, "Judged"))]
    measure = right.selectbox("Measure", compared, key=state.key(state.MEASURE, outcome.made_at))
    return str(name), measure


def _extremes(outcome: Outcome, name: str, measure: str) -> None:
    differences = outcome.differences(name, measure)
    helped = [(q, v) for q, v in differences.items() if v > 0][:EXTREMES]
    hurt = [(q, v) for q, v in reversed(differences.items()) if v < 0][:EXTREMES]
    for column, title, extremes in zip(
        st.columns(2), ("Helped most", "Hurt most"), (helped, hurt), strict=True
    ):
        with column:
            st.markdown(f"**{title}**" if extremes else f"**{title}:** none")
            for question, value in extremes:
                if st.button(
                    f"{signed(value, 2)} · {plain(question)}",
                    key=state.key(state.OPEN, name, question),
                    type="tertiary",
                    icon=":material/compare_arrows:",
                    help="Open this comparison",
                ):
                    open_comparison(question)


def open_comparison(question: str) -> None:
    """Go to the Compare page with a question."""
    state.put(state.QUERY, question)
    open_page("Compare")


def _questions(outcome: Outcome, name: str, measure: str) -> None:
    st.markdown("##### Question by question")
    if not any(abs(value) > SAME for value in outcome.differences(name, measure).values()):
        st.caption(f"Every question has the same {plain(measure)} in both.")
        return
    chosen = st.altair_chart(
        wins_and_losses(outcome, name, measure),
        on_select="rerun",
        selection_mode=PICKED,
        key=state.key(state.WINS, outcome.made_at, name, measure),
        alt=f"Differences in {measure} of every question, sorted",
    )
    picked = chosen.selection.get(PICKED, [])
    question = next(
        (q for q in outcome.questions if picked and printable(q) == picked[0]["Question"]), ""
    )
    if question:
        open_comparison(question)
    st.caption("Click a bar or a question below to compare its two lists.")
    with st.container(key="evaluate-extremes"):
        _extremes(outcome, name, measure)


def _pictures(outcome: Outcome, name: str, measure: str) -> None:
    with st.container(key="evaluate-pictures"):
        left, right = st.columns(2, gap="large")
        with left:
            _quality_and_time(outcome, measure)
            st.markdown("##### By kind of question")
            kinds = groups(outcome, name, measure, outcome.kinds)
            st.altair_chart(by_group(kinds, "Kind"), alt="Differences by kind of question")
        with right:
            depth = quality_and_depth(outcome, measure)
            if depth is not None:
                st.markdown("##### Quality and depth")
                st.altair_chart(depth, alt="Quality against the number of candidates")
            st.markdown("##### By document")
            documents = groups(outcome, name, measure, outcome.documents)
            st.altair_chart(by_group(documents, "Document"), alt="Differences by document")


def _quality_and_time(outcome: Outcome, measure: str) -> None:
    st.markdown("##### Quality and time")
    chart = quality_and_time(outcome, measure)
    if chart is None:
        st.caption("No times: all scores came from the cache.")
        return
    st.altair_chart(chart, alt="Quality against median time of every configuration")
    timed = [run for run in outcome.runs if run.latencies]
    if len(timed) > 1:
        st.caption("Coloured points: no other configuration is both better and faster.")
    without = [run.name for run in outcome.runs if not run.latencies]
    if without:
        words = f"No time, because the scores came from the cache: {'; '.join(without)}."
        st.caption(plain(words))


def results_view(engine: Engine, collection: Collection, evaluations: list[Evaluation]) -> None:
    """Draw the chosen evaluation."""
    current = _chosen(engine, evaluations)
    if current is None:
        st.info("No finished evaluation yet. Start one under New.", icon=":material/query_stats:")
        return
    outcome = resources.outcome(engine, current.id, current.seconds)
    name, measure = _asked_about(outcome)
    asked = [question.text for question in current.plan.questions]
    verdict(outcome, name, measure, asked)
    abstention_results(outcome)
    _questions(outcome, name, measure)
    _pictures(outcome, name, measure)
    changes_view(engine, (previous(evaluations, current), current), name, measure)
    exports(engine, collection, current, outcome)


def abstention_results(outcome: Outcome) -> None:
    """Draw each threshold against the same search without it; nothing where there is none."""
    if not any(run.keeps_order for run in outcome.runs):
        return
    st.markdown("##### Abstention")
    samples = abstentions(outcome)
    if not samples:
        st.caption(
            "It is not known whether the documents answer these questions. That takes a grade of 2 "
            "or 3, or a 0 on three passages, including the first of every list."
        )
    for each in samples:
        d = each.difference
        st.markdown(f"{icon(each)} **{plain(each.verdict)}**")
        for line in (*(abstention_words(outcome, name) for name in (d.base, d.other)), each.remark):
            st.caption(plain(line))
    st.caption(
        "An abstention threshold does not change the ranking, so all other figures are the same."
    )


def _heading(causes: Sequence[Cause]) -> str:
    fallen = [cause for cause in causes if cause.after < cause.before]
    judged = sum(cause.kind == "judgments" for cause in fallen)
    by = f" ({judged} only because judgments changed)" if judged else ""
    worse = f"{len(fallen)} worse{by}"
    return f"Since the previous evaluation: {worse}, {len(causes) - len(fallen)} better"


def _table(causes: Sequence[Cause]) -> None:
    rows = [
        {
            "Why": cause.kind,
            "Question": printable(cause.question),
            "Before": cause.before,
            "Now": cause.after,
            "By ranking": None if cause.between is None else cause.by_ranking,
            "By judgments": None if cause.between is None else cause.by_judgments,
        }
        for cause in causes
    ]
    forms = {"Before": "%.3f", "Now": "%.3f", "By ranking": "%+.3f", "By judgments": "%+.3f"}
    st.dataframe(
        pd.DataFrame(rows, columns=["Why", "Question", *forms]),
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format=form) for name, form in forms.items()
        }
        | {"Question": st.column_config.TextColumn(width="medium")},
    )


def changes_view(
    engine: Engine, both: tuple[Evaluation | None, Evaluation], name: str, measure: str
) -> None:
    """Draw what changed of a configuration, if the evaluation before measured the same.

    ``both`` are the evaluation before, if there is one, and the one that is shown.
    """
    older, current = both
    if older is None:
        return
    before = resources.outcome(engine, older.id, older.seconds)
    now = resources.outcome(engine, current.id, current.seconds)
    if measure not in before.measures or name not in comparable(before, now):
        return
    version = engine.library.corpus_version(current.collection)
    causes = resources.causes(engine, (older.id, current.id), version, name, measure)
    with st.expander(_heading(causes), icon=":material/history:"):
        st.caption(around(before, now))
        if not causes:
            return
        st.caption(
            "The previous ranking is measured again with today's judgments: that part of the "
            "change comes from the judgments, the rest from the ranking."
        )
        _table(causes)


def _runs(engine: Engine, evaluation: Evaluation) -> bytes:
    questions = evaluation.plan.questions
    files = to_trec_files(questions)
    for number, configuration in enumerate(evaluation.plan.configurations, start=1):
        rankings = rankings_of(engine.judgments, evaluation, configuration)
        lists = {
            f"q{n}": [place_name(rankings[q.text].found[i].place) for i in rankings[q.text].order]
            for n, q in enumerate(questions, start=1)
            if q.text in rankings
        }
        files[f"run-{number}.txt"] = to_run(lists, configuration.name)
    return zipped(files)


def exports(
    engine: Engine, collection: Collection, evaluation: Evaluation, outcome: Outcome
) -> None:
    """Draw the downloads."""

    def csv() -> str:
        return values_csv(outcome, engine.evaluations.since(evaluation.id))

    def report() -> str:
        return to_html(outcome, collection.name, engine.evaluations.since(evaluation.id))

    with st.container(horizontal=True):
        download("All values as CSV", "table", csv, "evaluation.csv")
        download("Printable report", "print", report, "evaluation.html")
        runs = partial(_runs, engine, evaluation)
        download("TREC runs and qrels", "folder_zip", runs, "evaluation-trec.zip")
