"""A person's way from two PDFs to a cited answer, with the real models."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, StreamlitServer
from tests.browser.steps import ask, card, close_dialog, drop, go, said, settle
from tests.llm_server import LlmServer, serving
from tests.shared import SHARED

SAMPLES = ROOT / "samples"
QUESTION = "By when do I have to submit an expense report?"
ANSWER = "Travel expenses must be submitted within 30 days of the trip."

pytestmark = [pytest.mark.browser, pytest.mark.model]


@pytest.fixture
def llm() -> Iterator[LlmServer]:
    """A local endpoint that answers from the passages it gets, word by word."""
    with serving("normal") as server:
        yield server


@pytest.fixture
def app(streamlit_server: StreamlitServer, tmp_path: Path, page: Page, llm: LlmServer) -> Page:
    """The home page of an empty folder, with a language model configured."""
    env = {
        "SECOND_LOOK_HOME": str(tmp_path / "home"),
        "SECOND_LOOK_LLM_MODEL": "test-model",
        "SECOND_LOOK_LLM_BASE_URL": llm.url,
    }
    page.goto(streamlit_server("app.py", env=env))
    return page


def choose_llm(page: Page) -> None:
    """Let the language model answer instead of quotes."""
    page.get_by_test_id("stButtonGroup").get_by_text("test-model", exact=True).click()
    settle(page)


def written(page: Page, llm: LlmServer) -> None:
    """Ask the language model, see that its answer could be stopped, and let it end."""
    llm.script.held.set()
    page.get_by_role("button", name="Ask test-model").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    llm.script.held.clear()
    expect(page.get_by_role("button", name="Ask again")).to_be_visible()


def samples_indexed(page: Page) -> None:
    """Add the samples by one click, and wait until they are in."""
    page.get_by_role("button", name="Try the sample documents").click()
    expect(page.get_by_label("Ask your documents")).to_be_visible()
    expect(page.get_by_text(re.compile("files done"))).to_have_count(0)
    settle(page)


def test_from_the_samples_to_a_cited_answer(app, llm):
    """Samples in one click, a suggested question, deltas, a highlighted page, both answers."""
    hosts: list[str] = []
    app.on("request", lambda request: hosts.append(urlsplit(request.url).hostname or ""))
    samples_indexed(app)
    app.get_by_text(QUESTION, exact=True).first.click()
    expect(said(app, "pairs scored")).to_be_visible()

    first = card(app, 1, 1)
    expect(first).to_contain_text(ANSWER)
    expect(first.locator(".delta")).to_have_text(re.compile(r"▲ \d+"))
    expect(first.locator(".badge.entered")).to_be_visible()
    expect(said(app, r"Better: the answer moved up from rank \d+ to rank 1")).to_be_visible()
    expect(said(app, "Answered")).to_be_visible()

    first.get_by_role("button", name="Open page").click()
    dialog = app.get_by_role("dialog")
    expect(dialog.locator(".mark.quote").first).to_be_visible()
    expect(dialog.locator(".mark.passage").first).to_be_visible()
    dialog.get_by_role("button", name="Next").click()
    expect(dialog.locator(".mark.quote")).to_have_count(0)
    close_dialog(app)

    answer = app.locator(".answer").first
    expect(answer).to_contain_text(ANSWER)
    answer.get_by_role("button", name=re.compile("Citation 1")).first.click()
    expect(app.get_by_role("dialog").locator(".mark.quote").first).to_be_visible()
    close_dialog(app)

    app.get_by_text("Also without reranking").click()
    expect(said(app, "From the first stage's top 5")).to_be_visible()
    expect(app.locator(".answer")).to_have_count(2)
    assert llm.script.requests == []
    assert set(hosts) <= {"127.0.0.1", "localhost", ""}


def test_two_dropped_pdfs_a_written_answer_and_the_link(app, llm, tmp_path):
    """Upload, ask, read deltas, a streamed answer with checked citations, reload the address."""
    real = SHARED / "pdfs" / "real" / "fhs-3.0.pdf"
    files = [real, min(SAMPLES.glob("*.pdf"))]
    question = "Which directory holds configuration files that belong to the host?"
    if not real.exists():
        files = sorted(SAMPLES.glob("*.pdf"))[:2]
        question = "How many hours before departure may a flight be cancelled?"
    go(app, "Library")
    drop(app, *files)
    expect(said(app, r"Models ready")).to_be_visible()
    expect(said(app, r"2 files done in .*: 2 indexed")).to_be_visible()
    go(app, "Compare")
    ask(app, question)
    deltas = app.locator('.column[data-side="1"] .delta').all_inner_texts()
    assert any(text.startswith("▲") for text in deltas)

    choose_llm(app)
    expect(app.get_by_text(re.compile("The exact prompt, sent to"))).to_be_visible()
    assert llm.script.requests == []
    written(app, llm)
    expect(app.locator(".answer button")).to_have_count(2)
    assert len(llm.script.requests) == 1
    app.locator(".answer button").nth(1).click()
    expect(app.get_by_role("dialog").locator(".mark.quote").first).to_be_visible()
    close_dialog(app)

    top = card(app, 1, 1).get_attribute("aria-label")
    app.goto(app.url)
    expect(app.get_by_label("Ask your documents")).to_have_value(question)
    expect(card(app, 1, 1)).to_have_attribute("aria-label", top or "")


def test_answers_that_stop_or_fail_leave_the_page_usable(app, llm):
    """Stop keeps what arrived; 401, 429 and a cut stream are sentences, and the lists stay."""
    llm.script.scenario = "drip"
    go(app, "Library")
    drop(app, sorted(SAMPLES.glob("*.pdf"))[1])
    expect(said(app, r"1 file done in .*: 1 indexed")).to_be_visible()
    go(app, "Compare")
    ask(app, "What does it cost to cancel a flight?")
    choose_llm(app)
    app.get_by_role("button", name="Ask test-model").click()
    expect(app.locator(".answer")).to_contain_text("drip drip")
    app.get_by_role("button", name="Stop").click()
    expect(said(app, "Incomplete: Stopped at your request")).to_be_visible()
    expect(app.locator(".answer")).to_contain_text("drip drip")
    for scenario, words in (("unauthorized", "key"), ("rate_limited", "7 s"), ("cut", "broke off")):
        llm.script.scenario = scenario
        app.get_by_role("button", name="Ask again").click()
        expect(said(app, f"Incomplete: .*({words})")).to_be_visible()
        settle(app)
        expect(card(app, 1, 1)).to_be_visible()
