"""What browser tests do on a page, and how they wait: for what happened, never for a time."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from weakref import WeakKeyDictionary

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Locator, Page, WebSocket, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

PATIENCE_MS = 300_000
LOOK_MS = 30
GONE_MS = 2_000  # between one key and the next
SIZE = {"width": 1440, "height": 900}
_IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
BAD = {"serious", "critical"}


class Runs:
    """Follows the runs of a page's script by what goes over its web socket.

    Something is on its way from the moment that the browser asks for a run until the server has
    said that a run which began later has ended by itself.
    """

    def __init__(self, page: Page) -> None:
        self.asked, self.begun = True, False
        page.on("domcontentloaded", lambda _: self._ask())
        page.on("websocket", self._follow)

    def _follow(self, socket: WebSocket) -> None:
        self._ask()
        socket.on("framesent", self._sent)
        socket.on("framereceived", self._received)

    def _ask(self) -> None:
        self.asked, self.begun = True, False

    def _sent(self, frame: str | bytes) -> None:
        if isinstance(frame, bytes) and BackMsg.FromString(frame).HasField("rerun_script"):
            self._ask()

    def _received(self, frame: str | bytes) -> None:
        message = ForwardMsg.FromString(frame) if isinstance(frame, bytes) else ForwardMsg()
        if message.HasField("new_session"):
            self.begun = self.asked
        elif message.HasField("script_finished") and self.begun:
            early = message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
            self.asked = self.begun = early


_RUNS: WeakKeyDictionary[Page, Runs] = WeakKeyDictionary()


def new_page(browser: Browser, **context: object) -> Page:
    """A page of 1440 x 900 in a context of its own, without animations if not said otherwise."""
    options = {"viewport": SIZE, "reduced_motion": "reduce", "color_scheme": "light", **context}
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE_MS)  # of its other tabs too
    page = context.new_page()
    _RUNS[page] = Runs(page)
    return page


def settle(page: Page) -> None:
    """Wait until the script has run for everything that was done so far, and all is drawn."""
    painted(page)
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while _RUNS[page].asked:
        assert time.monotonic() < deadline, "the script of the page still runs"
        page.wait_for_timeout(LOOK_MS)
    expect(page.locator(_IDLE)).to_be_attached()
    painted(page)


def painted(page: Page) -> None:
    """Wait until the browser has answered what was done and has drawn it."""
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def eventually(page: Page, check: Callable[[], None]) -> None:
    """Look again until the check holds; it fails as it did last."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while True:
        try:
            return check()
        except (AssertionError, StopIteration, LookupError, TypeError, ValueError, Error):
            if time.monotonic() > deadline:
                raise
        page.wait_for_timeout(LOOK_MS)


def becomes(page: Page, look: Callable[[], object], wanted: object) -> None:
    """Look until it is what is wanted."""

    def check() -> None:
        assert look() == wanted

    eventually(page, check)


def violations(page: Page) -> list[str]:
    """What axe finds that hinders people: the rule, and where."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary']}"
        for rule in found
        if rule["impact"] in BAD
        for node in rule["nodes"]
    ]


def go(page: Page, name: str) -> None:
    """Open a page of the sidebar, which may stand under "More"."""
    sidebar = page.get_by_test_id("stSidebar")
    link = sidebar.get_by_role("link", name=name, exact=True)
    if not link.is_visible():
        sidebar.get_by_text("More", exact=True).click()
    link.click()
    settle(page)


def close_dialog(page: Page, dialog: Locator | None = None) -> None:
    """Press Escape until the dialog, which is open or about to open, is gone.

    A script that still runs while the key is pressed would open the dialog anew, and a dialog
    does not hear the key before it has the focus. So each key waits for a page at rest.
    """
    dialog = dialog or page.get_by_role("dialog")
    expect(dialog).to_be_visible()

    def close() -> None:
        settle(page)
        if dialog.count():
            dialog.first.evaluate("dialog => dialog.focus()", timeout=GONE_MS)
            page.keyboard.press("Escape")
            settle(page)
        expect(dialog).to_have_count(0, timeout=GONE_MS)

    eventually(page, close)
    settle(page)


def close_popover(page: Page) -> None:
    """Press Escape until the popover, which is open or about to open, is gone."""
    close_dialog(page, page.get_by_test_id("stPopoverBody"))


def drop(page: Page, *paths: Path) -> None:
    """Put files on the uploader."""
    page.locator("input[type=file]").set_input_files(list(paths))


def said(page: Page, pattern: str) -> Locator:
    """Text on the page that matches."""
    return page.get_by_text(re.compile(pattern)).first


def card(page: Page, side: int, rank: int) -> Locator:
    """The card at that rank (from 1) of the left (0) or right (1) list."""
    return page.locator(f'.column[data-side="{side}"] .card').nth(rank - 1)


def ask(page: Page, question: str) -> None:
    """Type a question, press Enter, and wait for both lists."""
    settle(page)
    page.get_by_label("Ask your documents").fill(question)
    page.keyboard.press("Enter")
    settle(page)
    expect(said(page, "pairs scored")).to_be_visible()
    expect(card(page, 1, 1)).to_be_visible()
