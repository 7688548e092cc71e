"""The commands ``receipt`` and ``replay``, with fake models."""

import json

import pytest

from core.cli import main as cli
from core.settings import load_settings
from core.store.opening import open_store
from tests.app.conftest import wait_for_jobs
from tests.made_home import engine_on, storage_at
from tests.made_pdfs import made_pdf

QUESTION = "may I approve my own expense report"
PAGES = ("Reports are approved by the manager.", "You may not approve your own expense report.")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder with one document; every command opens it anew."""
    store = open_store()
    close = store.close
    monkeypatch.setattr(store, "close", lambda: None)

    def opened(settings):
        return engine_on(settings, storage_at(settings.home, store))

    monkeypatch.setattr(cli, "open_engine", opened)
    folder = tmp_path / "home"
    monkeypatch.setenv("SECOND_LOOK_HOME", str(folder))
    add(opened, "policy.pdf", PAGES)
    yield tmp_path, opened
    close()


def add(opened, name, pages):
    """Index a document."""
    engine = opened(load_settings())
    engine.jobs.add(engine.library.collections()[0].id, [(name, made_pdf(*pages))])
    wait_for_jobs(engine)
    engine.close()


def written(folder):
    """The path of a receipt's record."""
    assert cli.main(["receipt", QUESTION, str(folder / "r.html")]) == 0
    return folder / "r.json"


def test_a_fresh_receipt_is_equal(home, capsys):
    """Page and record are written; replay says equal and exits with 0."""
    record = written(home[0])
    assert QUESTION in (home[0] / "r.html").read_text("utf-8")
    assert cli.main(["replay", str(record)]) == 0
    assert capsys.readouterr().out == "equal\n"


def test_a_new_document_makes_it_unequal(home, capsys):
    """What changed in the lists, then why; exit code 1."""
    record = written(home[0])
    add(home[1], "newer.pdf", ["You may approve your own expense report since May."])
    assert cli.main(["replay", str(record)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "not equal"
    assert lines[-1] == "because: The document newer.pdf was added."


def test_a_record_that_was_edited_is_refused(home, capsys):
    """It contradicts itself: an error, exit code 1."""
    record = written(home[0])
    content = json.loads(record.read_text("utf-8"))
    content["comparison"]["reranked"][0]["rank_delta"] += 1
    record.write_text(json.dumps(content), "utf-8")
    assert cli.main(["replay", str(record)]) == 1
    assert "contradicts itself" in capsys.readouterr().err


def test_paths_that_do_not_work_are_named(home, capsys):
    """Reading and writing."""
    assert cli.main(["replay", str(home[0] / "none.json")]) == 1
    assert cli.main(["receipt", QUESTION, str(home[0] / "no" / "r.html")]) == 1
    assert cli.main(["receipt", QUESTION, "r.html", "--collection", "none"]) == 1
    errors = capsys.readouterr().err
    assert "cannot be read" in errors
    assert "cannot be written" in errors
    assert "no collection named" in errors


def test_questions_of_the_command_line_are_remembered(home, monkeypatch, capsys):
    """A search, and an answer with its question, stand in the history."""
    monkeypatch.setattr(cli, "open_engine", home[1])
    assert cli.main(["search", QUESTION]) == 0
    assert cli.main(["answer", "who approves reports"]) == 0
    engine = home[1](load_settings())
    lines = engine.history.lines()
    entry = engine.history.entry(lines[0].id)
    engine.close()
    assert [line.query for line in lines] == ["who approves reports", QUESTION]
    assert [given.stage for given in entry.answers] == ["rerank"]
    assert capsys.readouterr().out
