"""The chosen collection stays the chosen one, whatever page is opened while it is being indexed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import StreamlitServer
from tests.browser.sample_site import make_site
from tests.browser.slow_site import FILES, STEPS, slow_engine
from tests.browser.steps import said

pytestmark = pytest.mark.browser

CHANGES = ("Compare", "Library", "Evaluate", "Library", "Tour") * 2
MOMENTS_MS = (50, 400, 900, 1500)
"""How long a page is looked at: left while its script runs, and after its panel was drawn anew."""
INDEXING = rf"\d+ of {FILES} files done"


def chosen(page: Page) -> None:
    """The sidebar names the second collection."""
    box = page.get_by_test_id("stSidebar").get_by_role("combobox", name="Collection")
    expect(box).to_have_value("Contracts")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home folder, in which everything is indexed at the end."""
    folder = tmp_path / "home"
    yield folder
    for number in range(FILES):
        (folder / STEPS / f"end-{number}").touch()


@pytest.fixture
def library(streamlit_server: StreamlitServer, tmp_path: Path, home: Path, page: Page) -> Page:
    """The library, in which the second collection was chosen while its files come in."""
    site = make_site(tmp_path / "site", slow_engine)
    page.goto(f"{streamlit_server(site, env={'SECOND_LOOK_HOME': str(home)})}/Library")
    page.get_by_test_id("stSidebar").get_by_role("combobox", name="Collection").click()
    page.get_by_role("option", name="Contracts").click()
    expect(said(page, INDEXING)).to_be_visible()
    return page


def test_ten_pages_a_reload_another_tab_and_the_way_back(library, home):
    """Each of them shows the collection that was chosen, and so does its address."""
    page = library
    sidebar = page.get_by_test_id("stSidebar")
    of_contracts = page.url.partition("?")[2]
    for number, name in enumerate(CHANGES):
        (home / STEPS / str(number)).touch()  # one more file is in: the panel is drawn anew
        sidebar.get_by_role("link", name=name, exact=True).click()
        page.wait_for_timeout(MOMENTS_MS[number % len(MOMENTS_MS)])
        chosen(page)
    sidebar.get_by_role("link", name="Library", exact=True).click()
    expect(said(page, INDEXING)).to_be_visible()
    chosen(page)
    assert page.url.endswith(f"/Library?{of_contracts}")

    page.reload()
    expect(said(page, INDEXING)).to_be_visible()
    chosen(page)
    tab = page.context.new_page()
    tab.goto(sidebar.get_by_role("link", name="Evaluate").evaluate("link => link.href"))
    expect(tab.get_by_role("heading", name="Evaluate")).to_be_visible()
    chosen(tab)

    sidebar.get_by_role("link", name="Tour", exact=True).click()
    expect(page.get_by_role("heading", name="Why look twice?")).to_be_visible()
    page.go_back()
    expect(said(page, INDEXING)).to_be_visible()
    chosen(page)
