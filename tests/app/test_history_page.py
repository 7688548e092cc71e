"""The History page, and what the Compare page tells it."""

from unittest.mock import Mock

from core.errors import StoreError
from core.history.history import History
from pages.ui import state
from tests.app.steps import QUESTION, ask, healthy, press, shown
from tests.made_pdfs import made_pdf

PAGE = "pages/5_History.py"


def test_an_empty_history_says_how_it_fills_and_the_switch_stops_it(filled, open_page):
    """Words, and the way to a first question; switched off, nothing more is written down."""
    app = healthy(open_page(PAGE))
    assert "No searches yet" in shown(app)
    healthy(app.toggle(key="history_on").set_value(False).run())
    ask(healthy(open_page()))
    assert filled.history.count() == 0


def test_one_entry_for_each_question_not_for_each_drawing(filled, open_page):
    """Drawing the page again adds nothing; another question and the first one again do."""
    app = ask(healthy(open_page()))
    for _ in range(3):
        healthy(app.run())
    assert filled.history.count() == 1
    ask(app, "when is lunch")
    ask(app, QUESTION)
    assert [line.query for line in filled.history.lines()] == [QUESTION, "when is lunch", QUESTION]


def test_answer_and_citations_have_a_thumb_and_a_note_that_outlive_another_page(filled, open_page):
    """Said once, shown again after a visit elsewhere; a later word changes only its own half."""
    app = ask(healthy(open_page()))
    line = filled.history.lines()[0]
    assert [given.answer.mode for given in filled.history.entry(line.id).answers] == ["quotes"]
    app.feedback(key=f"liked-{line.id}-rerank-quotes-answer").set_value(1).run()
    app.text_area(key=f"note-{line.id}-rerank-quotes-answer").set_value("clear").run()
    tail = f"{line.id}-rerank-quotes-citation 1"
    app.feedback(key=f"liked-{tail}").set_value(0).run()
    app.text_input(key=f"note-{tail}").set_value("another year").run()
    healthy(app.switch_page(PAGE).run())
    healthy(app.switch_page("app.py").run())
    assert app.feedback(key=f"liked-{tail}").value == 0
    assert app.text_input(key=f"note-{tail}").value == "another year"
    app.text_input(key=f"note-{tail}").set_value("of last year").run()
    kept = filled.history.entry(line.id).feedback
    assert [(f.about, f.liked, f.note) for f in kept] == [
        ("answer", True, "clear"),
        ("citation 1", False, "of last year"),
    ]


def test_a_search_is_found_opened_and_asked_again(filled, open_page, add_file):
    """Equal at first; after a new document, what changed and why."""
    ask(healthy(open_page()))
    app = healthy(open_page(PAGE))
    app.selectbox(key=state.HISTORY_ENTRY).set_value(filled.history.lines()[0].id).run()
    app = press(app, "Ask again and compare")
    assert "Equal: both lists are the same" in app.success[0].value
    add_file("newer.pdf", made_pdf("You may approve your own expense report since May."))
    app = press(app, "Ask again and compare")
    assert "Not equal" in app.warning[0].value
    assert "newer" in app.warning[0].value
    app.text_input(key="history_words").set_value("nothing like it").run()
    assert "No search matches" in shown(app)


def test_everything_is_forgotten_after_a_second_click(filled, open_page):
    """The first click asks, the second forgets."""
    ask(healthy(open_page()))
    app = press(healthy(open_page(PAGE)), "Forget everything")
    assert filled.history.count() == 1
    app = press(app, "Forget them")
    assert filled.history.count() == 0
    assert "No searches yet" in shown(app)


def test_a_full_disk_breaks_no_page(filled, open_page, monkeypatch):
    """The lists are there, with one warning."""
    full = Mock(
        side_effect=StoreError("The file could not be written: disk is full.", "Free some space.")
    )
    monkeypatch.setattr(History, "_add", full)
    app = ask(healthy(open_page()))
    filled.history.flush()
    healthy(app.run())
    assert [w.value for w in app.warning if "disk is full" in w.value.replace("\\", "")]
    assert len(app.warning) == 1
    assert "portal" in shown(app) or "answer" in shown(app)
