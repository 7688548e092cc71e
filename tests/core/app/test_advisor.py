"""The app finds out by itself which search is best, waits for people, and keeps what it found."""

import threading
import time
from contextlib import closing

import pytest

from core.app import advisor as module
from core.errors import NotFound, SecondLookError
from core.evaluate.advising import ALONE, FEWEST_MADE
from tests.core.app.made_engine import add, make_engine
from tests.core.evaluate.questions.rules import rules

PAGES = tuple(rules(seed, 8) for seed in range(70))
SECONDS = 200


def wait_for(holds):
    """Until it holds."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def quick(monkeypatch):
    """Nobody waits for the quiet that a person needs."""
    monkeypatch.setattr(module, "_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(module, "QUIET_SECONDS", 0.01)


def test_it_is_found_out_once_kept_and_dismissed(tmp_path):
    """After a restart too; a deleted collection takes it along."""
    with closing(make_engine(tmp_path)) as engine:
        collection, _ = add(engine, pages=PAGES)
        engine.models.wait()
        assert engine.advisor.advice(collection.id) is None
        found = engine.advisor.measure(collection.id, lambda *_: None)
        assert found.questions >= FEWEST_MADE
        assert {d.base for d in found.compared} == {ALONE}
        assert engine.advisor.advice(collection.id) == found
        engine.advisor.dismiss(collection.id)
    with closing(make_engine(tmp_path)) as engine:
        engine.models.wait()
        assert engine.advisor.advice(collection.id).dismissed
        add(engine, "other.pdf", pages=PAGES[:3])
        assert engine.advisor.advice(collection.id) is None, "half of the documents are new"
        engine.delete_collection(collection.id)
        with pytest.raises(NotFound):
            engine.advisor.advice(collection.id) or engine.advisor.measure(collection.id, print)


def test_in_the_background_it_waits_for_jobs_and_for_people(tmp_path, quick):
    """Between two of its questions too."""
    with closing(make_engine(tmp_path)) as engine:
        collection, _ = add(engine, pages=PAGES)
        engine.models.wait()
        busy = threading.Event()
        busy.set()
        engine.advisor.watch(lambda: None, busy.is_set)
        time.sleep(0.3)
        assert engine.advisor.advice(collection.id) is None
        busy.clear()
        wait_for(lambda: engine.advisor.advice(collection.id) is not None)


def test_while_somebody_searches_no_question_is_asked(tmp_path, quick, monkeypatch):
    """It stands still between two questions, and goes on with what it had at the next start."""
    with closing(make_engine(tmp_path)) as engine:
        collection, _ = add(engine, pages=PAGES)
        engine.models.wait()
        asked = []

        def somebody_comes():
            asked.append(1)
            return len(asked) < 20

        monkeypatch.setattr(engine.models.scheduler, "nobody_searches", somebody_comes)
        engine.advisor.watch(lambda: None, lambda: False)
        wait_for(lambda: len(asked) > 21)
        there = engine.judgments.database.rows("SELECT count(*) FROM rankings")[0][0]
        assert 0 < there < 20
        assert engine.advisor.advice(collection.id) is None
    with closing(make_engine(tmp_path)) as engine:
        engine.models.wait()
        engine.advisor.watch(lambda: None, lambda: False)
        wait_for(lambda: engine.advisor.advice(collection.id) is not None)


def test_what_fails_is_tried_once(tmp_path, quick, monkeypatch, caplog):
    """Until the documents change: nobody wants the same warning every three seconds."""
    with closing(make_engine(tmp_path)) as engine:
        add(engine, pages=PAGES)
        engine.models.wait()
        tried = []

        def fail(*_):
            tried.append(1)
            raise SecondLookError("No.")

        monkeypatch.setattr(engine.advisor, "measure", fail)
        engine.advisor.watch(lambda: None, lambda: False)
        wait_for(lambda: "could not be found out: No." in caplog.text)
        time.sleep(0.1)
        assert tried == [1]
