"""The presenter fits a projector and is driven by keys."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import becomes, settle

pytestmark = pytest.mark.browser
QUESTION = "Can I approve my own travel expenses?"
TITLES = (
    QUESTION,
    "What the first stage found",
    "What the second stage changed",
    "The answer",
)
FITS = """stage => {
  const screen = stage.querySelector('.screen'), box = stage.getBoundingClientRect();
  const foot = stage.querySelector('.foot').getBoundingClientRect();
  const inside = [...screen.children].every(child => {
    const at = child.getBoundingClientRect();
    return at.top >= box.top && at.bottom <= foot.top;
  });
  return inside && box.width === innerWidth && box.height === innerHeight;
}"""


@pytest.fixture
def stage(sample_site: str, page: Page) -> Page:
    """A shared link to a presentation, opened on a projector."""
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{sample_site}/?q={quote(QUESTION)}&present=1")
    expect(page.locator(".stage h1")).to_have_text(QUESTION)
    settle(page)
    return page


def test_arrow_keys_step_through_four_screens_that_fit(stage):
    """Question, found, changed, answer; back again; nothing is cut off or needs scrolling."""
    for title in TITLES:
        expect(stage.locator(".stage h1")).to_have_text(title)
        becomes(stage, lambda: stage.locator(".stage").evaluate(FITS), True)
        stage.keyboard.press("ArrowRight")
    stage.keyboard.press("ArrowLeft")
    expect(stage.locator(".stage h1")).to_have_text(TITLES[2])


def test_numbers_are_hidden_until_asked_for(stage):
    """N shows them and hides them again; the steps keep the choice."""
    stage.keyboard.press("ArrowRight")
    figure = stage.locator(".stage .figure").first
    expect(figure).to_be_hidden()
    stage.keyboard.press("n")
    expect(figure).to_contain_text("cosine")
    expect(figure).to_be_visible()
    stage.keyboard.press("ArrowRight")
    expect(stage.locator(".stage .figure").first).to_contain_text("logit")
    stage.keyboard.press("n")
    expect(stage.locator(".stage .figure").first).to_be_hidden()


def test_escape_leaves_and_the_button_comes_back(stage):
    """The Compare page is behind it, and the address says whether it presents."""
    assert "present=1" in stage.url
    stage.keyboard.press("Escape")
    expect(stage.locator(".stage")).to_be_hidden()
    expect(stage.get_by_label("Ask your documents")).to_have_value(QUESTION)
    stage.wait_for_function("!location.search.includes('present')")
    settle(stage)
    stage.get_by_role("button", name=re.compile("^Present")).click()
    expect(stage.locator(".stage h1")).to_have_text(QUESTION)


def _leave(stage: Page) -> None:
    """Escape, and wait until the page behind has heard of it, as a person would."""
    stage.keyboard.press("Escape")
    stage.wait_for_function("!location.search.includes('present')")
    expect(stage.get_by_label("Ask your documents")).to_be_visible()
    settle(stage)


def test_keys_open_the_sheet_and_the_pages(stage):
    """A question mark opens the sheet; G and a digit open a page; typing triggers nothing."""
    _leave(stage)
    field = stage.get_by_label("Ask your documents")
    field.press("?")
    expect(stage.locator(".keyboard dialog")).to_be_hidden()
    field.blur()
    settle(stage)
    stage.keyboard.press("?")
    expect(stage.locator(".keyboard dialog")).to_contain_text("Go to Library")
    stage.keyboard.press("Escape")
    expect(stage.locator(".keyboard dialog")).to_be_hidden()
    stage.keyboard.press("g")
    stage.keyboard.press("2")
    expect(stage.get_by_role("heading", name="Library").first).to_be_visible()
