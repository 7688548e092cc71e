"""A demo for others: the samples, nothing added, nothing kept."""

from dataclasses import replace

import pytest

from core.settings import load_settings
from pages.ui.frame import IN_DEMO, PAGES
from tests.app.conftest import wait_for_jobs
from tests.app.steps import ask, healthy, shown


@pytest.fixture
def demo(engine):
    """The engine of a demo."""
    engine.settings = replace(engine.settings, demo=True)
    return engine


def test_the_samples_come_by_themselves_and_nothing_can_be_judged(demo, open_page):
    """No file is asked for, no grade, no note on the answer."""
    healthy(open_page())
    wait_for_jobs(demo)
    app = ask(healthy(open_page()), "Can I approve my own travel expenses?")
    assert len(demo.library.documents(demo.library.collections()[0].id)) == 5
    assert "Nothing that you ask is kept" in shown(app)
    assert "Judge these passages" not in [expander.label for expander in app.expander]
    assert not demo.judgments.queries(demo.library.collections()[0].id)


@pytest.mark.parametrize("title", [title for title in PAGES if title not in IN_DEMO])
def test_a_page_that_keeps_something_is_not_part_of_it(demo, open_page, title):
    """It says so, and has nothing to press."""
    app = healthy(open_page(PAGES[title][0]))
    assert "not part of the demo" in shown(app)
    assert not app.main.button
    assert not app.main.get("file_uploader")


def test_a_demo_has_a_folder_of_its_own_no_history_and_no_language_model():
    """Whatever else is set."""
    values = {"SECOND_LOOK_HOME": "h", "SECOND_LOOK_LLM_MODEL": "m", "SECOND_LOOK_HISTORY": "on"}
    settings = load_settings({**values, "SECOND_LOOK_DEMO": "on"})
    assert (settings.home.parts, settings.llm.configured) == (("h", "demo"), False)
    assert not settings.history.enabled
    assert not load_settings(values).demo
