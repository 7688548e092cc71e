"""The Compare page, empty, filled and in trouble, as a person uses it."""

from dataclasses import replace
from unittest.mock import Mock

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import LanguageModelError, StoreError
from core.learn.fits import Tuning
from core.schema import SearchSettings
from core.search.calibration import NoiseFloor
from core.search.floors import floor_key
from core.settings import LlmSettings
from pages.ui import resources, state
from tests.app.steps import GERMAN, QUESTION, SECONDS, answered, ask, healthy, shown, wait_for
from tests.core.learn.fitted import LEARNED, ON
from tests.fakes import FakeLanguageModel
from tests.made_pdfs import made_pdf, sentences

FRENCH = made_pdf(
    " ".join(
        f"Les frais de voyage sont approuvés par le responsable en {n} jours ouvrables."
        for n in range(3, 20)
    )
)


def links(app):
    """The labels of the links to other pages."""
    return [link.proto.label for link in app.get("page_link")]


@pytest.mark.parametrize("own", [True, False])
def test_learned_weights_are_used_with_their_own_models_only(filled, open_page, monkeypatch, own):
    """Under another cross-encoder the page says that they are not used, and why."""
    tuning = Tuning(filled.settings.home)
    monkeypatch.setattr(resources, "tuning", lambda: tuning)
    models = ON if own else ON.replace("fake-cross-encoder", "tuned")
    tuning.adopt(filled.library.collections()[0].id, replace(LEARNED, models=models))
    app = ask(healthy(open_page()))
    said = shown(app).replace("\\", "")
    assert ("tune: learned weights" in said) == own
    assert ("learned weights are not used: they were fitted with another cross" in said) != own
    assert ("Fit it again or delete it" in links(app)) != own
    assert "Fit the skip predictor again or delete it" not in links(app)


# -- empty -----------------------------------------------------------------------------------


def test_the_first_screen_says_what_it_is_and_one_click_begins(engine, open_page):
    """The promise, two ways to begin, the five sentences live; the samples are on their way."""
    app = healthy(open_page())
    assert "is it only *about* the topic" in shown(app)
    assert [button.label for button in app.button] == ["Try the sample documents"]
    assert "The bi-encoder's top passage: " in shown(app)
    assert not app.text_input
    healthy(app.button[0].click().run())
    assert len(engine.jobs.snapshot()) >= 3


# -- filled ----------------------------------------------------------------------------------


def test_a_question_gives_the_sentence_the_answer_and_the_link(filled, open_page):
    """Before it the page asks for one; after it an address restores it all; from either list."""
    app = healthy(open_page())
    assert "Ask a question to see both lists." in shown(app)
    app = ask(app)
    assert "answer" in shown(app)
    assert [app.query_params[name] for name in "qkn"] == [QUESTION, "50", "5"]
    healthy(app.toggle(key="both_answers").set_value(True).run())
    assert "From the first stage's top 5" in shown(app)
    assert "From the reranked top 5" in shown(app)


def test_a_comparison_of_before_the_floor_is_not_shown_again(filled):
    """It was made under the older rule for silence; under the same conditions it is made once."""
    collection = filled.library.collections()[0].id
    version = filled.library.corpus_version(collection)

    def asked():
        return resources.comparison(filled, collection, QUESTION, SearchSettings(), 5)

    before = asked()
    encoder, cross_encoder = (model.info for model in filled.models.wait())
    floor = NoiseFloor(9.0, 0.1, 0.95, 50)
    filled.model_manager.floors._keep(floor_key(version, encoder, cross_encoder), floor)
    after = asked()
    assert (before.noise_floor, after.noise_floor) == (None, 9.0)
    assert filled.quote_answer(before, "rerank").abstained is False
    assert filled.quote_answer(after, "rerank").abstained is True
    assert asked() == after


def test_an_answer_from_passages_in_another_language_is_warned_of(filled, open_page, add_file):
    """German and French; a question that finds English passages is not."""
    assert not ask(healthy(open_page())).warning
    add_file("kosten.pdf", GERMAN)
    add_file("frais.pdf", FRENCH)
    app = ask(healthy(open_page()), "Wer genehmigt die Reisekosten innerhalb von 7 Werktagen?")
    assert "passages here are in" in app.warning[0].value
    assert "German" in app.warning[0].value
    app = ask(healthy(open_page()), "les frais de voyage du responsable")
    assert "French" in app.warning[0].value


def test_a_link_restores_question_and_settings(filled, open_page):
    """Opening the address asks the question again, with its settings."""
    app = open_page()
    collection = filled.library.collections()[0]
    app = AppTest.from_file(app._script_path, default_timeout=SECONDS)
    app.query_params.update({"c": collection.id, "q": QUESTION, "k": "20", "n": "2"})
    healthy(app.run())
    assert app.text_input(key=state.QUERY).value == QUESTION
    assert app.slider(key=state.TOP_K).value == 20
    assert app.slider(key=state.TOP_N).value == 2


@pytest.mark.parametrize("value", ["abc", "-3", "99999999999999", "", "²"])
def test_a_link_with_nonsense_falls_back(filled, open_page, value):
    """Numbers of a link are bounded, other values are ignored."""
    app = AppTest.from_file(open_page()._script_path, default_timeout=SECONDS)
    app.query_params.update({"q": QUESTION, "k": value, "n": value, "c": value, "d": value})
    healthy(app.run())
    assert 10 <= app.slider(key=state.TOP_K).value <= 200
    assert 1 <= app.slider(key=state.TOP_N).value <= 20


def test_the_table_has_every_passage_of_the_documents_that_are_not_left_out(
    filled, open_page, add_file
):
    """The accessible view: one line a passage, best first; then of one document alone."""
    other = add_file("other.pdf", made_pdf("An expense report of another company is blue."))
    app = ask(open_page(**{state.VIEW: "Table"}))
    frame = app.dataframe[0].value
    assert list(frame["rank"]) == list(range(1, len(frame) + 1))
    assert "may not approve" in frame.iloc[0]["text"]
    app.multiselect(key=state.DOCUMENTS).set_value([other.id])
    app = ask(app)
    assert set(app.dataframe[0].value["document"]) == {"other.pdf"}


def test_a_search_without_a_result_says_what_to_change(filled, open_page):
    """By words nobody wrote: search by meaning; in a section that is not there: search wider."""
    for key, value, advice in (
        ("ask-kind", "bm25", "Try Hybrid"),
        ("ask-heading", "no such section", "Search more documents"),
    ):
        app = open_page()
        app.session_state[key] = value
        app = ask(app, "xyzzy plugh")
        assert "No passage was found" in shown(app)
        assert advice in app.info[0].value
        assert not app.main.expander, "nothing to judge"


def test_what_was_not_reranked_is_not_said_to_have_changed(filled, open_page):
    """With the cross-encoder switched off the sentence says whose order it is, and why."""
    app = open_page()
    app.session_state["ask-enabled"] = False
    said = shown(ask(app))
    assert "Not reranked" in said
    assert "switched off" in said
    assert "passage is first" not in said


def asked_with(engine, open_page, llm):
    """The page of a question, with a language model that was configured and chosen."""
    engine.settings = replace(engine.settings, llm=LlmSettings(model=llm.name))
    engine.llm = llm
    app = ask(healthy(open_page()))
    app.session_state["answer_by"] = llm.name
    return healthy(app.run())


def test_a_language_model_is_asked_only_on_request(filled, open_page):
    """Nothing is sent before the button; the prompt can be read before."""
    llm = FakeLanguageModel(["You may not ", "[1]."])
    app = asked_with(filled, open_page, llm)
    assert llm.asked == []
    assert any(QUESTION in block.value for block in app.code)
    answered(app)
    assert len(llm.asked) == 1


def test_a_failing_language_model_leaves_the_page_usable(filled, open_page):
    """The fault is a sentence, what arrived is kept, the lists stay."""
    fault = LanguageModelError("rate_limited", "The server is busy.", "Try again in 5 seconds.")
    llm = FakeLanguageModel(["You may not [1]. ", fault])
    app = asked_with(filled, open_page, llm)
    healthy(next(b for b in app.button if "fake" in b.label).click().run())
    wait_for(app, "The server is busy")
    assert app.slider(key=state.TOP_K).value == 50


# -- in trouble ------------------------------------------------------------------------------


def test_a_store_that_fails_is_a_message(filled, open_page, monkeypatch):
    """No traceback: what happened and what to do."""
    broken = Mock(side_effect=StoreError("The disk said no.", "Free some space."))
    monkeypatch.setattr(filled.storage.store, "search", broken)
    app = ask(healthy(open_page()))
    assert "The disk said no" in app.error[0].value.replace("\u2060", "")


def test_a_top_n_above_the_candidates_is_bounded(filled, open_page):
    """10 candidates allow at most a top 10, whatever was chosen before."""
    app = healthy(open_page())
    app.slider(key=state.TOP_N).set_value(20)
    healthy(app.run())
    app.slider(key=state.TOP_K).set_value(10)
    healthy(app.run())
    assert app.slider(key=state.TOP_N).value <= 10


def test_what_fewer_candidates_would_give_or_why_nobody_knows(filled, open_page, add_file):
    """Three passages are too few; twenty have a curve; without the cross-encoder there is none."""
    opened = {state.DEPTH_PANEL: True}
    few = shown(ask(open_page(**opened)))
    assert "This question has too few candidates for a curve." in few
    add_file("rules.pdf", made_pdf(*(sentences(f"topic{i}", 30) for i in range(12))))
    app = ask(open_page(**opened))
    assert "no model runs again" in shown(app)
    assert "knee" in shown(app)
    assert "no model runs again" not in shown(ask(open_page()))  # closed, nothing is computed
    app = open_page(**opened)
    app.session_state["ask-enabled"] = False
    app = ask(app)
    assert "were not read by the full model" in shown(app)
