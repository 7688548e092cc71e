"""An int8 recipe of the cross-encoder that is on: what it is, its making, what came of it."""

from __future__ import annotations

import streamlit as st

from core.app.engine import Engine
from core.app.recipes import Making, RecipeMaking
from core.models.hub import here
from core.models.openvino.int8 import has_recipe
from core.models.openvino.quantizing import refusal
from core.schema import Collection, ModelInfo
from pages.ui import resources, state
from pages.ui.actions import act
from pages.ui.text import plain

EVERY_SECONDS = 1.0
WHAT = (
    "**int8** computes this model with small whole numbers, on many processors the fastest way. It "
    "needs a recipe: weights rounded to fit what the model reads in your passages (and in the "
    "sample texts, if yours are few). Making one takes {minutes}, in the pauses of the searches, "
    "and nothing leaves this machine. Then all runtimes are measured again, and int8 is used only "
    "if it is the fastest and its order agrees with the reference's."
)
BUNDLED_MILLIONS = 22.7
BUNDLED_MINUTES = 4


def _minutes(engine: Engine) -> str:
    millions = engine.model_manager.spec("cross_encoder").parameters
    if millions is None or millions <= BUNDLED_MILLIONS:
        return f"about {BUNDLED_MINUTES} minutes for a small model, longer for a larger one"
    return f"about {BUNDLED_MINUTES * millions / BUNDLED_MILLIONS:.0f} minutes or more"


def _running(making: RecipeMaking, now: Making) -> None:
    if now.state == "measuring":
        st.progress(1.0, text="The recipe is made; the runtimes are being measured.")
        return
    bar, stop = st.columns([8, 2], vertical_alignment="center")
    bar.progress(now.share, text=f"Making the int8 recipe: {now.share:.0%}")
    stop.button("Stop", key=state.STOP_RECIPE, icon=":material/close:", on_click=making.stop)


@st.fragment(run_every=EVERY_SECONDS)
def _watch(making: RecipeMaking) -> None:
    now = making.now
    if now is None or not now.running:
        resources.forget_comparisons()
        st.rerun()
    _running(making, now)


def _ended(now: Making) -> None:
    if now.state == "failed":
        st.error(plain(now.message), icon=":material/error:")
    elif now.state == "done":
        st.info(plain(now.message), icon=":material/speed:")
    else:
        st.caption(plain(now.message))


def busy_words(engine: Engine) -> str:
    """What keeps the runtimes from being measured now: a measurement, or a recipe."""
    now = resources.recipes(engine).now
    made = now is not None and now.state == "making"
    what = "An int8 recipe is being made" if made else "The runtimes are being measured"
    return f":material/hourglass_top: {what}, behind the searches."


def recipe_view(engine: Engine, collection: Collection, info: ModelInfo) -> None:
    """Draw the making of a recipe, or offer it where there is none and could be one."""
    making = resources.recipes(engine)
    now = making.now
    if now is not None and now.running:
        _watch(making)
        return
    spec = here(engine.model_manager.spec("cross_encoder"))
    if now is not None and spec.name == now.model:
        _ended(now)
    if has_recipe(engine.settings.home, info.sha256):
        return
    if said := refusal(spec):
        st.caption(f"There can be no int8 recipe: {plain(said)}")
        return
    st.markdown(WHAT.format(minutes=_minutes(engine)))
    st.button(
        "Make an int8 recipe",
        key=state.MAKE_RECIPE,
        icon=":material/compress:",
        disabled=engine.models.measuring.locked(),
        on_click=act,
        args=(lambda: making.start(collection.id, engine.model_manager.cross_encoder_name),),
    )
