"""A person's way through the library, with the real models and real PDFs."""

import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from core.app.engine import Engine, open_engine
from core.ingest.jobs import pipeline
from pages.ui import resources
from tests.browser.conftest import ROOT, StreamlitServer
from tests.browser.sample_site import make_site
from tests.browser.steps import drop, eventually, go, said, settle
from tests.made_pdfs import BROKEN_PDF
from tests.shared import shared_path

pytestmark = [pytest.mark.browser, pytest.mark.model]
GO = "go"


def _real_pdfs() -> list[Path]:
    return [*_sample_pdfs()[:1], shared_path("pdfs/real/fhs-3.0.pdf")]


def _sample_pdfs() -> list[Path]:
    return sorted((ROOT / "samples").glob("*.pdf"))[:2]


def held_engine(home: Path) -> Engine:
    """The app's engine; it embeds a document only when the file ``GO`` is in its home folder."""
    embed = pipeline._embed

    def embed_later(*work: Any) -> None:
        def report(progress: pipeline.Progress) -> None:
            work[-1](progress)
            while not (home / GO).exists():
                time.sleep(0.02)

        embed(*work[:-1], report)

    pipeline._embed = embed_later
    return open_engine(resources.settings(), stays=True)


def sees(locator: Locator) -> None:
    """The page shows it, sooner or later."""
    expect(locator).to_be_visible()


@pytest.fixture
def library(
    streamlit_server: StreamlitServer, tmp_path: Path, page: Page
) -> tuple[Page, list[str]]:
    """The library page of an empty home folder, and the hosts that the browser asked."""
    hosts: list[str] = []
    page.on("request", lambda request: hosts.append(urlsplit(request.url).hostname or ""))
    home = {"SECOND_LOOK_HOME": str(tmp_path / "home")}
    url = streamlit_server(make_site(tmp_path / "site", held_engine), env=home)
    page.goto(f"{url}/Library")
    sees(page.get_by_role("heading", name="My documents is empty"))
    return page, hosts


def open_row(page: Page, row: int) -> None:
    """Click the name in a row (from 1) of the documents table until its pages are shown."""
    table, pages = page.get_by_test_id("stDataFrame"), page.get_by_role("slider", name="Page 1 of")

    def click() -> None:
        settle(page)
        if not pages.is_visible():  # a second click would close the row again
            table.scroll_into_view_if_needed()
            box = table.bounding_box()
            assert box is not None
            page.mouse.click(box["x"] + 120, box["y"] + 35 * row + 17)
        pages.wait_for(timeout=30_000)

    eventually(page, click)


@pytest.mark.parametrize(
    ("files", "number"), [(_real_pdfs, 11), (_sample_pdfs, 3)], ids=["real", "samples"]
)
def test_from_a_dropped_file_to_its_chunks_and_out_again(library, tmp_path, files, number):
    """Drop two PDFs and a broken one, leave and come back, look at chunks, delete one."""
    page, hosts = library
    paths = files()
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(BROKEN_PDF)
    drop(page, *paths, broken)
    sees(said(page, r"\d of 3 files done"))
    go(page, "Compare")
    sees(said(page, "Five sentences, one question"))
    go(page, "Library")
    sees(said(page, r"Models ready"))
    sees(said(page, r"embed: 0 of \d+ chunks · \d+ pages"))
    (tmp_path / "home" / GO).touch()
    sees(said(page, r"3 files done in .*: 2 indexed, 1 refused"))
    sees(said(page, r"refused, because the PDF is damaged"))
    sees(said(page, r"^2 documents · \d+ pages · \d+ chunks"))

    open_row(page, 2)
    sees(page.get_by_role("combobox", name=re.compile("Open a document")))
    for turned in range(2, number + 1):
        page.get_by_role("button", name="Next").click()
        sees(page.get_by_role("img", name=re.compile(f"^Page {turned} of")))
    outline = page.locator("button.mark.chunk").first
    outline.click(position={"x": 12, "y": 4})
    sees(page.locator(".mark.passage").first)
    expect(page.locator('[class*="st-key-chunk-chosen-"]')).to_have_count(1)

    page.get_by_role("button", name="Delete this document").click()
    sees(said(page, "removed from this machine"))
    page.get_by_role("button", name="Delete", exact=True).click()
    sees(said(page, r"^1 document · \d+ pages"))
    assert set(hosts) <= {"127.0.0.1", "localhost", ""}
