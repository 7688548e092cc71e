"""At 800 pixels what a person must press or read is there in full."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.steps import becomes, new_page, settle

pytestmark = pytest.mark.browser
QUESTION = "Can I approve my own travel expenses?"
HIDDEN = """(node) => {
  const own = node.getBoundingClientRect();
  for (let box = node.parentElement; box; box = box.parentElement) {
    const edge = box.getBoundingClientRect();
    const clips = getComputedStyle(box).overflowX !== "visible";
    if (clips && own.right > edge.right + 1) return own.right - edge.right;
  }
  return Math.max(0, own.right - innerWidth);
}"""


@pytest.fixture
def narrow(browser: Browser) -> Iterator[Page]:
    """A page of 800 pixels."""
    page = new_page(browser, viewport={"width": 800, "height": 1000})
    yield page
    page.context.close()


def test_every_grade_can_be_given_below_a_comparison(narrow, sample_site):
    """The last of the four buttons was cut off, and it is the best grade."""
    narrow.goto(f"{sample_site}/?q={quote(QUESTION)}")
    expect(narrow.get_by_text("Judge these passages")).to_be_visible()
    settle(narrow)
    narrow.get_by_text("Judge these passages").click()
    settle(narrow)
    best = narrow.get_by_role("radio", name="3", exact=True)
    expect(best.first).to_be_visible()
    becomes(narrow, lambda: {button.evaluate(HIDDEN) for button in best.all()}, {0})
