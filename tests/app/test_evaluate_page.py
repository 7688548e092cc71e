"""The Evaluate page, empty, filled and in trouble, as a person uses it."""

from dataclasses import replace
from unittest.mock import Mock

import pytest
from streamlit.testing.v1 import AppTest

from core.app.copying import copy_cut_as
from core.app.engine import Engine
from core.errors import StoreError
from core.evaluate.questions.question_sets import new_set, typed
from core.learn.fits import Tuning
from core.schema import Chunking, SearchSettings
from core.search.fitted import FittedOn
from pages.ui import resources, state
from tests.app.conftest import wait_for_jobs
from tests.app.steps import PAGES, click, healthy, shown
from tests.core.evaluate.fitted import ABSTENTION, SKIP_FIT
from tests.core.learn.fitted import LEARNED, ON
from tests.fakes import FakeCrossEncoder
from tests.made_home import wait_until
from tests.made_pdfs import made_pdf, sentences

PAGE = "pages/2_Evaluate.py"


@pytest.fixture
def filled(engine, add_file):
    """An engine with one document of three pages."""
    add_file("policy.pdf", made_pdf(*PAGES))
    return engine


def at(app, view):
    """The page in one of its views."""
    app.session_state[state.EVALUATE_VIEW] = view
    return healthy(app.run())


def sets(engine):
    """The question sets of the first collection."""
    return engine.question_sets.of(engine.library.collections()[0].id)


def evaluated(engine: Engine, app: AppTest, *, made: bool = False) -> AppTest:
    """Questions made (if they are not), an evaluation started and finished."""
    if not made:
        click(app, "make-questions")
        at(app, "New")
    click(app, "start-evaluation")
    collection = engine.library.collections()[0].id
    wait_until(lambda: all(e.finished for e in engine.evaluations.snapshot(collection)))
    return at(app, "Results")


# -- empty -----------------------------------------------------------------------------------


def test_what_is_missing_is_said_and_there_are_three_ways_to_get_questions(
    engine, open_page, add_file
):
    """One sentence and the way to the library; then the page opens where the first step is."""
    assert "An evaluation needs documents" in shown(healthy(open_page(PAGE)))
    add_file("policy.pdf", made_pdf(*PAGES))
    app = healthy(open_page(PAGE))
    words = shown(app)
    for way in ("From the documents", "Type or paste", "Import"):
        assert way in words
    assert "need questions" in shown(at(app, "New"))
    assert "No finished evaluation yet" in shown(at(app, "Results"))


# -- filled ----------------------------------------------------------------------------------


def test_one_click_makes_questions_with_sources(filled, open_page):
    """They are kept, listed with their document, and more can be made."""
    app = click(healthy(open_page(PAGE)), "make-questions")
    (made,) = sets(filled)
    assert len(made.questions) >= 3
    assert all(question.targets for question in made.questions)
    table = app.dataframe[0].value
    assert list(table["Question"]) == [question.text for question in made.questions]
    assert set(table["Source"]) == {"policy.pdf"}


def test_typed_questions_become_a_set(filled, open_page):
    """One a line; without a known source, which the table says."""
    app = healthy(open_page(PAGE))
    app.text_area[0].set_value("Who pays?\n\nWho flies?").run()
    app = click(app, "keep-typed")
    (made,) = sets(filled)
    assert [question.text for question in made.questions] == ["Who pays?", "Who flies?"]
    assert set(app.dataframe[0].value["Source"]) == {"unknown: judge it"}


def test_an_uploaded_file_becomes_a_set(filled, open_page):
    """CSV with a column of questions; the name of the file is the set's."""
    app = healthy(open_page(PAGE))
    app.file_uploader[0].set_value([("mine.csv", b"question\nWho pays?\n", "text/csv")])
    click(healthy(app.run()), "import-questions")
    assert [(made.name, len(made.questions)) for made in sets(filled)] == [("mine.csv", 1)]


def test_an_evaluation_ends_in_a_verdict(filled, open_page):
    """Verdict, ceiling, a row for each configuration, every picture, and all downloads."""
    app = evaluated(filled, healthy(open_page(PAGE)))
    words = shown(app)
    assert "Dense, reranked" in words.replace("\\", "")
    assert any(said in words for said in ("scores", "Not settled", "No difference was seen"))
    assert "among the 50 candidates" in words.replace("\\", "")
    for picture in ("Question by question", "Quality and time", "By kind of question"):
        assert picture in words
    assert list(app.dataframe[0].value["Configuration"]) == ["Dense", "Dense, reranked"]


def test_what_was_fitted_is_measured_before_and_after_it_is_used(filled, open_page, monkeypatch):
    """One fitted in this session, weights in use; what belongs to other models says why not."""
    tuning = Tuning(filled.settings.home)
    monkeypatch.setattr(resources, "tuning", lambda: tuning)
    collection = filled.library.collections()[0].id
    app = click(healthy(open_page(PAGE)), "make-questions")
    questions = tuple(question.text for question in sets(filled)[0].questions)
    fitted_on = FittedOn(questions, "fake")
    tuning.adopt(collection, replace(LEARNED, fitted_on=fitted_on))
    tuning.adopt(collection, replace(ABSTENTION, models=ON.replace("encoder", "other")))
    app.session_state[state.SKIP_FIT] = (collection, replace(SKIP_FIT, models=ON))
    app = at(app, "New")
    assert "The fitted abstention cannot be measured now" in shown(app)
    (choice,) = [one for one in app.multiselect if one.label == "Fitted settings"]
    assert choice.options == ["fitted weights (in use)", "fitted skip predictor (not used)"]
    choice.set_value(["fitted weights", "fitted skip predictor"])
    app = evaluated(filled, healthy(app.run()), made=True)
    assert list(app.dataframe[0].value["Configuration"])[2:] == [
        "Dense, reranked with the fitted weights",
        "Dense, reranked with the fitted skip predictor",
    ]
    app.selectbox[1].set_value("Dense, reranked with the fitted weights")
    words = shown(healthy(app.run())).replace("\\", "")
    assert "In-sample: " in words
    assert f"fitted on the {len(questions)} questions measured here" in words


def test_a_fall_by_other_judgments_is_not_blamed_on_the_ranking(filled, add_file, open_page):
    """The same search twice, a better passage judged in between: worse, and why in the table."""
    add_file("rules.pdf", made_pdf(*(sentences(f"topic{i}", 20) for i in range(3))))
    app = evaluated(filled, healthy(open_page(PAGE)))
    assert not any("Since the previous evaluation" in e.label for e in app.expander)
    collection = filled.library.collections()[0].id
    (made,) = sets(filled)
    question = made.questions[0].text
    last = filled.searcher.compare(collection, question, SearchSettings(50, 1)).reranked[-1].chunk
    filled.judgments.give(collection, question, last, 3, "Ada")
    app = evaluated(filled, at(app, "New"), made=True)
    newest = filled.evaluations.snapshot(collection)[0].id
    assert app.selectbox(key=state.EVALUATION).value == newest
    labels = [e.label for e in app.expander if "Since the previous evaluation" in e.label]
    worse = "1 worse (1 only because judgments changed)"
    assert labels == [f"Since the previous evaluation: {worse}, 0 better"]
    table = next(d.value for d in app.dataframe if "Why" in d.value.columns)
    assert list(table["Why"]) == ["judgments"]
    assert list(table["By ranking"]) == [0.0]
    assert "Documents unchanged · models unchanged · algorithms unchanged" in shown(app)


def test_another_chunking_and_runtime_are_measured_too(filled, open_page, monkeypatch):
    """The same documents cut otherwise, and the same model computed otherwise, have their rows."""
    monkeypatch.setattr(filled.model_manager, "open_cross_encoder", lambda *_: FakeCrossEncoder())
    here = filled.library.collections()[0]
    copy = copy_cut_as(filled, here.id, Chunking(64, 0))
    wait_for_jobs(filled)
    app = click(healthy(open_page(PAGE)), "make-questions")
    at(app, "New")
    choices = {choice.label: choice for choice in app.multiselect}
    assert choices["Rerankers"].disabled
    choices["Chunkings"].select(copy.id)
    choices["Runtimes"].select("torch-fp32")
    healthy(app.run())
    app = evaluated(filled, app, made=True)
    assert list(app.dataframe[0].value["Configuration"]) == [
        "Dense",
        "Dense, reranked",
        "Dense, reranked on torch-fp32",
        "Dense, reranked, 64/0 tokens",
    ]


def test_a_question_of_the_results_opens_on_the_compare_page(filled, open_page):
    """The extremes are buttons that carry the question over."""
    app = evaluated(filled, healthy(open_page(PAGE)))
    openers = [b for b in app.button if b.key and b.key.startswith("open-")]
    if openers:
        question = openers[0].key.split("-", 2)[2]
        healthy(openers[0].click().run())
        assert app.session_state[state.QUERY] == question
    else:
        assert "Every question has the same" in shown(app)


def test_sets_and_evaluations_can_be_deleted(filled, open_page):
    """Each with one button."""
    app = evaluated(filled, healthy(open_page(PAGE)))
    click(app, "delete-evaluation")
    assert filled.evaluations.snapshot(filled.library.collections()[0].id) == []
    click(at(app, "Questions"), "delete-set")
    assert sets(filled) == []


# -- in trouble ------------------------------------------------------------------------------


def test_an_empty_text_is_refused_in_words(filled, open_page):
    """No set, and what to do instead."""
    app = click(healthy(open_page(PAGE)), "keep-typed")
    assert "There is no question" in shown(app)
    assert sets(filled) == []


def test_a_bad_file_names_its_line(filled, open_page):
    """The message of the reader; nothing is kept."""
    app = healthy(open_page(PAGE))
    app.file_uploader[0].set_value([("bad.jsonl", b'{"x": 1}', "application/json")])
    app = click(healthy(app.run()), "import-questions")
    assert "Line 1" in shown(app)
    assert sets(filled) == []


def test_a_failed_search_is_named_and_can_go_on(filled, open_page, monkeypatch):
    """The reason stands on the page; after the repair one click finishes it."""
    compare = filled.searcher.compare
    broken = Mock(side_effect=StoreError("The store is away."))
    monkeypatch.setattr(filled.searcher, "compare", broken)
    app = evaluated(filled, healthy(open_page(PAGE)))
    assert "The store is away" in shown(app)
    monkeypatch.setattr(filled.searcher, "compare", compare)
    (failed,) = filled.evaluations.snapshot(filled.library.collections()[0].id)
    click(app, f"resume-{failed.id}")
    wait_until(lambda: filled.evaluations.get(failed.id).finished)
    assert filled.evaluations.get(failed.id).status == "done"


def test_hostile_questions_stay_text(filled, open_page):
    """Markup in a question or a name is shown, not drawn."""
    hostile = "<b>bold</b> ![x](https://evil.example/p.png) :red[red]?"
    collection = filled.library.collections()[0].id
    made = new_set(collection, hostile, typed(hostile))
    filled.question_sets.save(made)
    app = at(healthy(open_page(PAGE)), "Questions")
    assert app.dataframe[0].value["Question"][0] == hostile
    assert "![x](https" not in shown(app)
