"""What must never happen in somebody's first hour: praise for nothing, a guess as an answer."""

import base64
import re

import pytest
from playwright.sync_api import Page, expect

from tests.app.steps import POLICY
from tests.browser.steps import said, settle

pytestmark = pytest.mark.browser
ASKED = "Ask your documents"


def ask(page: Page, site: str, question: str) -> None:
    """Type a question and press Enter."""
    page.goto(site)
    expect(page.get_by_label(ASKED)).to_be_visible()
    settle(page)
    page.get_by_label(ASKED).fill(question)
    page.get_by_label(ASKED).press("Enter")
    expect(said(page, "pairs scored")).to_be_visible()
    settle(page)


def test_a_question_that_nothing_answers_is_praised_by_nobody(sample_site, page):
    """The headline says so, the answer is none with its reason, and no sentence is quoted."""
    ask(page, sample_site, "xylophone quartz zeppelin")
    expect(said(page, "Nothing here answers the question well")).to_be_visible()
    expect(said(page, "No answer")).to_be_visible()
    expect(said(page, "no passage that was found has")).to_be_visible()
    expect(page.locator(".answer.none")).to_be_visible()
    expect(page.locator(".answer button")).to_have_count(0)


def test_another_word_is_offered_and_never_put_in_silently(sample_site, page):
    """The box keeps what was typed until the button is pressed."""
    ask(page, sample_site, "travel expnses")
    offer = page.get_by_role("button", name="Did you mean expenses?")
    expect(offer).to_be_visible()
    expect(page.get_by_label(ASKED)).to_have_value("travel expnses")
    offer.click()
    expect(page.get_by_label(ASKED)).to_have_value("travel expenses")
    expect(offer).to_have_count(0)


def test_a_cited_sentence_is_shown_in_its_passage_and_is_the_one_that_the_card_marks(
    sample_site, page
):
    """Pointing at the first number shows it; the first cited passage's card underlines it."""
    ask(page, sample_site, "Can I approve my own travel expenses?")
    cited = page.locator(".answer button").first
    cited.hover()
    sentence = page.locator(".answer .peek mark").inner_text()
    number = int(cited.inner_text())
    expect(page.locator(".answer p").first).to_contain_text(" ".join(sentence.split()))
    card = page.locator(f'.column[data-side="1"] .card >> nth={number - 1}')
    expect(card.locator(".quote")).to_have_text(re.compile(re.escape(sentence[:40])))


def test_keys_lead_from_the_question_to_the_passage_and_a_digit_is_no_page(sample_site, page):
    """Enter and Down: the first passage has the focus. 2 grades; G and 2 open the library."""
    ask(page, sample_site, "travel expenses")
    page.get_by_label(ASKED).press("ArrowDown")
    expect(page.locator('.column[data-side="1"] .card').first).to_be_focused()
    page.keyboard.press("2")
    expect(page.locator('.column[data-side="1"] .card').first).to_contain_text("Grade 2")
    settle(page)
    expect(page.get_by_label(ASKED)).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("2")
    expect(page.get_by_role("heading", name="Library")).to_be_visible()


def test_a_file_that_is_dropped_anywhere_is_added(sample_site, page):
    """On the title of the library, not on its box."""
    page.goto(f"{sample_site}/Library")
    expect(page.get_by_text("Drop files here")).to_be_visible()
    settle(page)
    page.get_by_role("heading", name="Library").evaluate(
        """(title, data) => {
          const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([bytes], "dropped.pdf", { type: "application/pdf" }));
          title.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
        }""",
        base64.b64encode(POLICY).decode(),
    )
    expect(page.get_by_text(re.compile("dropped.pdf")).first).to_be_visible()
