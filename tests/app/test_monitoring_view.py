"""History's monitoring: empty, filled, after a change, and switched off."""

from dataclasses import replace
from unittest.mock import Mock

from core.errors import StoreError
from core.history.history import History
from core.history.monitoring import FEWEST_SEARCHES
from core.schema import SearchSettings
from core.settings import HistorySettings
from pages.ui import state
from tests.app.steps import ask, healthy, shown
from tests.made_pdfs import made_pdf

PAGE, VIEW = "pages/5_History.py", {state.HISTORY_VIEW: "Monitoring"}


def asked(engine, number):
    """So many searches of the first collection, each another question."""
    collection = engine.library.collections()[0].id
    for i in range(number):
        comparison = engine.searcher.compare(
            collection, f"question {i} on reports", SearchSettings()
        )
        engine.history.record(collection, comparison)


def test_an_empty_history_says_how_it_fills(engine, open_page):
    """Words, and the way to a first question."""
    assert "No searches yet" in shown(healthy(open_page(PAGE, **VIEW)))


def test_a_history_that_is_switched_off_says_so(engine, open_page):
    """By the settings for everybody, or by the switch on the History page."""
    engine.history.switch(on=False)
    assert "Remembering is off" in shown(healthy(open_page(PAGE, **VIEW)))
    engine.history.settings = replace(HistorySettings(), enabled=False)
    assert "SECOND_LOOK_HISTORY" in shown(healthy(open_page(PAGE, **VIEW)))


def test_the_figures_are_those_of_the_searches(filled, open_page):
    """One search from the page, two from elsewhere: three searches, one answer, its citations."""
    ask(healthy(open_page()))
    asked(filled, 2)
    app = healthy(open_page(PAGE, **VIEW))
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures["Searches"] == "3"
    assert figures["Answers that abstained"] in {"0%", "100%"}
    assert figures["Thumbs up"] == "–"
    assert "No collection was searched both before and after" in shown(app)
    assert "Skip predictor: " in shown(app)


def test_a_change_of_the_documents_gets_a_sentence(filled, open_page, add_file):
    """Enough searches on both sides: the medians, and what was asked on both sides."""
    asked(filled, FEWEST_SEARCHES)
    add_file("newer.pdf", made_pdf("A question on reports is answered on the ninth of May."))
    asked(filled, FEWEST_SEARCHES)
    app = healthy(open_page(PAGE, **VIEW))
    assert f"{FEWEST_SEARCHES} searches before, {FEWEST_SEARCHES} searches after" in shown(app)
    assert f"of the {FEWEST_SEARCHES} questions asked in both periods" in shown(app)
    app.selectbox(key=state.MONITOR_COLLECTION).set_value(filled.library.collections()[0].id).run()
    healthy(app)


def test_a_history_that_cannot_be_read_is_an_error_with_advice(filled, open_page, monkeypatch):
    """No traceback, the page stays."""
    broken = Mock(side_effect=StoreError("The file could not be read.", "Check the disk."))
    monkeypatch.setattr(History, "facts", broken)
    app = open_page(PAGE, **VIEW)
    assert "Check the disk" in app.error[0].value
    assert not app.exception
