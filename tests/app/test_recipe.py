"""The int8 recipe on the models page: offered where there is none, watched, stopped, measured."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.app import recipes
from core.app.engine import Engine
from core.errors import ModelError, Stopping
from core.models.openvino.int8 import Recipe, Site, kept_recipe, save_recipe
from core.models.runtime_selection.selection import RuntimeChoice, Trial
from pages.ui import resources
from tests.app.conftest import OpenPage
from tests.app.test_library_page import click, healthy, shown
from tests.app.test_models_page import NOON, PAGE, keep_measured
from tests.fakes import FakeCrossEncoder

SECONDS = 30
BUTTON = "make-recipe"
CHOSEN = "second-look-minilm-l6"
INFO = FakeCrossEncoder().info
TRIALS = (Trial("torch-fp32", 20.0), Trial("openvino-int8", refused="Nobody has made a recipe."))
PROMPTED = """
[[model]]
name = "asked"
kind = "cross_encoder"
origin = "folder"
source = "asked"
query_prompt = "query: "
"""


def keep(engine: Engine, *trials: Trial, name: str = INFO.name) -> None:
    """A measurement of the cross-encoder that is on, or of another one."""
    info = replace(INFO, name=name)
    keep_measured(engine, RuntimeChoice(info, "Because.", trials or TRIALS, "here", NOON))


def keys(app: AppTest) -> set[str]:
    """Of all buttons."""
    return {button.key for button in app.button if button.key}


def until(holds: Callable[[], bool]) -> None:
    """Wait for the thread that makes the recipe."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def ended(engine: Engine) -> bool:
    """Whether nothing is being made any more."""
    now = resources.recipes(engine).now
    return now is not None and not now.running


@pytest.fixture
def may_end(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Recipes get to two fifths and wait for this; the runtimes are measured at once."""
    event = threading.Event()

    def made(
        engine: Engine,
        collection_id: str,
        name: str,
        tell: Callable[[float], None],
        stopped: Callable[[], bool],
    ) -> Path:
        tell(0.4)
        until(lambda: stopped() or event.is_set())
        if stopped():
            raise Stopping("The int8 recipe was stopped.")
        ones = np.ones(2, np.float32)
        site = Site(ones, np.ones((2, 2), np.int8), ones, ones)
        file = kept_recipe(engine.settings.home, INFO.sha256)
        save_recipe(Recipe(INFO.sha256, {"layer": site}), file)
        return file

    monkeypatch.setattr(recipes, "make_recipe", made)
    return event


def test_it_is_offered_made_and_measured(
    engine: Engine,
    open_page: OpenPage,
    may_end: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it is, how far it is, what the measurement says; then the button has gone."""
    keep(engine)
    refused = Trial("openvino-int8", 60.0, refused="tau is 0.930, below 0.95")
    monkeypatch.setattr(
        engine.model_manager,
        "measure_runtimes",
        lambda: keep(engine, TRIALS[0], refused, name=CHOSEN),
    )
    app = healthy(open_page(PAGE))
    words = shown(app)
    assert "needs a recipe" in words
    assert "nothing leaves this machine" in words
    assert "about 4 minutes" in words
    app = click(app, BUTTON)
    at_two_fifths = recipes.Making(CHOSEN, share=0.4)
    until(lambda: resources.recipes(engine).now == at_two_fifths)
    app = healthy(app.run())
    assert BUTTON not in keys(app)
    assert "stop-recipe" in keys(app)
    may_end.set()
    until(lambda: ended(engine))
    app = healthy(app.run())
    assert not {BUTTON, "stop-recipe"} & keys(app)
    assert "openvino-int8 is not used: tau is 0.930" in shown(app).replace("\\", "")


def test_stopped_it_can_be_made_again(
    engine: Engine, open_page: OpenPage, may_end: threading.Event
) -> None:
    """The page says that it was stopped; nothing is kept, and nothing was measured."""
    keep(engine)
    app = click(healthy(open_page(PAGE)), BUTTON)
    app = click(healthy(app.run()), "stop-recipe")
    until(lambda: ended(engine))
    app = healthy(app.run())
    assert "recipe was stopped" in shown(app)
    assert BUTTON in keys(app)
    assert not (engine.settings.home / "runtimes" / "int8").exists()


def test_a_failure_after_the_recipe_is_named_as_one(
    engine: Engine, open_page: OpenPage, may_end: threading.Event
) -> None:
    """The recipe stands; the fakes have no other runtimes to measure."""
    may_end.set()
    keep(engine)
    app = click(healthy(open_page(PAGE)), BUTTON)
    until(lambda: ended(engine))
    app = healthy(app.run())
    said = app.error[0].value.replace("\\", "")
    assert "The recipe is made. The runtimes were not measured: These models have no" in said
    assert BUTTON not in keys(app)


def test_two_at_once_are_refused(engine: Engine, may_end: threading.Event) -> None:
    """The second person is told; a name that can be no model's begins nothing."""
    making, collection = resources.recipes(engine), engine.collections()[0].id
    making.start(collection, "bundled")
    with pytest.raises(ModelError, match="made already"):
        making.start(collection, "bundled")
    making.stop()
    until(lambda: ended(engine))


def test_while_runtimes_are_measured_none_is_begun(engine: Engine) -> None:
    """Both would only disturb each other."""
    with engine.models.measuring, pytest.raises(ModelError, match="being measured now"):
        recipes.make_recipe(engine, engine.collections()[0].id, "bundled", lambda share: None)


def test_models_that_can_have_none_say_why(engine: Engine, open_page: OpenPage) -> None:
    """No button; the reason stands under the runtimes."""
    (engine.settings.home / "registry.toml").write_text(PROMPTED, encoding="utf-8")
    engine.model_manager.cross_encoder_name = "asked"
    keep(engine)
    app = healthy(open_page(PAGE))
    assert BUTTON not in keys(app)
    assert "There can be no int8 recipe: asked reads prompts" in shown(app).replace("\\", "")


def test_the_words_are_those_of_the_latest_measurement(engine: Engine) -> None:
    """Passed, refused, or never tried."""
    home = engine.settings.home
    assert "was not measured" in recipes.int8_words(home, INFO.name)
    keep(engine, TRIALS[0], replace(TRIALS[1], refused="", per_second=90.0))
    assert "agrees with the reference" in recipes.int8_words(home, INFO.name)
