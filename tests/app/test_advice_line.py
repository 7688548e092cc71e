"""What the app found out about the documents: one line, one button, and the way back."""

from datetime import UTC, datetime

import pytest

from core.app.engine import Engine
from core.evaluate.advising import ALTERNATIVES, Advice, AdviceBook, conditions
from core.schema import SearchSettings
from pages.ui import state
from tests.app.steps import ask, click, healthy, shown
from tests.core.evaluate.advised import OPEN, SURE

BLEND = "the blend is better than the cross-encoder alone: +0.10"


def know(engine: Engine, *compared: object) -> str:
    """Keep advice on the documents of the first collection; its id."""
    collection = engine.library.collections()[0].id
    revisions = tuple(d.revision for d in engine.library.documents(collection))
    on = conditions(*(model.info for model in engine.models.wait()))
    advice = Advice(datetime.now(UTC), revisions, on, 50, compared)
    AdviceBook(engine.judgments.database).keep(collection, advice)
    return collection


def said(app) -> str:
    """The words of the page as a person reads them."""
    return shown(app).replace("\\", "")


def test_the_blend_is_used_on_a_click_and_left_on_another(filled, open_page):
    """The link carries it; ranks of the answer's list are those of the order that is on."""
    know(filled, SURE)
    app = ask(healthy(open_page()))
    assert BLEND in said(app)
    assert "blend" not in app.query_params
    app = click(app, state.ADVICE_USE)
    assert BLEND in said(app)
    assert state.ADVICE_USE not in [button.key for button in app.button]
    assert app.session_state[state.SHOWN][2] == ALTERNATIVES["the blend"]
    app = click(app, state.ADVICE_BACK)
    assert state.ADVICE_USE in [button.key for button in app.button]
    assert app.session_state[state.SHOWN][2] == SearchSettings()


@pytest.mark.parametrize("compared", [None, (), (OPEN,)])
def test_without_a_clear_gain_compare_says_nothing(filled, open_page, compared):
    """Evaluate says what is known."""
    if compared is not None:
        know(filled, *compared)
    app = healthy(open_page())
    assert "made from these documents" not in said(app)
    words = {(): "too few to say", (OPEN,): "no search is clearly better"}.get(compared)
    evaluate = said(healthy(open_page("pages/2_Evaluate.py")))
    assert (words or "no words") in evaluate if words else "made from these" not in evaluate


def test_it_is_dismissed_until_there_is_other_advice(filled, open_page):
    """In every session, on Compare alone."""
    know(filled, SURE)
    app = click(healthy(open_page()), state.ADVICE_DISMISS)
    assert BLEND not in said(app)
    assert BLEND not in said(healthy(open_page()))
    assert BLEND in said(healthy(open_page("pages/2_Evaluate.py")))
    know(filled, SURE)
    assert BLEND in said(healthy(open_page()))


def test_who_searches_otherwise_is_not_told(filled, open_page):
    """It compares two ways to search, and this is neither."""
    know(filled, SURE)
    app = healthy(open_page())
    assert BLEND not in said(healthy(app.slider(key=state.TOP_K).set_value(30).run()))
