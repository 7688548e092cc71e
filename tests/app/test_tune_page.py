"""The Tune page: empty, with grades, refused and adopted, a training that ended or failed."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core.app.export import ExportedSettings
from core.errors import InputError
from core.learn import recipe as files
from core.learn.fits import Tuning
from core.learn.recipe import Step
from core.schema import SearchSettings
from core.search.fitted import FittedOn
from core.search_settings import Fitted
from core.serialize import from_json, to_json
from pages.ui import resources, state
from pages.ui.tune import export
from tests.app.conftest import OpenPage
from tests.app.steps import POLICY, healthy, press, shown
from tests.core.learn.fitted import LEARNED, ON, ended
from tests.core.learn.pdfs import PDFS

PAGE, TRAINING = "pages/4_Tune.py", {state.TUNE_VIEW: "Fine-tuning"}
OTHER = ON.replace("fake-cross-encoder", "tuned")
QUESTIONS = (
    "who approves expense reports",
    "may I approve my own report",
    "where is lunch served",
    "when is the hall closed",
)


@pytest.fixture
def tuning(engine, monkeypatch):
    """What the page gets as its tuning, in the test's home folder."""
    made = Tuning(engine.settings.home)
    monkeypatch.setattr(resources, "tuning", lambda: made)
    return made


@pytest.fixture
def judged(engine, add_file):
    """Four questions with a grade for every passage: 3 for the last one of today's order."""
    for name, data in PDFS:
        add_file(name, data)
    collection = engine.library.collections()[0].id
    for question in QUESTIONS:
        found = engine.searcher.compare(collection, question, SearchSettings(20, 1)).reranked
        for item in found:
            grade = 3 if item.rank == len(found) else 0
            engine.judgments.give(collection, question, item.chunk, grade, "Ann")
    return engine


def test_without_documents_it_leads_to_the_library(tuning, open_page):
    """There is nothing to learn from."""
    assert "Tuning needs documents" in shown(healthy(open_page(PAGE)))


def test_while_nobody_judged_made_questions_are_offered_first(tuning, add_file, open_page):
    """Who presses the button at once gathers something; of judged questions there are none."""
    add_file("policy.pdf", POLICY)
    app = press(healthy(open_page(PAGE)), "Run these questions")
    assert app.selectbox(key=state.TUNE_SOURCE).value == "made"
    assert "known grade" in shown(app)
    app = open_page(PAGE, **{state.TUNE_SOURCE: "judged"})
    app = press(healthy(app), "Run these questions")
    assert "None of these questions has a judged passage" in shown(app)


def test_weights_are_learned_adopted_and_reverted(judged, tuning, open_page):
    """The whole way, by clicks; the verdict says what was measured."""
    app = press(healthy(open_page(PAGE)), "Run these questions")
    assert "4 questions with 12 known grades" in shown(app)
    app = press(app, "Learn weights")
    labels = [link.proto.label for link in app.get("page_link")]
    assert "Compare with the same search without it" in labels
    metrics = {metric.label: metric.value for metric in app.metric}
    assert metrics["nDCG@10 before"] == "0.500"  # the answer was last of three: 1 / log2(4)
    collection = judged.library.collections()[0].id
    tuning.adopt(collection, LEARNED)
    app = healthy(app.run())
    assert "Learned weights are used in this collection." in shown(app)
    assert "are not used" not in shown(app)
    fitted_on = FittedOn(QUESTIONS, "torch-fp32")
    tuning.adopt(collection, replace(LEARNED, fitted_on=fitted_on))
    words = shown(healthy(app.run())).replace("\\", "")
    assert "Fitted on 4 questions with torch-fp32. The current runtime is fake." in words
    tuning.adopt(collection, replace(LEARNED, models=OTHER))
    app = healthy(app.run())
    assert "weights of this collection are not used" in shown(app)
    assert "another cross-encoder (tuned)" in shown(app).replace("\\", "")
    assert "weights are used in" not in shown(app)
    press(app, "Delete these weights")
    assert tuning.active(collection).weights is None


def test_what_compare_uses_can_be_taken_away(judged, tuning, open_page, monkeypatch):
    """The choices made on Compare and what was learned: as JSON that reads back, and as Python."""
    taken = {}
    monkeypatch.setattr(export, "download", lambda _, __, data, name: taken.update({name: data()}))
    collection = judged.library.collections()[0].id
    tuning.adopt(collection, LEARNED)
    app = open_page(PAGE)
    app.session_state[state.TOP_K], app.session_state["ask-kind"] = 30, "hybrid"
    healthy(app.run())
    exported = from_json(ExportedSettings, taken["search.json"])
    assert (exported.settings.top_k, exported.settings.first.kind) == (30, "hybrid")
    assert exported.settings.second.fits.weights == Fitted(LEARNED.weights, ON)
    compile(taken["search.py"], "search.py", "exec")


def test_too_few_questions_are_an_error_with_advice(judged, tuning, open_page):
    """Four questions cannot train a model: the page says how many are needed, and goes on."""
    app = press(open_page(PAGE, **TRAINING), "Run these questions")
    app = press(app, "Start training")
    assert "too few to train and to test" in shown(app)


def finished(tuning: Tuning, open_page: OpenPage, *worth: float, questions: int = 8) -> AppTest:
    """The page of a training that ended so: nDCG@10 before and after, on so many questions."""
    ended(tuning, *worth, questions=questions)
    progress = tuning.training.folder / files.PROGRESS
    progress.write_text(to_json(Step("done", 9, 9, seconds=60.0)) + "\n")
    return healthy(open_page(PAGE, **TRAINING))


def test_a_training_that_ended_shows_its_worth(judged, tuning, open_page):
    """A model that helps can be used; a gain that is not settled asks for more; worse: refused."""
    app = finished(tuning, open_page, 0.5, 0.75)
    metrics = {metric.label: metric.value for metric in app.metric}
    assert metrics == {
        "nDCG@10 before": "0.500",
        "nDCG@10 after": "0.750",
        "Questions better / worse": "8 / 0",
    }
    assert not next(b for b in app.button if b.label == "Use this model").disabled
    app = finished(tuning, open_page, 0.5, 0.75, questions=5)
    assert "The gain is not settled" in " ".join(item.value for item in app.warning)
    labels = {b.label: b for b in app.button}
    assert "Use this model" not in labels
    button = labels["Use it anyway"]
    assert (button.disabled, button.proto.type) == (False, "secondary")
    app = finished(tuning, open_page, 0.75, 0.5)
    refusals = " ".join(item.value for item in app.error)
    assert "Refused, because it is worse on 8 held" in refusals.replace("\\", "")
    assert next(b for b in app.button if b.label == "Use this model").disabled


def test_a_training_that_died_says_so_and_can_go_on(judged, tuning, open_page):
    """A line without an end and no process: failed, with the end of its log."""
    ended(tuning, 0.5, 0.75)
    folder = tuning.training.folder
    (folder / files.PROGRESS).write_text(to_json(Step("training", 3, 9)) + "\n")
    (folder / files.LOG).write_text("MemoryError: no room")
    app = healthy(open_page(PAGE, **TRAINING))
    assert "no room" in shown(app)
    assert any(b.label == "Resume training" for b in app.button)


def test_abstention_is_fitted_used_and_taken_back(judged, tuning, open_page):
    """Too few at first; with five questions of each kind the whole way, by clicks."""
    app = open_page(PAGE, **{state.TUNE_VIEW: "Abstention"})
    app = press(press(app, "Run these questions"), "Fit the threshold")
    assert "too few to fit a threshold" in shown(app)
    collection = judged.library.collections()[0].id
    for number in range(5):
        pair = (f"expense report approved {number}", 3), (f"zebra {number} moon hall", 0)
        for question, grade in pair:
            for item in judged.searcher.compare(
                collection, question, SearchSettings(20, 1)
            ).reranked:
                judged.judgments.give(collection, question, item.chunk, grade, "Ann")
    app = press(press(healthy(app.run()), "Run these questions"), "Fit the threshold")
    metrics = {metric.label: metric.value for metric in app.metric}
    assert metrics["Abstained, of those without"] == "5 of 5"
    app = press(app, "Use this threshold")
    assert "Quotes abstain up to a logit of" in shown(app)
    fitted = tuning.active(collection).abstention
    assert len(fitted.fitted_on.questions) == 14
    assert "Fitted on 14 questions with fake." in shown(app).replace("\\", "")
    second = tuning.applied(SearchSettings(), collection).second
    assert second.fits.abstention == Fitted((fitted.threshold,), ON)
    tuning.adopt(collection, replace(fitted, models=""))
    assert "unknown models" in shown(healthy(app.run()))
    press(app, "Delete this threshold")
    assert tuning.active(collection).abstention is None
    with pytest.raises(InputError, match="refused"):
        tuning.adopt(collection, replace(fitted, accepted=False))
