"""A Streamlit server on a free port, and a Chromium page to look at it."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.sample_site import make_site
from tests.browser.steps import PATIENCE_MS, new_page

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
StreamlitServer = Callable[..., str]
Demo = Callable[..., str]

# What a test waits for may come late: the machine may do much else. No test sets another time.
expect.set_options(timeout=PATIENCE_MS)


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def command(script: str | Path, port: int) -> list[str]:
    """What starts a server for this script."""
    options = {
        "server.headless": "true",
        "server.port": str(port),
        "server.address": "127.0.0.1",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [sys.executable, "-m", "streamlit", "run", str(script), *flags]


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as reply:
            return reply.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers; fails with its log when it does not."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not _healthy(url):
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"The Streamlit server did not start:\n{log.read_text('utf-8')}")
        time.sleep(0.1)


@pytest.fixture(scope="session")
def streamlit_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StreamlitServer]:
    """Starts ``script`` (a path, relative to the checkout or absolute) and gives its URL.

    ``env`` is laid over this process's environment. Servers live until the session ends; the
    same script with the same ``env`` is started once.
    """
    running: dict[tuple[str, tuple[tuple[str, str], ...]], tuple[str, subprocess.Popen[bytes]]] = {}

    def start(script: str | Path, env: Mapping[str, str] | None = None) -> str:
        key = (str(script), tuple(sorted((env or {}).items())))
        if key not in running:
            url = f"http://127.0.0.1:{(port := free_port())}"
            log = tmp_path_factory.mktemp("streamlit") / "server.log"
            with log.open("wb") as output:
                process = subprocess.Popen(
                    command(script, port),
                    cwd=ROOT,
                    env={**os.environ, **(env or {})},
                    stdout=output,
                    stderr=subprocess.STDOUT,
                )
            running[key] = (url, process)
            wait_until_healthy(url, process, log)
        return running[key][0]

    yield start
    for _, process in running.values():
        process.terminate()
    for _, process in running.values():
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def demo(streamlit_server: StreamlitServer) -> Demo:
    """The address of a page with one component alone: its name in ``demo.py``, and options."""

    def address(part: str, **options: object) -> str:
        return (
            f"{streamlit_server('tests/browser/demo.py')}/?{urlencode({'part': part, **options})}"
        )

    return address


@pytest.fixture(scope="session")
def sample_site(streamlit_server: StreamlitServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of all pages over the sample documents, with fake models; one for the session."""
    folder = tmp_path_factory.mktemp("samples")
    home = {"SECOND_LOOK_HOME": str(folder / "home")}
    return streamlit_server(make_site(folder / "site"), env=home)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all browser tests."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"There is no Chromium at {CHROMIUM}; set CHROMIUM to its path.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page of 1440 x 900 in a context of its own, without animations."""
    page = new_page(browser)
    yield page
    page.context.close()
