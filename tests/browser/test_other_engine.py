"""From an answer of Elasticsearch to its list beside the reranked one."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import StreamlitServer
from tests.browser.sample_site import make_site
from tests.browser.steps import (
    ask,
    card,
    close_dialog,
    close_popover,
    drop,
    go,
    said,
    settle,
    violations,
)
from tests.engine_lists import ASKED, TEXTS
from tests.qdrant_server import QdrantServer
from tests.source_collections import fill, params

pytestmark = pytest.mark.browser


@pytest.fixture
def server() -> Iterator[QdrantServer]:
    """A small server with one collection."""
    made = QdrantServer()
    fill(made, "rules", params())
    yield made
    made.stop()


HITS = [
    {"_index": "rules", "_id": name, "_score": 9.5 - rank, "_source": {"body": text.strip()}}
    for rank, (name, text) in enumerate(TEXTS.items())
]
ANSWER = {"took": 3, "timed_out": False, "hits": {"total": {"value": 3}, "hits": HITS}}


def test_an_answer_of_elasticsearch_is_the_left_list(
    streamlit_server: StreamlitServer, tmp_path: Path, page: Page
) -> None:
    """Its order and scores on the left, reranked on the right; a passage opens in its text."""
    (tmp_path / "answer.json").write_text(json.dumps(ANSWER))
    home = {"SECOND_LOOK_HOME": str(tmp_path / "home")}
    page.goto(f"{streamlit_server(make_site(tmp_path / 'site'), env=home)}/Library")
    expect(said(page, "Models ready")).to_be_visible()
    drop(page, tmp_path / "answer.json")
    expect(said(page, r"1 indexed|answer.json.*indexed|3 passages")).to_be_visible()
    shot(page, "library")
    go(page, "Compare")
    ask(page, ASKED)
    expect(said(page, "Other engine: answer.json")).to_be_visible()
    for rank, (hit, text) in enumerate(zip(HITS, TEXTS.values(), strict=True), start=1):
        expect(card(page, 0, rank)).to_contain_text(text.strip()[:25])
        expect(card(page, 0, rank)).to_contain_text(f"{hit['_score']:.1f}")
    expect(card(page, 1, 1)).to_contain_text(TEXTS["answer"][:25])
    shot(page, "compare")
    card(page, 1, 1).get_by_role("button", name="Open page").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("This is passage answer, whole. The file holds 3 passages")
    line = dialog.locator(".line", has_text=TEXTS["answer"][:25])
    expect(line.locator(".place")).to_have_text("answer")
    expect(dialog.get_by_text("The passage before")).to_have_count(0)
    settle(page)
    assert violations(page) == []
    shot(page, "page")
    close_dialog(page)


def test_a_qdrant_collection_is_chosen_from_its_preview(
    streamlit_server: StreamlitServer, tmp_path: Path, page: Page, server: QdrantServer
) -> None:
    """Address, collection, payloads, path; then its passages are there."""
    home = {"SECOND_LOOK_HOME": str(tmp_path / "home")}
    page.goto(f"{streamlit_server(make_site(tmp_path / 'site'), env=home)}/Library")
    expect(said(page, "Models ready")).to_be_visible()
    page.get_by_role("button", name="From a Qdrant collection").click()
    expect(page.get_by_role("button", name="Connect")).to_be_disabled()
    page.get_by_label("Address").fill(server.url)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Connect").click()
    expect(said(page, "3 points, vectors: unnamed")).to_be_visible()
    settle(page)
    assert violations(page) == []
    shot(page, "popover")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(said(page, "3 of 3 points read")).to_be_visible()
    shot(page, "imported")
    close_popover(page)
    expect(said(page, r"rules \(127.*jsonl")).to_be_visible()


def shot(page: Page, name: str) -> None:
    """For who wants to look."""
    if (folder := os.environ.get("SHOTS")) is not None:
        settle(page)
        page.screenshot(path=f"{folder}/{name}.png")
