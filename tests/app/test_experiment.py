"""An experiment on the pages: off, running, left, stopped, and impossible."""

import re
from dataclasses import replace
from unittest.mock import Mock

import pytest

from core.errors import StoreError
from core.evaluate.configurations import presets
from core.history.history import History
from core.settings import HistorySettings
from pages.ui import state
from pages.ui.compare import experiment
from tests.app.steps import QUESTION, ask, healthy, shown

PAGE = "pages/2_Evaluate.py"
RUNS = "An experiment is running"


@pytest.fixture(autouse=True)
def kept(monkeypatch):
    """The cookie of the browser, as it was when a session began: a test puts in what it had."""
    cookies = [""]
    monkeypatch.setattr(experiment, "cookie", lambda _: cookies[-1])
    return cookies


def begin(engine, way):
    """Dense against dense and reranked, in the first collection."""
    a, b = presets()[:2]
    return engine.history.experiments.start(engine.library.collections()[0].id, way, (a, b), 7)


def view(open_page):
    """The Evaluate page on its view of experiments."""
    app = healthy(open_page(PAGE))
    return healthy(app.segmented_control(key=state.EVALUATE_VIEW).set_value("Experiment").run())


def first_open(app):
    """The button that opens the page of the first passage."""
    return next(button for button in app.button if button.label == "Open page")


def test_without_an_experiment_nothing_is_different(filled, open_page):
    """No banner, both lists, and no list is written down."""
    app = ask(healthy(open_page()))
    assert RUNS not in shown(app)
    assert filled.history.experiments.of(filled.library.collections()[0].id) == []


def test_an_experiment_is_started_seen_and_stopped_on_the_evaluate_page(filled, open_page):
    """The choices become a running experiment; stopping it brings the choices back."""
    app = view(open_page)
    app.radio(key="experiment-way").set_value("split").run()
    app.selectbox(key="experiment-b").set_value("BM25").run()
    healthy(app.button(key="start-experiment").click().run())
    (made,) = filled.history.experiments.of(filled.library.collections()[0].id)
    assert (made.way, made.a.name, made.b.name) == ("split", "Dense", "BM25")
    assert "No question has been asked in it yet" in shown(app)
    assert RUNS in shown(healthy(open_page()))
    healthy(app.button(key="stop-experiment").click().run())
    assert app.button(key="start-experiment")
    assert RUNS not in shown(healthy(open_page()))


def test_interleaved_lists_are_one_list_and_a_click_is_credited(filled, open_page):
    """Drawn again nothing is added; the page that is opened is written down, once a click."""
    made = begin(filled, "interleave")
    app = ask(healthy(open_page()))
    assert RUNS in shown(app)
    healthy(app.run())
    healthy(first_open(app).click().run())
    (one,) = filled.history.experiments.seen(made)
    assert (one.shown.query, one.shown.session) == (QUESTION, app.session_state[state.SESSION])
    assert [(a.act, a.chunk_id) for a in one.actions] == [("open", one.shown.draft.ids[0])]
    assert one.first_click is not None
    entry = filled.history.entry(one.shown.entry_id)
    assert "were interleaved" in entry.comparison.notes[-1].text
    assert "of 1 decided lists" in shown(view(open_page))


def test_a_split_keeps_the_side_of_a_session_and_records_thumbs(filled, open_page):
    """Every question of a session gets the same side, named in the record of the history."""
    made = begin(filled, "split")
    app = ask(healthy(open_page()))
    line = filled.history.lines()[0]
    app.feedback(key=f"liked-{line.id}-rerank-quotes-answer").set_value(1).run()
    ask(app, "when is lunch")
    seen = filled.history.experiments.seen(made)
    assert len(seen) == 2
    assert len({team for one in seen for team in one.shown.draft.teams}) == 1
    assert seen[0].thumbs == [True]
    side = made.side(seen[0].shown.draft.teams[0]).name
    assert side in filled.history.entry(line.id).comparison.notes[-1].text
    assert "Clicks a question" in str(view(open_page).dataframe[0].value)


def test_a_reload_keeps_the_side_and_a_forged_cookie_is_no_number(filled, open_page, kept):
    """Two sessions with the cookie of one browser are one; anything but a number is ignored."""
    made = begin(filled, "split")
    kept.append("0123456789abcdef" * 2)
    for question in (QUESTION, "when is lunch"):
        ask(healthy(open_page()), question)
    kept.append("<script>")
    ask(healthy(open_page()), "who approves reports")
    units = [one.shown.session for one in filled.history.experiments.seen(made)]
    assert units[0] == units[1] == kept[1]
    assert re.fullmatch("[0-9a-f]{32}", units[2])
    assert units[2] != kept[1]


def test_who_left_stays_out_after_a_reload(filled, open_page, kept):
    """The browser kept that; one click takes part again."""
    begin(filled, "split")
    kept.append(experiment.OUT)
    app = healthy(open_page())
    assert "You have opted out" in shown(app)
    healthy(next(b for b in app.button if b.label == "Take part").click().run())
    assert RUNS in shown(app)


def test_who_stays_out_sees_the_normal_page_and_is_not_recorded(filled, open_page):
    """One click out, one click back in."""
    made = begin(filled, "interleave")
    app = healthy(open_page())
    healthy(next(b for b in app.button if b.label == "Opt out").click().run())
    ask(app)
    assert "You have opted out" in shown(app)
    assert filled.history.experiments.seen(made) == []
    healthy(next(b for b in app.button if b.label == "Take part").click().run())
    assert RUNS in shown(app)
    assert len(filled.history.experiments.seen(made)) == 1


def test_without_the_history_there_is_no_experiment(filled, open_page):
    """It says so, one that runs is not served, and forgetting the searches forgets the lists."""
    made = begin(filled, "interleave")
    ask(healthy(open_page()))
    filled.history.purge()
    assert filled.history.experiments.seen(made) == []
    filled.history.settings = replace(HistorySettings(), enabled=False)
    assert "needs the history, which is off" in shown(view(open_page))
    assert RUNS not in shown(healthy(open_page()))


def test_a_history_that_cannot_be_read_leaves_the_search_alone(filled, open_page, monkeypatch):
    """Both lists are there, as without an experiment."""
    broken = Mock(side_effect=StoreError("The file could not be read.", "Check the disk."))
    monkeypatch.setattr(History, "on", property(broken))
    app = ask(healthy(open_page()))
    assert RUNS not in shown(app)
    assert "portal" in shown(app) or "answer" in shown(app)
