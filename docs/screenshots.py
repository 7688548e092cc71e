"""Make every picture of docs/screenshots/ again: all pages, light and dark, at 1440 and 800 px.

    .venv/bin/python docs/screenshots.py [name ...]     # names as in SHOTS; none means all

A home folder of its own gets the sample documents, the sample questions and an evaluation; then
the app is looked at with Chromium (CHROMIUM names another one). The folder stays in
.screenshots-home, so that a second run need not prepare it. Look at each picture
before you keep it.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

ROOT = Path(__file__).parents[1]
OUT = ROOT / "docs" / "screenshots"
HOME = ROOT / ".screenshots-home"
QUESTION = "Can I approve my own travel expenses?"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
COLOURS = 256
"""Colours of a picture: the pages are flat, fewer turn orange brown; files are half as large."""
LOOKS = [(theme, width) for theme in ("light", "dark") for width in (1440, 800)]
STAGE = [("light", 1280), ("dark", 1280)]
LONG = 600_000


@contextmanager
def app() -> Iterator[str]:
    """The app over the pictures' own home folder; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    env = {**os.environ, "SECOND_LOOK_HOME": str(HOME)}
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                    break
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=60)


def settle(page: Page) -> None:
    """Until the script of the page has ended, and stays ended, and nothing is a grey place."""
    expect(page.get_by_test_id("stSidebar")).to_be_visible(timeout=LONG)
    for _ in range(2):
        page.wait_for_timeout(500)
        expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=LONG)
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=LONG)
        expect(page.get_by_test_id("stSpinner")).to_have_count(0, timeout=LONG)


def press(page: Page, name: str) -> None:
    """Press the button whose name begins like this."""
    page.get_by_role("button", name=re.compile(f"^(\\w+ )?{name}")).first.click()
    settle(page)


def choose(page: Page, view: str) -> None:
    """Switch to a view of the page."""
    page.get_by_role("radio", name=view, exact=True).click()
    settle(page)


def top(page: Page, text: str) -> None:
    """Scroll so that the element with this text is near the upper edge."""
    page.get_by_text(text, exact=True).first.evaluate(
        "n => n.scrollIntoView({block: 'start', behavior: 'instant'})"
    )
    page.wait_for_timeout(400)


def index() -> None:
    """The sample documents in the pictures' own home folder."""
    if not HOME.exists():
        files = map(str, sorted((ROOT / "samples").glob("*.pdf")))
        env = {**os.environ, "SECOND_LOOK_HOME": str(HOME)}
        subprocess.run(
            [sys.executable, "-m", "core", "index", *files], cwd=ROOT, env=env, check=True
        )


def prepare(page: Page, url: str) -> None:
    """The sample questions, and an evaluation of two configurations."""
    page.goto(f"{url}/Evaluate")
    settle(page)
    choose(page, "Results")
    if page.get_by_text("Dense, reranked").count():
        return
    choose(page, "Questions")
    press(page, "Add ")
    choose(page, "New")
    press(page, "Start")
    expect(page.get_by_text(re.compile("queries|questions")).first).to_be_visible(timeout=LONG)
    stop = page.get_by_role("button", name=re.compile("Stop|Cancel"))
    expect(stop).to_have_count(0, timeout=LONG)
    settle(page)


def compare(page: Page, url: str) -> None:
    """The question asked, both lists there."""
    page.goto(f"{url}/?q={quote(QUESTION)}")
    expect(page.get_by_text("pairs scored")).to_be_visible(timeout=LONG)
    settle(page)


def lists(page: Page, url: str) -> None:
    """Both lists, from their view's switch on."""
    compare(page, url)
    top(page, "Side by side")


def flow(page: Page, url: str) -> None:
    """The flow of all candidates."""
    compare(page, url)
    choose(page, "Flow")
    top(page, "Side by side")


def configurations(page: Page, url: str) -> None:
    """Three configurations beside each other."""
    compare(page, url)
    choose(page, "Configurations")
    page.get_by_text("A third configuration").click()
    settle(page)
    top(page, "Side by side")


def why(page: Page, url: str) -> None:
    """Why the first passage stands first."""
    compare(page, url)
    page.get_by_role("button", name=re.compile("^Why")).first.click()
    expect(page.get_by_text("without each word")).to_be_visible(timeout=LONG)
    settle(page)


def passage(page: Page, url: str) -> None:
    """The page of the first passage, with the passage outlined."""
    compare(page, url)
    page.locator(".column .card").first.get_by_role(
        "button", name=re.compile("page", re.IGNORECASE)
    ).first.click()
    expect(page.get_by_role("dialog").locator("img").first).to_be_visible(timeout=LONG)
    settle(page)


def plain(name: str) -> Callable[[Page, str], None]:
    """A page as it opens."""

    def visit(page: Page, url: str) -> None:
        page.goto(f"{url}/{name}")
        settle(page)

    return visit


def tour(page: Page, url: str) -> None:
    """All probes run."""
    plain("Tour")(page, url)
    if page.locator(".sl-tour").count() == 0:  # else an earlier picture has run them
        press(page, "Run all")
    expect(page.locator(".sl-tour").first).to_be_visible(timeout=LONG)


def depth(page: Page, url: str) -> None:
    """The depth curve of the question."""
    plain("Evaluate")(page, url)
    choose(page, "Depth")
    page.get_by_role("textbox", name="Question").first.fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Cascade", exact=True)).to_be_visible(timeout=LONG)
    settle(page)
    page.wait_for_timeout(1500)


def monitoring(page: Page, url: str) -> None:
    """What the remembered searches say together."""
    plain("History")(page, url)
    choose(page, "Monitoring")


def presented(step: int) -> Callable[[Page, str], None]:
    """A screen of the presenter, from 1."""

    def visit(page: Page, url: str) -> None:
        page.goto(f"{url}/?q={quote(QUESTION)}&present=1")
        expect(page.locator(".stage h1")).to_have_text(QUESTION, timeout=LONG)
        for _ in range(step - 1):
            page.keyboard.press("ArrowRight")
        page.wait_for_timeout(800)

    return visit


SHOTS: dict[str, Callable[[Page, str], None]] = {
    "compare": compare,
    "compare-lists": lists,
    "flow": flow,
    "configurations": configurations,
    "why": why,
    "page": passage,
    "library": plain("Library"),
    "evaluate": plain("Evaluate"),
    "judge": plain("Judge"),
    "tune": plain("Tune"),
    "history": plain("History"),
    "tour": tour,
    "depth": depth,
    "models": plain("Models"),
    "monitoring": monitoring,
    "present2": presented(2),
    "present3": presented(3),
    "present4": presented(4),
}


def shoot(browser: Browser, url: str, name: str, theme: str, width: int) -> None:
    """One picture."""
    height = 720 if width == 1280 else 1000
    context = browser.new_context(
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
        color_scheme="dark" if theme == "dark" else "light",
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    SHOTS[name](page, url)
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    picture = picture.quantize(COLOURS, dither=Image.Dither.NONE)
    picture.save(OUT / f"{name}-{theme}-{width}.png", optimize=True)
    context.close()


def main(names: list[str]) -> None:
    """Make the pictures of these names, or all."""
    index()
    with app() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.set_default_timeout(60_000)
        prepare(page, url)
        page.goto(url)
        expect(page.get_by_text(re.compile("Models ready"))).to_be_visible(timeout=LONG)
        for name in names or SHOTS:
            for theme, width in STAGE if name.startswith("present") else LOOKS:
                try:
                    shoot(browser, url, name, theme, width)
                    said = "made"
                except (Error, AssertionError) as error:
                    said = f"NOT made: {str(error).splitlines()[0]}"
                sys.stdout.write(f"{name}-{theme}-{width}.png {said}\n")
                sys.stdout.flush()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
