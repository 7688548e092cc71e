"""Depth, cascade and skip predictor on Evaluate: empty, filled, and when a model fails."""

from dataclasses import replace
from unittest.mock import Mock

from core.errors import ModelError
from core.learn.fits import Tuning
from core.learn.skip_predictor_fit import SkipPredictorFit
from core.schema import SearchSettings
from core.search.skip_predictor import BUNDLED, SkipPredictor
from pages.ui import resources, state
from pages.ui.evaluate import depth, skip_predictor
from pages.ui.evaluate.views import DEPTH, SKIP
from tests.app.steps import press
from tests.core.learn.fitted import ON
from tests.made_pdfs import made_pdf, sentences

PAGE = "pages/2_Evaluate.py"
DEPTH_VIEW, SKIP_VIEW = {state.EVALUATE_VIEW: DEPTH}, {state.EVALUATE_VIEW: SKIP}
NUMBERS = SkipPredictor(1.0, -2.0, -3.0, 0.4)


def texts(app):
    """Everything that is written on the page."""
    return " ".join(item.value for kind in (app.markdown, app.caption, app.info) for item in kind)


def test_without_documents_it_points_to_the_library(engine, open_page):
    """Nothing to measure is said, not drawn."""
    app = open_page(PAGE, **DEPTH_VIEW)
    assert not app.exception
    assert "Add some in the library" in texts(app)


def test_a_question_gives_a_curve_and_questions_give_figures(add_file, open_page):
    """One pass for the curve; the slider counts what the skip predictor would skip."""
    add_file("rules.pdf", made_pdf(*(sentences(f"topic{i}", 8) for i in range(12))))
    app = open_page(PAGE, **DEPTH_VIEW)
    app.session_state[state.TOP_K] = 5
    app.text_input(key=state.DEPTH_QUESTION).set_value("rule about topic3").run()
    assert not app.exception
    assert "knee" in texts(app)
    assert "The current 5 candidates keep" in texts(app)
    assert "nDCG" not in texts(app)
    table = app.dataframe[0].value
    assert list(table["Read in full"])[-1].startswith("all ")
    assert list(table["Top 5 kept"])[-1] == 100
    app.segmented_control(key=state.EVALUATE_VIEW).set_value(SKIP).run()
    app.text_area(key=state.SKIP_QUESTIONS).set_value("rule about topic1\n\nrule about topic2")
    next(b for b in app.button if b.label == "Measure").click().run()
    assert not app.exception
    assert app.metric[0].label == "Questions skipped"
    assert app.metric[0].value.endswith("of 2")
    app.slider(key=state.key(state.SKIP_THRESHOLD, BUNDLED.threshold)).set_value(100).run()
    assert app.metric[0].value == "2 of 2"
    app.slider(key=state.key(state.SKIP_THRESHOLD, BUNDLED.threshold)).set_value(0).run()
    assert app.metric[0].value == "0 of 2"
    assert app.metric[2].value == "100%"


def test_a_failure_is_said_on_the_page(engine, add_file, open_page, monkeypatch):
    """The message and what to do, no traceback."""
    add_file("rules.pdf", made_pdf("One rule."))
    broken = Mock(side_effect=ModelError("The weights are damaged.", "Fetch them again."))
    monkeypatch.setattr(engine.searcher, "in_parts", broken)
    app = open_page(PAGE, **DEPTH_VIEW)
    app.text_input(key=state.DEPTH_QUESTION).set_value("rule").run()
    assert not app.exception
    assert "The weights are damaged" in app.error[0].value


def test_a_fitted_skip_predictor_is_used_and_taken_back(engine, add_file, open_page, monkeypatch):
    """What was fitted is used by the next search of the page, until it is reverted."""
    tuning = Tuning(engine.settings.home)
    monkeypatch.setattr(resources, "tuning", lambda: tuning)
    monkeypatch.setattr(
        skip_predictor,
        "fit_skip_predictor",
        lambda trials, models, runtime: SkipPredictorFit(
            NUMBERS, len(trials), 12, 0.0, True, f"12 skipped on {runtime}", models
        ),
    )
    expected = SkipPredictorFit(NUMBERS, 20, 12, 0.0, True, "12 skipped on fake", ON)
    add_file("rules.pdf", made_pdf(*(sentences(f"topic{i}", 8) for i in range(6))))
    collection = engine.library.collections()[0].id
    app = open_page(PAGE, **SKIP_VIEW)
    lines = "\n".join(f"rule {i} about topic{i % 6}" for i in range(20))
    app.text_area(key=state.SKIP_QUESTIONS).set_value(lines)
    press(app, "Measure")
    assert "bundled skip predictor, fitted on 300" in texts(app)
    press(app, "Fit a skip predictor on these questions")
    assert "12 skipped" in texts(app)
    press(app, "Use this skip predictor")
    assert tuning.active(collection).skip_predictor == expected
    assert "the skip predictor fitted here" in texts(app)
    assert (
        tuning.applied(SearchSettings(), collection).second.fits.skip_predictor.numbers
        == expected.numbers
    )
    tuning.adopt(collection, replace(expected, models=""))
    app = app.run()
    assert "unknown models" in app.warning[0].value
    assert "bundled skip predictor, fitted on 300" in texts(app)
    tuning.adopt(collection, expected)
    app.run()
    press(app, "Use the bundled skip predictor")
    assert tuning.active(collection).skip_predictor is None


def test_judged_questions_say_what_skipping_would_lose(engine, add_file, open_page):
    """One judged question is one trial with recall; too few questions cannot be fitted on."""
    add_file("rules.pdf", made_pdf(*(sentences(f"topic{i}", 8) for i in range(6))))
    collection = engine.library.collections()[0].id
    found = engine.searcher.compare(collection, "rule about topic3", SearchSettings(20, 1)).reranked
    engine.judgments.give(collection, "rule about topic3", found[0].chunk, 3, "Ann")
    app = open_page(PAGE, **SKIP_VIEW)
    app.selectbox(key=state.SKIP_SOURCE).set_value("judged").run()
    press(app, "Measure")
    assert app.metric[0].value.endswith("of 1")
    assert app.metric[3].value == "+0.0"
    assert next(b for b in app.button if b.label.startswith("Fit a skip predictor")).disabled


def test_a_judged_question_has_its_quality_in_the_curve(engine, add_file, open_page):
    """Once a passage was found relevant, the knee is that of nDCG@10."""
    add_file("rules.pdf", made_pdf(*(sentences(f"topic{i}", 8) for i in range(12))))
    collection = engine.library.collections()[0].id
    question = "rule about topic3"
    found = engine.searcher.compare(collection, question, SearchSettings(20, 1))
    assert depth.judged_quality(engine.evaluation_client, collection, question) is None
    last = found.reranked[-1].chunk
    engine.judgments.give(collection, question, last, 3, "Ann")
    quality = depth.judged_quality(engine.evaluation_client, collection, question)
    assert quality is not None
    assert (quality([last.id, "other"]), quality(["other"])) == (1.0, 0.0)
    app = open_page(PAGE, **DEPTH_VIEW)
    app.text_input(key=state.DEPTH_QUESTION).set_value(question).run()
    assert not app.exception
    assert "nDCG@10" in texts(app) or "No knee" in texts(app)
