"""From files that are no PDFs to their passages, in the form in which people know them."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, StreamlitServer
from tests.browser.sample_site import make_site
from tests.browser.steps import ask, card, close_dialog, drop, go, said, settle, violations

pytestmark = pytest.mark.browser
TALK = """WEBVTT

00:12:07.000 --> 00:12:12.000
<v Ann>Who approves the <b>quarterly zebra budget</b>?

00:12:12.000 --> 00:12:19.000
<v Bob>The board does, & never its <i>treasurer</i>.
"""
TABLE = "| Animal | Fee |\n|---|---|\n| Okapi | 70 |"
NOTES = f"# Rules\n\n{TABLE}\n\n<img src=x onerror=alert(1)> plain\n"


def test_a_passage_of_each_kind_is_opened_in_its_text(
    streamlit_server: StreamlitServer, tmp_path: Path, page: Page
) -> None:
    """Notes at their line, a talk at its time, code with its indents; nothing of them is markup."""
    code = ROOT / "core" / "text" / "counting.py"
    files = {"notes.md": NOTES, "talk.vtt": TALK, "counting.py": code.read_text()}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    home = {"SECOND_LOOK_HOME": str(tmp_path / "home")}
    page.goto(f"{streamlit_server(make_site(tmp_path / 'site'), env=home)}/Library")
    expect(said(page, "Models ready")).to_be_visible()
    drop(page, *(tmp_path / name for name in files))
    expect(said(page, r"3 files done in .*: 3 indexed")).to_be_visible()
    go(page, "Compare")
    for question, place, label, words in (
        ("quarterly zebra budget board treasurer", "0:12:07", "0:12:07", "quarterly zebra budget"),
        ("animal okapi fee", r"lines? \d", "5", "Animal: Okapi | Fee: 70"),
        ("milliseconds duration as it is read float", r"lines \d", "", "    if value >= 1000:"),
    ):
        ask(page, question)
        first = card(page, 1, 1)
        expect(first).to_contain_text(re.compile(place))
        first.get_by_role("button", name="Open page").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.locator(".passage, .quote").first).to_be_visible()
        line = dialog.locator(".line", has_text=words).first
        expect(line.locator(".place")).to_have_text(label or re.compile(r"\d+"))
        expect(line.locator(".words")).to_contain_text(words, use_inner_text=True)
        settle(page)
        if (folder := os.environ.get("SHOTS")) is not None:
            page.screenshot(path=f"{folder}/{words.split()[0]}.png")
        assert violations(page) == []
        close_dialog(page)
