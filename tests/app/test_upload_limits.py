"""What a session may add has an end, and the page says so."""

import pytest

from core.ingest.jobs.queue import Allowance
from core.settings import Limits
from tests.app.steps import TRAVEL, click, healthy, names, shown, upload


def words(app):
    """What the page says, without the marks that keep it from being Markdown."""
    return shown(app).replace("\\", "")


@pytest.fixture
def full(engine, monkeypatch):
    """An engine whose sessions may add nothing more."""
    monkeypatch.setattr(engine.jobs, "_allowance", Allowance(Limits(session_mb=0)))
    return engine


def test_a_session_that_gave_too_much_is_told_so_once(full, open_page):
    """The message names limit and setting, nothing is queued, and the uploader is empty again."""
    app = upload(open_page("pages/1_Library.py"), ("travel.pdf", TRAVEL))
    assert "above the limit of 0 MB" in words(app)
    assert "SECOND_LOOK_MAX_SESSION_MB" in words(app)
    assert full.jobs.snapshot() == []
    assert not app.file_uploader[0].value
    assert "above the limit" not in words(healthy(app.run()))
    assert names(full) == []


def test_samples_that_are_too_much_are_an_error_in_words(engine, open_page, monkeypatch):
    """The button's callback raises nothing in the page."""
    monkeypatch.setattr(engine.jobs, "_allowance", Allowance(Limits(library_mb=0)))
    app = click(open_page("pages/1_Library.py"), "add-samples")
    assert "SECOND_LOOK_MAX_LIBRARY_MB" in words(app)
    assert engine.jobs.snapshot() == []
