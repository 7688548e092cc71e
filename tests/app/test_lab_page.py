"""The ranking lab: empty, filled, and when a model fails."""

from __future__ import annotations

from core.errors import ModelError
from pages.ui import lab_depth, lab_gate
from tests.made_pdfs import made_pdf, sentences

PAGE = "pages/7_Lab.py"


def texts(app):
    """Everything that is written on the page."""
    return " ".join(item.value for kind in (app.markdown, app.caption, app.info) for item in kind)


def test_without_documents_it_points_to_the_library(engine, open_page):
    """Nothing to measure is said, not drawn."""
    app = open_page(PAGE)
    assert not app.exception
    assert "Add documents" in texts(app)


def test_a_question_gives_a_curve_and_questions_give_figures(add_file, open_page):
    """One pass for the curve; the slider counts what the gate would skip."""
    add_file("rules.pdf", made_pdf(*(sentences(f"topic{i}", 8) for i in range(12))))
    app = open_page(PAGE)
    app.text_input(key=lab_depth.QUESTION).set_value("rule about topic3").run()
    assert not app.exception
    assert "knee" in texts(app)
    app.text_area(key=lab_gate.QUESTIONS).set_value("rule about topic1\n\nrule about topic2")
    next(b for b in app.button if b.label == "Measure").click().run()
    assert not app.exception
    assert app.metric[0].label == "Questions skipped"
    assert app.metric[0].value.endswith("of 2")
    app.slider(key=lab_gate.THRESHOLD).set_value(100).run()
    assert app.metric[0].value == "2 of 2"
    app.slider(key=lab_gate.THRESHOLD).set_value(0).run()
    assert app.metric[0].value == "0 of 2"
    assert app.metric[2].value == "100 %"


def test_a_failure_is_said_on_the_page(engine, add_file, open_page, monkeypatch):
    """The message and what to do, no traceback."""
    add_file("rules.pdf", made_pdf("One rule."))

    def broken(*_):
        raise ModelError("The weights are damaged.", "Fetch them again.")

    monkeypatch.setattr(engine, "compare", broken)
    app = open_page(PAGE)
    app.text_input(key=lab_depth.QUESTION).set_value("rule").run()
    assert not app.exception
    assert "The weights are damaged" in app.error[0].value
