"""axe-core finds nothing serious on any page."""

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from pages.ui.frame import PAGES
from tests.browser.steps import close_dialog, close_popover, go, new_page, settle, violations

pytestmark = pytest.mark.browser
QUESTION = "Can I approve my own travel expenses?"


@pytest.fixture
def site(sample_site: str, page: Page) -> Page:
    """A question asked of the samples, on the Compare page."""
    page.goto(f"{sample_site}/?q={quote(QUESTION)}")
    expect(page.locator(".column .card").first).to_be_visible()
    return page


def test_no_page_has_a_serious_violation(site):
    """Every page of the sidebar, the presenter and the sheet of shortcuts, in the light theme."""
    found = {}
    for label in PAGES:
        go(site, label)
        if label == "Tour":
            site.get_by_role("button", name="Run all").click()
            expect(site.locator(".sl-tour").first).to_be_visible()
            settle(site)
        found[label] = violations(site)
    go(site, "Compare")
    site.get_by_role("button", name="Keyboard").click()
    sheet = site.locator(".keyboard dialog")
    expect(sheet).to_be_visible()
    found["Keyboard"] = violations(site)
    site.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    site.get_by_role("button", name=re.compile("^Present")).click()
    expect(site.locator(".stage")).to_be_visible()
    settle(site)
    for _ in range(3):
        site.keyboard.press("ArrowRight")
    found["Presenter"] = violations(site)
    assert {name: problems for name, problems in found.items() if problems} == {}


VIEWS = ("Flow", "Table", "Configurations")


@pytest.fixture(params=["light", "dark"])
def themed(request: pytest.FixtureRequest, sample_site: str, browser: Browser) -> Iterator[Page]:
    """The same question, in each theme."""
    page = new_page(browser, color_scheme=request.param)
    page.goto(f"{sample_site}/?q={quote(QUESTION)}")
    expect(page.locator(".column .card").first).to_be_visible()
    yield page
    page.context.close()


def dialogs(page: Page) -> dict[str, list[str]]:
    """What axe finds in the page of a passage, in both tabs of its explanation, in the settings."""
    found = {}
    page.locator(".column .card").first.get_by_role(
        "button", name=re.compile("page", re.IGNORECASE)
    ).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    settle(page)
    found["Page"] = violations(page)
    close_dialog(page)
    page.get_by_role("button", name=re.compile("^Why")).first.click()
    expect(page.get_by_text("without each word")).to_be_visible()
    settle(page)
    found["Why"] = violations(page)
    page.get_by_role("tab", name=re.compile("^What if")).click()
    expect(page.get_by_text("As edited")).to_be_visible()
    settle(page)
    found["What if"] = violations(page)
    close_dialog(page)
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
    settle(page)
    found["Settings"] = violations(page)
    close_popover(page)
    return found


def test_views_and_dialogs_have_none_in_either_theme(themed):
    """Every view of a question, and what opens over it."""
    settle(themed)
    found = {"Side by side": violations(themed), **dialogs(themed)}
    for view in VIEWS:
        themed.get_by_text(view, exact=True).first.click()
        settle(themed)
        found[view] = violations(themed)
    assert {name: problems for name, problems in found.items() if problems} == {}


@pytest.mark.parametrize("themed", ["dark"], indirect=True)
def test_every_page_has_none_in_the_dark(themed):
    """What the first test looks at in the light, in the dark; views of the pages too."""
    found = {}
    for label in list(PAGES)[1:]:
        go(themed, label)
        found[label] = violations(themed)
        for view in themed.get_by_test_id("stMain").get_by_role("radio").all()[1:]:
            view.click()
            settle(themed)
            found[f"{label} {view.inner_text()}"] = violations(themed)
    assert {name: problems for name, problems in found.items() if problems} == {}
