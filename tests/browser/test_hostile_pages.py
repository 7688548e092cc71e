"""Every other page over hostile text: nothing runs, nothing appears, nothing is asked for."""

import re
from collections.abc import Sequence
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import StreamlitServer
from tests.browser.hostile import MARKUP, SCRIPTS, hostile_engine
from tests.browser.sample_site import make_site
from tests.browser.steps import close_dialog, close_popover, go as go_on, settle
from tests.browser.watching import Watch, ask, harmless, squeezed, watched

pytestmark = pytest.mark.browser
QUESTIONS = (
    "approve <img src=x onerror=window.stolen=1> this text?",
    "**approve** $x^2$ :red[this] ![p](http://evil.example/a.png) text?",
    "approve [this](http://evil.example) <script>window.stolen=1</script> text?",
)


@pytest.fixture(scope="module")
def url(streamlit_server: StreamlitServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The pages over one document of all hostile strings, without a language model."""
    home = str(tmp_path_factory.mktemp("hostile-pages"))
    site = make_site(tmp_path_factory.mktemp("site"), hostile_engine)
    return streamlit_server(site, env={"SECOND_LOOK_HOME": home, "SECOND_LOOK_LLM_MODEL": ""})


@pytest.fixture
def watch(page: Page) -> Watch:
    """What the page asks for from its first request on."""
    return watched(page)


def go(page: Page, url: str, name: str) -> None:
    """Open a page."""
    page.goto(f"{url}/{name}")
    expect(page.get_by_role("heading", level=2).first).to_be_visible()
    settle(page)


def settled(page: Page, watch: Watch) -> None:
    """Wait until Streamlit has drawn everything, then look."""
    settle(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    harmless(page, watch)


def shown(page: Page, texts: Sequence[str]) -> None:
    """Each text stands in the page as it is."""
    words = squeezed(page.get_by_test_id("stMain").inner_text())
    assert [text for text in texts if squeezed(text) not in words] == []


def choose(page: Page, view: str) -> None:
    """Press one of the views of a page."""
    page.get_by_test_id("stButtonGroup").get_by_text(view, exact=True).first.click()
    settle(page)


def test_every_view_of_a_comparison(page, url, watch):
    """The flow, the reasons, another text in a passage's place, and the numbers of the lists."""
    ask(page, url, QUESTIONS[0])
    page.locator(".card").get_by_role("button", name="Why").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("sentence")
    settled(page, watch)
    page.get_by_role("tab", name="What if it said").click()
    page.get_by_role("dialog").get_by_role("textbox", name="The passage").fill(
        "\n".join(SCRIPTS + MARKUP)
    )
    page.keyboard.press("Control+Enter")
    settled(page, watch)
    close_dialog(page)
    choose(page, "Flow")
    row = page.locator(".flow .row").filter(has_text="<").first
    row.hover()
    expect(page.locator(".flow .detail .title")).to_have_text(row.locator(".title").inner_text())
    settled(page, watch)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_step_of_a_presentation(page, url, watch, question):
    """Question, passages and answer in big type."""
    page.goto(f"{url}/?q={quote(question)}&present=1")
    title = page.locator(".stage h1")
    expect(title).to_have_text(question)
    for _ in range(4):
        settled(page, watch)
        page.keyboard.press("ArrowRight")


def test_the_history(page, url, watch):
    """Remembered questions, passages and answers, and a question asked again."""
    for question in QUESTIONS:
        ask(page, url, question)
    go_on(page, "History")
    box = page.get_by_role("combobox", name="Open a search")
    for question in QUESTIONS:
        box.click()
        page.get_by_role("option").filter(has_text=question[:30]).first.click()
        expect(page.get_by_role("button", name="Ask again and compare")).to_be_visible()
        settled(page, watch)
        shown(page, [question])
    page.get_by_role("button", name="Ask again and compare").click()
    expect(page.get_by_test_id("stAlert").first).to_be_visible()
    settled(page, watch)


def test_judging(page, url, watch):
    """Questions, passages, notes and a judge's name."""
    go(page, url, "Judge")
    page.get_by_label("One question per line").fill("\n".join(QUESTIONS))
    page.get_by_role("button", name="Judge these questions").click()
    grade = page.get_by_role("button", name=re.compile("^3|answers", re.IGNORECASE)).first
    expect(page.get_by_placeholder(re.compile("^Note"))).to_be_visible()
    settled(page, watch)
    page.get_by_role("button", name="Judge and pool").click()
    page.get_by_label("Your name as a judge").fill(SCRIPTS[0])
    page.keyboard.press("Enter")
    close_popover(page)
    settled(page, watch)
    page.get_by_placeholder(re.compile("^Note")).fill(MARKUP[0])
    page.keyboard.press("Tab")
    grade.click()
    settled(page, watch)
    choose(page, "Agreement")
    settled(page, watch)


def test_question_sets_and_an_evaluation(page, url, watch):
    """A hostile set of hostile questions, made questions of hostile sentences, and the results."""
    go(page, url, "Evaluate")
    expect(page.get_by_test_id("stButtonGroup").first).to_be_visible()
    choose(page, "Questions")
    more, lines = page.get_by_text("More questions"), page.get_by_label("One question per line")
    expect(more.or_(lines).first).to_be_visible()
    settle(page)
    if more.count():
        more.click()
        settle(page)
    lines.fill("\n".join([*SCRIPTS, *MARKUP][:150]))
    page.get_by_label("Name", exact=True).fill("<img src=x onerror=window.stolen=1> **b**"[:80])
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Save as a set").click()
    expect(page.get_by_role("combobox", name="Question set")).to_be_visible()
    settled(page, watch)
    make = page.get_by_role("button", name=re.compile("^Make .* questions"))
    if not make.is_visible():
        more.click()
    make.click()
    settled(page, watch)
    choose(page, "New")
    settled(page, watch)


def test_depth_models_tour_and_tune(page, url, watch):
    """Questions of one's own on the pages that ask the models directly."""
    go(page, url, "Evaluate")
    choose(page, "Depth")
    page.get_by_label("Question", exact=True).fill(QUESTIONS[0])
    page.keyboard.press("Enter")
    settled(page, watch)
    go(page, url, "Models")
    settled(page, watch)
    go(page, url, "Tour")
    page.get_by_role("button", name=re.compile("^Run all")).click()
    expect(page.get_by_text("Add your own probe")).to_be_visible()
    page.get_by_label("Question", exact=True).fill(QUESTIONS[2])
    page.get_by_label("The piece that answers it").fill(SCRIPTS[0])
    page.get_by_label(re.compile("Pieces that do not")).fill("\n".join(SCRIPTS[1:9]))
    page.get_by_role("button", name="Add and run it").click()
    expect(page.get_by_role("button", name=re.compile("^Remove"))).to_be_visible()
    settled(page, watch)
    shown(page, [QUESTIONS[2]])
    go(page, url, "Tune")
    page.get_by_role("button", name="Run these questions").click()
    settled(page, watch)


def test_monitoring_and_an_experiment(page, url, watch):
    """The figures of hostile searches, and one plain list of hostile passages; then it is ended."""
    ask(page, url, QUESTIONS[0])
    go_on(page, "History")
    choose(page, "Monitoring")
    expect(page.get_by_text("Searches by day")).to_be_visible()
    settled(page, watch)
    go(page, url, "Evaluate")
    expect(page.get_by_test_id("stButtonGroup").first).to_be_visible()
    choose(page, "Experiment")
    page.get_by_role("button", name="Start the experiment").click()
    expect(page.get_by_role("button", name="Stop the experiment")).to_be_visible()
    go_on(page, "Compare")
    box = page.get_by_label("Ask your documents")
    box.fill(QUESTIONS[1])
    box.press("Enter")
    expect(page.get_by_role("button", name="Open page").first).to_be_visible()
    settled(page, watch)
    go_on(page, "Evaluate")
    page.get_by_role("button", name="Stop the experiment").click()
    expect(page.get_by_role("button", name="Start the experiment")).to_be_visible()
    settled(page, watch)
