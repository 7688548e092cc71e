"""A training: its recipe, how far it is, and what came of it."""

from __future__ import annotations

from typing import get_args

import altair as alt
import pandas as pd
import streamlit as st

from core.app.engine import Engine
from core.evaluate.compare import verdict
from core.learn.finetune import FineTuning
from core.learn.material import Judged, training_groups
from core.learn.recipe import Loss, Step, TrainingRecipe, TrainingResult
from core.text.counting import counted
from pages.ui import resources
from pages.ui.actions import button
from pages.ui.fitted import before_and_after, offer
from pages.ui.library.words import seconds_words
from pages.ui.text import plain, printable

EVERY_SECONDS = 2.0
LOSSES = {
    "listwise": "whole lists (LambdaLoss)",
    "pairwise": "pairs (RankNet)",
    "pointwise": "single passages (cross-entropy)",
}


def _recipe() -> TrainingRecipe:
    loss: Loss = st.selectbox("Loss", get_args(Loss), format_func=LOSSES.__getitem__)
    left, right = st.columns(2)
    epochs = left.slider("Epochs", 1, 10, 3)
    rate = right.select_slider("Learning rate", [5e-6, 1e-5, 2e-5, 5e-5, 1e-4], 2e-5)
    threads = resources.settings().threads
    return TrainingRecipe(loss=loss, epochs=epochs, learning_rate=float(rate), threads=threads)


def _start(engine: Engine, material: list[Judged]) -> None:
    groups = training_groups(material)
    st.caption(
        f"{counted(len(groups), 'question')} can be used: each has an answer and other passages "
        "among its candidates. A third of the documents is held out for the test."
    )
    with st.form("recipe"):
        recipe = _recipe()
        if st.form_submit_button(
            "Start training", type="primary", icon=":material/model_training:"
        ):
            resources.tuning().start(engine.model_manager.spec("cross_encoder"), groups, recipe)
            st.rerun()


def _curve(steps: list[Step]) -> alt.Chart | alt.LayerChart:
    rows = [
        {"step": each.done, "value": value, "what": what}
        for each in steps
        for what, value in (("loss", each.loss), ("nDCG@10 on dev questions", each.dev))
        if value is not None
    ]
    return (
        alt.Chart(pd.DataFrame(rows, columns=["step", "value", "what"]), height=110)
        .mark_line(point=True)
        .encode(
            x=alt.X("step:Q", title="step"),
            y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False)),
            row=alt.Row("what:N", title=None),
        )
        .resolve_scale(y="independent")
    )


def _running(tuning: FineTuning, last: Step) -> None:
    share = last.done / last.total if last.total else 0.0
    where = f"step {last.done} of {last.total}" if last.total else "loading the model"
    bar, stop = st.columns([8, 2], vertical_alignment="center")
    bar.progress(min(1.0, share), f"{where} · {seconds_words(last.seconds)}")
    with stop:
        button("Cancel", "close", tuning.cancel)


@st.fragment(run_every=EVERY_SECONDS)
def _watch(tuning: FineTuning) -> None:
    steps = tuning.steps()
    if not steps:
        return
    if steps[-1].finished:
        st.rerun()
    _running(tuning, next((s for s in reversed(steps) if s.total), steps[-1]))
    if any(step.loss is not None or step.dev is not None for step in steps):
        st.altair_chart(_curve(steps))


def _questions(result: TrainingResult) -> pd.DataFrame:
    rows = [
        {
            "Question": printable(text),
            "Before": before,
            "After": result.after[text],
            "Change": result.after[text] - before,
        }
        for text, before in result.before.items()
    ]
    return pd.DataFrame(rows, columns=["Question", "Before", "After", "Change"]).sort_values(
        "Change", key=abs, ascending=False
    )


def _take(engine: Engine) -> None:
    """Called by a button that says where the gain is not settled."""
    name = resources.tuning().take(engine.model_manager.spec("cross_encoder"), all_the_same=True)
    engine.model_manager.use_cross_encoder(name, engine.model_manager.runtime)
    resources.forget_comparisons()


def _ended(engine: Engine, tuning: FineTuning, last: Step) -> None:
    if last.state == "failed":
        st.error(f"**The training failed.**\n\n{plain(last.message)}", icon=":material/error:")
    if last.state != "done":
        button("Resume training", "play_arrow", tuning.resume)
        return
    result = tuning.result()
    before_and_after(result.difference)
    st.markdown(plain(verdict(result.difference)))
    st.altair_chart(_curve(tuning.steps()))
    st.dataframe(
        _questions(result),
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format=form)
            for name, form in (("Before", "%.3f"), ("After", "%.3f"), ("Change", "%+.3f"))
        },
    )
    offer(
        result.difference,
        ("Use this model", "Use it anyway"),
        lambda: _take(engine),
        "Searches use the trained model now.",
        "It enters the registry with its model card; the previous model stays one click away on "
        "Models.",
    )


def training_view(engine: Engine, material: list[Judged]) -> None:
    """Draw the training that runs or has ended, and the form for another one."""
    st.caption(
        "Trains the cross-encoder itself, in a separate process. It is tested on documents it was "
        "not trained on, refused when their questions gain nothing, and offered with a warning "
        "when the gain may be chance."
    )
    tuning = resources.tuning().training
    steps = tuning.steps()
    if steps and not steps[-1].finished:
        _watch(tuning)
        return
    if steps:
        _ended(engine, tuning, steps[-1])
    if material:
        with st.expander("New training", expanded=not steps, icon=":material/model_training:"):
            _start(engine, material)
