"""Judging by keys on a slow machine: what is pressed early is kept, or does nothing."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.sample_site import make_site
from tests.browser.steps import settle

pytestmark = pytest.mark.browser
QUESTIONS = "Can I approve my own travel expenses?\nWho pays for a hotel?"
# A key, and the same again while its passage is still there: whether that could be pressed.
TWICE = """async (key) => {
  const passage = document.querySelector('[class*="st-key-judge-passage-"]').className;
  const press = () => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, composed: true }));
  press();
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const there = document.querySelector('[class*="st-key-judge-passage-"]')?.className === passage;
  if (there) press();
  return there;
}"""


def test_keys_pressed_early_are_kept_or_do_nothing(streamlit_server, tmp_path, page):
    """On a slow machine: a second grade waits for its passage, Enter for the button it means."""
    home = {"SECOND_LOOK_HOME": str(tmp_path / "home")}
    page.goto(f"{streamlit_server(make_site(tmp_path / 'site'), env=home)}/Judge")
    page.get_by_label("One question per line").fill(QUESTIONS)
    page.get_by_role("button", name="Judge these questions").click()
    progress = page.get_by_text("passages of this question")
    expect(progress).to_have_text(re.compile(r"^0 of \d+"))
    settle(page)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    first = page.get_by_role("heading", level=4).inner_text()
    total = int(progress.inner_text().split()[2])
    early = 0
    for done in range(1, total):
        early += page.evaluate(TWICE, "1")
        expect(progress).to_have_text(re.compile(f"^{done} of {total} passages"))
        settle(page)
        expect(progress).to_have_text(re.compile(f"^{done} of {total} passages"))
    assert early
    page.keyboard.press("1")
    page.keyboard.press("Enter")  # "Next question" is not there yet
    expect(progress).to_have_text(re.compile(r"^0 of \d+ passages of this question · 1 of 2"))
    expect(page.get_by_role("heading", level=4)).not_to_have_text(first)
    assert urlsplit(page.url).path == "/Judge"
