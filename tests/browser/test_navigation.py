"""From page to page while something typed is still on its way to the server."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.sample_site import make_site
from tests.browser.steps import settle

pytestmark = pytest.mark.browser


def test_a_tap_on_a_link_leaves_a_field_that_was_just_typed_in(page, streamlit_server, tmp_path):
    """What was typed is sent first; sent later, it would take the person back to its page."""
    home = {"SECOND_LOOK_HOME": str(tmp_path / "home")}
    site = streamlit_server(make_site(tmp_path / "site"), env=home)
    page.goto(f"{site}/Judge")
    expect(page.get_by_role("button", name="Keyboard")).to_be_visible()
    settle(page)
    page.get_by_role("textbox", name="One question per line").fill("Who pays for the hotel?")
    page.get_by_test_id("stSidebar").get_by_role("link", name="Tour").click()
    expect(page.get_by_role("heading", name="Why look twice?")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"^{re.escape(site)}/Tour\?c="))
    page.get_by_test_id("stSidebar").get_by_role("link", name="Compare").click()
    compare = re.compile(rf"^{re.escape(site)}/\?c=")
    expect(page).to_have_url(compare)
