"""The whole loop as one person's way: judge, evaluate, learn weights, train, use, compare."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import StreamlitServer
from tests.browser.steps import ask, card, drop, go, said, settle
from tests.made_pdfs import made_pdf

THINGS = ("kitchen", "garage")
ASKED = (
    "Who may use the {}?",
    "When is the {} open?",
    "What does the {} cost?",
    "Where is the key of the {}?",
    "Who cleans the {}?",
    "May guests use the {}?",
    "Whom do I ask about the {}?",
    "How long may I stay in the {}?",
    "What is forbidden in the {}?",
    "Since when is there a {}?",
)
QUESTIONS = [question.format(thing) for question in ASKED for thing in THINGS]
RULES = (
    "Rules of the {0}. All tenants of the house may use the {0}. It is open from eight to six on "
    "weekdays. The {0} costs five euros a month. The key of the {0} hangs beside the front door. "
    "The caretaker cleans the {0} on Fridays. Guests may use the {0} with a tenant. Ask the office "
    "about the {0}. Nobody may stay in the {0} longer than two hours. Smoking is forbidden in the "
    "{0}. There is a {0} since 1994."
)
MINUTES = (
    "Minutes of the meeting about the {0}. The members discussed the {0} for an hour. Many views "
    "on the {0} were heard and written down. A vote on the {0} was put off until next year. Mr "
    "Brown asked for a list of all that had been said of the {0}. The chair thanked everybody who "
    "had come because of the {0}. The meeting about the {0} was closed late."
)
ANSWERS = re.compile("^Answers(?! in part)")

pytestmark = [pytest.mark.browser, pytest.mark.model]


@pytest.fixture
def app(streamlit_server: StreamlitServer, tmp_path: Path, page: Page) -> Page:
    """An app with four short documents: rules of two things, and minutes of meetings about them."""
    home = {"SECOND_LOOK_HOME": str(tmp_path / "home")}
    page.goto(f"{streamlit_server('app.py', env=home)}/Library")
    paths = []
    for thing in THINGS:
        for kind, text in (("rules", RULES), ("minutes", MINUTES)):
            paths.append(tmp_path / f"{thing}-{kind}.pdf")
            paths[-1].write_bytes(made_pdf(text.format(thing)))
    drop(page, *paths)
    expect(said(page, r"^4 documents · 4 pages · 4 chunks")).to_be_visible()
    expect(said(page, r"Models ready")).to_be_visible()
    return page


def judge_all(page: Page) -> None:
    """Grade every passage: these people look for the minutes, not for the rules."""
    go(page, "Judge")
    page.get_by_label("One question per line").fill("\n".join(QUESTIONS))
    page.get_by_role("button", name="Judge these questions").click()
    for number in range(len(QUESTIONS)):
        for done in range(4):
            where = (
                f"{done} of 4 passages of this question · {number} of {len(QUESTIONS)} questions"
            )
            expect(page.get_by_text(where)).to_be_visible()
            settle(page)
            page.get_by_role("button", name=ANSWERS if wanted(page) else "Not relevant").click()
        if number < 19:
            page.get_by_role("button", name="Next question").click()
    expect(said(page, "No questions are left")).to_be_visible()


def wanted(page: Page) -> bool:
    """Whether the passage on show is of the minutes of the meeting about what was asked."""
    question = page.get_by_role("heading", level=4).inner_text()
    shown = page.get_by_text(re.compile(r"\.pdf · p\. 1 of 1")).inner_text()
    thing = next(name for name in THINGS if name in question)
    return shown == f"{thing}-minutes.pdf · p. 1 of 1"


def evaluate(page: Page) -> None:
    """Measure the reranker against the bi-encoder on these questions."""
    go(page, "Evaluate")
    page.get_by_test_id("stButtonGroup").get_by_text("New", exact=True).click()
    settle(page)
    page.get_by_role("button", name=re.compile("Start: 40 searches")).click()
    expect(said(page, r"Hurts: \d+ questions? better, \d+ worse")).to_be_visible()
    page.get_by_text("How sure?", exact=True).click()
    expect(said(page, "scores lower than Dense: .* over 20 questions")).to_be_visible()


def learn_weights(page: Page) -> None:
    """Gather, learn, adopt."""
    go(page, "Tune")
    page.get_by_role("button", name="Run these questions").click()
    expect(said(page, "20 questions with 80 known grades")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Learn weights").click()
    settle(page)
    page.get_by_role("button", name="Use these weights").click()
    expect(said(page, "Learned weights are used in this collection")).to_be_visible()


def fine_tune(page: Page) -> None:
    """Trained on questions about one document, tested on the other's; the model is used."""
    page.get_by_test_id("stButtonGroup").get_by_text("Fine-tuning", exact=True).click()
    settle(page)
    rate = page.get_by_role("slider", name="Learning rate")
    rate.focus()
    page.keyboard.press("End")
    expect(rate).to_have_value("4")  # the last of five
    page.get_by_role("button", name="Start training").click()
    expect(said(page, r"loading the model|step \d+ of \d+")).to_be_visible()
    use = page.get_by_role("button", name="Use this model")
    expect(use).to_be_enabled()
    expect(said(page, "Questions better / worse")).to_be_visible()
    use.click()
    expect(said(page, "Searches use the trained model now")).to_be_visible()


def revert_weights(page: Page) -> None:
    """The page says that they belong to the model before; one click takes them back."""
    page.get_by_test_id("stButtonGroup").get_by_text("Score weights", exact=True).click()
    settle(page)
    expect(said(page, "weights of this collection are not used")).to_be_visible()
    page.get_by_role("button", name="Delete these weights").click()
    expect(said(page, "Reverted")).to_be_visible()


def test_twenty_judged_questions_become_a_better_order(app):
    """Before: the rules are first. After everything was learned: the minutes, which people want."""
    go(app, "Compare")
    ask(app, "Who may use the garage?")
    expect(card(app, 1, 1)).to_contain_text("Rules of the garage")
    judge_all(app)
    evaluate(app)
    learn_weights(app)
    go(app, "Compare")
    expect(said(app, "learned weights")).to_be_visible()
    expect(card(app, 1, 1)).to_contain_text("Minutes of the meeting about the garage")
    go(app, "Tune")
    fine_tune(app)
    revert_weights(app)
    go(app, "Compare")
    ask(app, "Who may use the garage?")
    expect(card(app, 1, 1)).to_contain_text("Minutes of the meeting about the garage")
