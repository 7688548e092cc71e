"""The Judge page and the strip on a comparison, empty, filled and in trouble."""

import re
from datetime import UTC, datetime
from unittest.mock import Mock

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import StoreError
from core.evaluate.judging.judgments import Judgment
from core.evaluate.questions.question_sets import new_set, typed
from core.models.opening import ModelOpener
from core.text.spans import Place
from pages.ui import state
from tests.app.steps import PAGES, REGISTRY, SECONDS, Turned, click, healthy, shown
from tests.made_pdfs import made_pdf, sentences

PAGE = "pages/3_Judge.py"
CHOSEN = state.JUDGE_QUESTION
QUESTIONS = ("May I approve my own expense reports?", "When is lunch served?")

STRIP = """
from core.schema import SearchSettings
from pages.ui import resources
from pages.ui.judge.strip import judge_strip

engine = resources.engine()
collection = engine.library.collections()[0]
settings = SearchSettings(top_k=10, top_n=3)
comparison = engine.searcher.compare(collection.id, "may I approve my own", settings)
judge_strip(engine, collection, comparison)
"""


@pytest.fixture
def filled(engine, add_file):
    """An engine with one document of three pages and two questions."""
    add_file("policy.pdf", made_pdf(*PAGES))
    made = new_set(engine.library.collections()[0].id, "mine", typed("\n".join(QUESTIONS)))
    engine.question_sets.save(made)
    return engine


def judgments(engine):
    """What counts now in the first collection."""
    return engine.judgments.of(engine.library.collections()[0].id)


def judge_all(app, engine, grade):
    """The same grade for every passage of the question that is open."""
    for _ in range(20):
        if not any(button.key == f"judge-{grade}" for button in app.button):
            return app
        click(app, f"judge-{grade}")
    raise AssertionError(shown(app))


# -- empty -----------------------------------------------------------------------------------


def test_what_is_missing_is_said_and_questions_can_be_typed_here(engine, open_page, add_file):
    """The way to the library; then the questions, kept as a set, and the first one is up."""
    assert "Judging needs documents" in shown(healthy(open_page(PAGE)))
    add_file("policy.pdf", made_pdf(*PAGES))
    app = healthy(open_page(PAGE))
    assert "Judging needs questions" in shown(app)
    app.text_area(key="judge-typed").set_value("When is lunch served?").run()
    next(button for button in app.button if button.label == "Judge these questions").click()
    assert "#### When is lunch served" in shown(healthy(app.run()))


# -- filled ----------------------------------------------------------------------------------


def test_ranks_scores_and_sources_stay_hidden(filled, open_page):
    """The page shows question, passage and document, and four grades with keys."""
    app = healthy(open_page(PAGE))
    words = shown(app).lower()
    for hidden in ("logit", "cosine", "rank 1", "relevance"):
        assert hidden not in words
    keys = [
        button.proto.shortcut for button in app.button if (button.key or "").startswith("judge-")
    ]
    assert keys[:5] == ["0", "1", "2", "3", "z"]


def test_a_grade_is_kept_and_the_next_passage_comes(filled, open_page):
    """Grade, note and name are in the file; progress counts; undo brings the passage back."""
    app = healthy(open_page(PAGE))
    app.text_input(key=state.JUDGE).set_value("Ada").run()
    app.text_input(key="judge-note").set_value("clear").run()
    click(app, "judge-3")
    (kept,) = judgments(filled)
    assert (kept.grade, kept.judge, kept.note) == (3, "Ada", "clear")
    (bar,) = app.get("progress")
    assert bar.proto.text.startswith("1 of ")
    click(app, "judge-undo")
    assert judgments(filled) == []


def test_all_passages_of_all_questions(filled, open_page):
    """After the last passage comes the next question, after the last question the end."""
    app = healthy(open_page(PAGE))
    offered = app.selectbox(key=state.JUDGE_QUESTION).options
    assert offered == [f"{question} · not asked yet" for question in QUESTIONS]
    app = judge_all(app, filled, 1)
    assert "are judged" in shown(app) or any("judged" in s.value for s in app.success)
    click(app, "judge-next")
    app = judge_all(app, filled, 0)
    assert any("No questions are left" in said.value for said in app.success)
    assert {judgment.query for judgment in judgments(filled)} == set(QUESTIONS)


def test_those_that_an_evaluation_asks_for_come_alone_until_all_are_wanted(filled, open_page):
    """And where none of them is known any more, there are all."""
    app = healthy(open_page(PAGE, **{state.JUDGE_ONLY: (QUESTIONS[1], "forgotten")}))
    assert "The 1 question where a grade matters most" in shown(app)
    (only,) = app.selectbox(key=CHOSEN).options
    assert only.startswith(QUESTIONS[1])
    app = click(app, state.JUDGE_ALL)
    assert len(app.selectbox(key=CHOSEN).options) == len(QUESTIONS)
    app = healthy(open_page(PAGE, **{state.JUDGE_ONLY: ("forgotten",)}))
    assert len(app.selectbox(key=CHOSEN).options) == len(QUESTIONS)


def test_rerankers_that_disagree_are_asked_about_first(filled, add_file, open_page, monkeypatch):
    """Another reranker joins the pool by a choice; the queue says in how much they disagree."""
    add_file("rules.pdf", made_pdf(*(sentences(f"topic{i}", 20) for i in range(8))))
    home = filled.settings.home
    (home / "own").mkdir()
    (home / "registry.toml").write_text(REGISTRY, encoding="utf-8")
    monkeypatch.setattr(ModelOpener, "cross_encoder", lambda *_: Turned())
    app = healthy(open_page(PAGE))
    app.multiselect(key="judge-rerankers").set_value(["own"])
    healthy(app.run())  # asks the first question, and the next run knows what was found
    chosen = healthy(app.run()).selectbox(key=state.JUDGE_QUESTION)
    assert re.search(r"lists differ in \d, rerankers in \d", chosen.options[0])


def test_two_judges_agree_disagree_and_settle(filled, open_page):
    """Figures for both, the passage with two grades in a list, and one click settles it."""
    collection = filled.library.collections()[0]
    document = filled.library.documents(collection.id)[0]
    chunks = filled.corpora.chunks(collection.id, document.id)
    for judge, grades in {"Ada": (3, 0, 1), "Ben": (3, 0, 3)}.items():
        for chunk, grade in zip(chunks, grades, strict=False):
            filled.judgments.give(collection.id, "Why?", chunk, grade, judge)
    app = healthy(open_page(PAGE, **{state.JUDGE_VIEW: "Agreement"}))
    shared = min(3, len(chunks))
    assert [metric.value for metric in app.metric][:2] == ["2", str(shared)]
    if shared == 3:
        key = f"settle-Why?-{chunks[2].id}-2"
        click(app, key)
        assert key not in [button.key for button in app.button]


def test_no_judgments_and_judgments_without_a_passage_are_said(filled, open_page):
    """No figure instead of a wrong one; a place that no chunk covers has its question and grade."""
    app = open_page(PAGE, **{state.JUDGE_VIEW: "Agreement"})
    assert "No judgments yet" in shown(healthy(app))
    collection, gone = filled.library.collections()[0].id, Place("e" * 64, 0, 9)
    filled.judgments.add(Judgment(collection, "Lost?", gone, 2, "Ada", datetime.now(UTC)))
    assert "1 judgment without a passage" in shown(healthy(app.run()))


def first_document(engine):
    """Ids of the first collection and its first document."""
    collection = engine.library.collections()[0]
    return collection.id, engine.library.documents(collection.id)[0].id


# -- the strip -------------------------------------------------------------------------------


def test_the_strip_measures_with_every_grade(filled, tmp_path):
    """Without grades no number; after the first relevant one both lists and the brief line."""
    (tmp_path / "app.py").write_text(STRIP)
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "3_Judge.py").write_text("")
    app = healthy(AppTest.from_file(str(tmp_path / "app.py"), default_timeout=SECONDS).run())
    assert not app.metric
    controls = [c for c in app.get("button_group") if "Grade of the passage" in c.label]
    assert controls
    controls[0].set_value(3).run()
    healthy(app)
    assert [judgment.grade for judgment in judgments(filled)] == [3]
    assert [metric.label for metric in app.metric] == [
        "nDCG@10, first stage",
        "nDCG@10, reranked",
        "Judged@10",
    ]
    assert "over 1 question" in shown(app)


# -- in trouble ------------------------------------------------------------------------------


def test_a_failed_search_is_said(filled, open_page, monkeypatch):
    """The message stands where the passage would be."""
    broken = Mock(side_effect=StoreError("The store is away.", "Try again."))
    monkeypatch.setattr(filled.searcher, "compare", broken)
    assert "The store is away" in shown(healthy(open_page(PAGE)))
