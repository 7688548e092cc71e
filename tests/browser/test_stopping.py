"""Stopping the server while a model computes in the background: a clean end, nothing half done."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.models.runtime_selection.kept import selections
from tests.browser.conftest import ROOT, command, free_port, wait_until_healthy
from tests.browser.steps import PATIENCE_MS

pytestmark = [pytest.mark.browser, pytest.mark.model]

SCRIPT = """
import time
import streamlit as st
from core.models.runtime_selection import measuring
from pages.ui import resources

measuring.IDLE_SECONDS = 0.0
models = resources.engine().models
models.wait()
while not models.measuring.locked():
    time.sleep(0.01)
st.write("Measuring now")
"""


def test_the_server_stops_while_runtimes_are_measured(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The measurement ends between two model calls, and the next start begins it anew."""
    home, log = tmp_path / "home", tmp_path / "server.log"
    script = tmp_path / "measured.py"
    script.write_text(SCRIPT, "utf-8")
    for name, value in {
        "SECOND_LOOK_HOME": str(home),
        "SECOND_LOOK_MEASURE": "on",
        "SECOND_LOOK_RUNTIME": "auto",
        "PYTHONPATH": str(ROOT),
    }.items():
        monkeypatch.setenv(name, value)
    port = free_port()
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command(script, port), cwd=ROOT, stdout=output, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}", process, log)
            page.goto(f"http://127.0.0.1:{port}")
            expect(page.get_by_text("Measuring now")).to_be_visible()
            process.terminate()
            status = process.wait(timeout=PATIENCE_MS / 1000)
        finally:
            process.kill()
    said = log.read_text("utf-8")
    assert (status, "terminate called" in said, "Traceback" in said) == (0, False, False), said
    assert list(home.glob("runtimes/**/*.part")) == []
    assert not any(selection.results for selection in selections(home))
