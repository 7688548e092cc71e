"""From Enter to the left list and to the right list, in the browser: our page, and a plain one."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.measuring import PLAIN, ROOT, Cost, Costs, Race, Unavailable
from core.samples import SAMPLES, sample_questions

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or ""
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
PATIENCE_MS = 120_000
LEFT, RIGHT = "page: Enter to the left list", "page: Enter to the right list"
REST = "page: Enter to a page at rest"
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'


def races(_: Path | None) -> Iterator[tuple[str, Race]]:
    """One race; both sides have the sample documents, and each question is new to them."""
    name = "page: Enter to both lists"
    missing = _missing()
    if missing:
        yield name, Race(_Refusing(missing), {})
        return
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - not always there

    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        home, index = Path(folder) / "home", Path(folder) / "plain.npz"
        samples = sorted(map(str, SAMPLES.glob("*.pdf")))
        for words in (
            ["core", "--home", str(home), "index", *samples],
            ["benchmarks.plain", "index", str(index), *samples],
        ):
            subprocess.run(
                [sys.executable, "-m", *words], cwd=ROOT, check=True, capture_output=True
            )
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        settings = {"SECOND_LOOK_HOME": str(home), "SECOND_LOOK_MEASURE": "off"}
        with (
            server("app.py", settings) as ours,
            server("benchmarks/plain_page.py", {"PLAIN_INDEX": str(index)}) as plain,
        ):
            right = '.look:not(.waiting) .column[data-side="1"] .card'  # in its final order
            lists = ('.column[data-side="0"] .card', right)
            our_side = Asking(chromium, *ours, "Ask your documents", lists)
            their_side = Asking(chromium, *plain, "Question", (".st-key-left p", ".st-key-right p"))
            yield name, Race(our_side, {PLAIN: their_side}, {RIGHT: 2.0})
        chromium.close()


def _missing() -> str:
    if find_spec("playwright") is None:
        return "Playwright is not installed; `make bench` installs it"
    return "" if CHROMIUM else "there is no Chromium; set CHROMIUM to its path"


@dataclass(frozen=True, slots=True)
class _Refusing:
    why: str

    def __call__(self) -> Costs:
        raise Unavailable(self.why)


@dataclass(frozen=True, slots=True)
class Asking:
    """A side: opens the page anew, types the next question, waits for both lists and the end.

    ``lists`` are the selectors of a first passage of the left list and of the right one.
    """

    browser: Browser
    url: str
    server: int
    label: str
    lists: tuple[str, str]
    questions: Iterator[str] = field(
        default_factory=lambda: itertools.cycle(question.text for question in sample_questions())
    )

    def __call__(self) -> Costs:
        """Seconds by the clock from Enter on, and of the server's processors meanwhile."""
        page = self.browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        try:
            return self._asked(page)
        finally:
            page.close()

    def _asked(self, page: Page) -> Costs:
        page.goto(self.url)
        page.get_by_label(self.label).fill(next(self.questions))
        page.locator(IDLE).wait_for(state="attached")
        clock, processor = time.perf_counter(), processor_seconds(self.server)
        page.keyboard.press("Enter")
        costs = {}
        for name, selector in zip((LEFT, RIGHT, REST), (*self.lists, IDLE), strict=True):
            page.locator(selector).first.wait_for()
            now = time.perf_counter()
            costs[name] = Cost(processor_seconds(self.server) - processor, now - clock)
        return costs


def processor_seconds(process: int) -> float:
    """Seconds that a process and the ended ones that it started have computed.

    Raises:
        Unavailable: this system does not say.
    """
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        raise Unavailable(
            "processor time of a server is read from /proc, which is not here"
        ) from None
    ticks = text.rpartition(")")[2].split()[11:15]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def server(script: str, settings: dict[str, str]) -> Iterator[tuple[str, int]]:
    """A Streamlit server; its address and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", script]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait(url: str) -> None:
    for _ in range(1200):
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise Unavailable("the server did not start within two minutes")
