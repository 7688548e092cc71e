"""The Evaluate page as a person uses it: from a bar to its comparison, and an experiment."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import StreamlitServer
from tests.browser.sample_site import make_site
from tests.browser.steps import close_dialog, go, settle, violations

pytestmark = pytest.mark.browser
QUESTION = "Can I approve my own travel expenses?"


@pytest.fixture(scope="module")
def own_site(streamlit_server: StreamlitServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A site of its own: an experiment changes what everybody sees."""
    folder: Path = tmp_path_factory.mktemp("evaluate")
    home = {"SECOND_LOOK_HOME": str(folder / "home")}
    return streamlit_server(make_site(folder / "site"), env=home)


def test_a_click_on_a_bar_opens_the_comparison_of_its_question(own_site, page):
    """Questions made and measured; the third bar leads to Compare with that question, asked."""
    page.goto(f"{own_site}/Evaluate")
    settle(page)
    page.get_by_role("button", name=re.compile(r"^Make \d+ questions")).click()
    expect(page.get_by_text(re.compile("Made from the documents")).first).to_be_visible()
    settle(page)
    page.get_by_role("radio", name="New", exact=True).click()
    settle(page)
    page.get_by_role("button", name=re.compile(r"^Start: \d+ searches")).first.click()
    chart = page.locator('.stVegaLiteChart[aria-label$="of every question, sorted"]')
    expect(chart).to_be_visible()
    settle(page)
    bar = chart.locator('path[aria-roledescription="bar"]').nth(2)
    said = re.search(r"Question: (.+?); ", bar.get_attribute("aria-label") or "")
    assert said, bar.get_attribute("aria-label")
    bar.click()
    question = page.get_by_label("Ask your documents")
    expect(question).to_have_value(said[1])
    expect(page.locator(".column .card").first).to_be_visible()
    assert "/Evaluate" not in page.url


def ask(page: Page, question: str) -> None:
    """Type a question and press Enter; one list comes, not two."""
    settle(page)
    page.get_by_label("Ask your documents").fill(question)
    page.get_by_label("Ask your documents").press("Enter")


def start_experiment(site: str, page: Page) -> None:
    """By its button, on the Evaluate page."""
    page.goto(site)
    settle(page)
    go(page, "Evaluate")
    page.get_by_role("radio", name="Experiment").click()
    settle(page)
    page.get_by_role("button", name="Start the experiment").click()
    expect(page.get_by_text("No question has been asked in it yet")).to_be_visible()


def test_an_experiment_is_started_taken_part_in_and_ended(own_site, page):
    """Started, announced, one list, a page opened and counted, stopped: both lists are back."""
    start_experiment(own_site, page)
    go(page, "Compare")
    expect(page.get_by_text("An experiment is running")).to_be_visible()
    ask(page, QUESTION)
    opening = page.get_by_role("button", name="Open page")
    expect(opening.first).to_be_visible()
    settle(page)
    assert violations(page) == []
    opening.first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    close_dialog(page)
    go(page, "Evaluate")
    expect(page.get_by_text("1 list shown to 1 browser, 1 of them with a click")).to_be_visible()
    page.get_by_role("button", name="Stop the experiment").click()
    expect(page.get_by_role("button", name="Start the experiment")).to_be_visible()
    settle(page)
    assert violations(page) == []
    go(page, "Compare")
    expect(page.locator(".column .card").first).to_be_visible()
    expect(page.get_by_text("An experiment is running")).to_have_count(0)


def test_a_reload_is_the_same_browser(own_site, page):
    """Its side is kept, and so is the wish to stay out."""
    start_experiment(own_site, page)
    for question in (QUESTION, "Who pays for a hotel?"):
        page.goto(own_site)
        expect(page.get_by_text("An experiment is running")).to_be_visible()
        ask(page, question)
        expect(page.get_by_role("button", name="Open page").first).to_be_visible()
        settle(page)
    page.get_by_role("button", name="Opt out").click()
    expect(page.get_by_text("You have opted out")).to_be_visible()
    settle(page)
    page.goto(own_site)
    expect(page.get_by_text("You have opted out")).to_be_visible()
    go(page, "Evaluate")
    page.get_by_role("radio", name="Experiment").click()
    expect(page.get_by_text("2 lists shown to 1 browser")).to_be_visible()
    page.get_by_role("button", name="Stop the experiment").click()
    expect(page.get_by_role("button", name="Start the experiment")).to_be_visible()
