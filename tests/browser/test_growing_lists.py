"""A question half answered: the first stage's list is there, and nothing of the question before."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from unittest.mock import ANY

import pytest
from playwright.sync_api import Page, expect

from core.history.history import HISTORY_FILE
from core.history.records import unpack
from core.schema import Comparison
from core.search.comparison import settled
from core.search.quotes import QUOTE_DEPTH
from tests.browser.conftest import StreamlitServer
from tests.browser.gated_site import Gate, gated_engine
from tests.browser.sample_site import make_site
from tests.browser.steps import ask, card, eventually, said, settle

pytestmark = [pytest.mark.browser]
FIRST = "Can I approve my own travel expenses?"
SECOND = "How much does it cost to cancel a flight?"
WATCH = """
() => {
  const found = (root, selector) => [...root.querySelectorAll("*")].flatMap((node) => [
    ...(node.matches(selector) ? [node] : []),
    ...(node.shadowRoot ? found(node.shadowRoot, selector) : []),
  ]);
  const texts = (side) => found(document, `.column[data-side="${side}"] .card .body`)
    .filter((node) => node.checkVisibility()).map((node) => node.textContent);
  window.seen = [];
  const look = () => {
    const words = [...document.querySelectorAll(".st-key-head h5")]
      .filter((node) => node.checkVisibility()).map((node) => node.textContent);
    window.seen.push([texts(0), texts(1), words.join()]);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
"""


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    """Of both models; everybody may go on at the end."""
    gate = Gate(tmp_path)
    yield gate
    gate.open()


@pytest.fixture
def app(streamlit_server: StreamlitServer, gate: Gate, tmp_path: Path, page: Page) -> Page:
    """The page with its first question answered."""
    home = {"SECOND_LOOK_HOME": str(tmp_path)}
    page.goto(streamlit_server(make_site(tmp_path / "site", gated_engine), env=home))
    ask(page, FIRST)
    return page


def column(page: Page, side: int) -> list[str]:
    """What the cards of a list say."""
    cards = page.locator(f'.column[data-side="{side}"] .card .body')
    return cards.all_text_contents()


def begin(page: Page, question: str) -> None:
    """Type a question and press Enter, without waiting for anything."""
    page.get_by_label("Ask your documents").fill(question)
    page.keyboard.press("Enter")


def test_the_lists_grow_and_the_question_before_is_gone(app, gate):
    """The old lists go at once; the left list, the first 20 scores and the order come in turn."""
    old_left, old_right = column(app, 0), column(app, 1)
    headline = app.locator(".st-key-head h5")
    gate.let(0)
    app.evaluate(WATCH)
    begin(app, SECOND)
    for side in (0, 1):
        expect(card(app, side, 1)).to_be_hidden()
    expect(headline).to_be_hidden()

    gate.let(1)  # the question is encoded
    expect(card(app, 0, 1)).to_be_visible()
    expect(said(app, "^0 of 50 passages read")).to_be_visible()
    left = column(app, 0)
    assert (len(left), column(app, 1)) == (10, [])

    gate.let(21)  # and the first 20 are read
    expect(said(app, "^20 of 50 passages read")).to_be_visible()
    assert column(app, 1) == left  # in their old order
    expect(app.locator(".delta:visible")).to_have_count(0)
    expect(headline).to_be_hidden()

    gate.open()
    expect(said(app, "pairs scored")).to_be_visible()
    settle(app)
    expect(app.locator(".answer")).to_be_visible()
    right, words = column(app, 1), headline.inner_text()
    assert right != left
    ways = [
        (old_left, old_right, ANY),  # not yet told
        ([], [], ""),
        (left, [], ""),
        (left, left, ""),
        (left, right, ""),
        (left, left, words),
        (left, right, words),
    ]
    assert [seen for seen in app.evaluate("window.seen") if tuple(seen) not in ways] == []


def test_leaving_in_the_middle_keeps_nothing_and_asking_again_gives_it_all(app, gate):
    """The history has the question once, whole, although its first asking was broken off."""
    gate.let(21)
    begin(app, SECOND)
    expect(said(app, "^20 of 50 passages read")).to_be_visible()
    begin(app, FIRST)
    gate.open()
    settle(app)
    expect(said(app, "pairs scored")).to_be_visible()
    ask(app, SECOND)
    eventually(app, lambda: kept_once(gate.path.with_name(HISTORY_FILE)))


def kept_once(history: Path) -> None:
    """Both questions are in the history, once each, every passage ranked and quotes found."""
    with closing(sqlite3.connect(history)) as db:
        records = db.execute("SELECT query, comparison FROM entries ORDER BY asked_at").fetchall()
    assert [query for query, _ in records] == [FIRST, SECOND]
    for _, packed in records:
        comparison = unpack(Comparison, packed)
        assert settled(comparison)
        assert sum(item.quote is not None for item in comparison.reranked) >= QUOTE_DEPTH
