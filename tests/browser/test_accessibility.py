"""axe-core finds nothing serious on any page."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from pages.ui.frame import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
QUESTION = "Can I approve my own travel expenses?"
BAD = {"serious", "critical"}


def settle(page: Page) -> None:
    """Wait until the script of the page has ended."""
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=120_000)
    page.wait_for_timeout(400)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=120_000)


def violations(page: Page) -> list[str]:
    """What axe finds that hinders people: the rule, and where."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary']}"
        for rule in found
        if rule["impact"] in BAD
        for node in rule["nodes"]
    ]


@pytest.fixture
def site(sample_site: str, page: Page) -> Page:
    """A question asked of the samples, on the Compare page."""
    page.goto(f"{sample_site}/?q={quote(QUESTION)}")
    expect(page.locator(".column .card").first).to_be_visible(timeout=120_000)
    return page


def test_no_page_has_a_serious_violation(site: Page) -> None:
    """Every page of the sidebar, the presenter and the sheet of shortcuts, in the light theme."""
    found = {}
    for _, label, _ in PAGES:
        site.get_by_test_id("stSidebar").get_by_role("link", name=label, exact=True).click()
        settle(site)
        if label == "Tour":
            site.get_by_role("button", name="Run all").click()
            expect(site.locator(".sl-tour").first).to_be_visible(timeout=60_000)
            settle(site)
        found[label] = violations(site)
    site.get_by_role("link", name="Compare", exact=True).click()
    settle(site)
    site.get_by_role("button", name="Keyboard").click()
    found["Keyboard"] = violations(site)
    site.keyboard.press("Escape")
    site.get_by_role("button", name=re.compile("^Present")).click()
    expect(site.locator(".stage")).to_be_visible()
    for _ in range(3):
        site.keyboard.press("ArrowRight")
    found["Presenter"] = violations(site)
    assert {name: problems for name, problems in found.items() if problems} == {}
