"""Indexing goes on whatever a person clicks, and a folder in use is named in the page."""

import logging
import random
import time
from threading import Event

import streamlit as st

from core.home.lock import HomeLock
from tests.app.conftest import wait_for_jobs
from tests.made_pdfs import made_pdf, sentences

log = logging.getLogger(__name__)
LIBRARY, COMPARE = "pages/1_Library.py", "app.py"
CLICKS = 50
HARMFUL = ("cancel", "delete", "clear", "remove", "replace")


def click(app, open_page, draw):
    """Anything a person may do, except to stop the job or delete."""
    what = draw.choice(["rerun", "page", "tab", "button"])
    if what == "tab":  # the old one is closed: its session is never heard of again
        return open_page(draw.choice([LIBRARY, ""]))
    if what == "page":
        return app.switch_page(draw.choice([LIBRARY, COMPARE])).run()
    here = (b for b in app.button if not b.disabled)
    buttons = [b for b in here if not any(word in str(b.key) for word in HARMFUL)]
    if what == "button" and buttons:
        return draw.choice(buttons).click().run()
    return app.run()


def test_fifty_clicks_and_closed_tabs_during_indexing(engine, open_page, monkeypatch):
    """Every click falls into the indexing; the file is indexed once, whole."""
    clicked, upsert = Event(), engine.storage.store.upsert

    def late(*chunks: object) -> None:
        clicked.wait(200)
        upsert(*chunks)

    monkeypatch.setattr(engine.storage.store, "upsert", late)
    seed = random.randrange(2**32)
    log.info("seed %d", seed)
    draw = random.Random(seed)
    pages = [sentences(f"topic {number}", 30) for number in range(10)]
    collection = engine.library.collections()[0].id
    (job,) = engine.jobs.add(collection, [("long.pdf", made_pdf(*pages))])
    app = open_page(LIBRARY)
    for _ in range(CLICKS):
        app = click(app, open_page, draw)
        assert not app.exception, app.exception[0].stack_trace
        assert engine.jobs.busy()
    clicked.set()
    wait_for_jobs(engine)
    ended = [found for found in engine.jobs.snapshot() if found.name == "long.pdf"]
    assert [(found.id, found.status) for found in ended] == [(job.id, "indexed")]
    (document,) = (d for d in engine.library.documents(collection) if d.name == "long.pdf")
    assert (
        len(engine.corpora.chunks(collection, document.id))
        == document.chunks
        == ended[0].progress.chunks
    )


def test_a_folder_in_use_is_named_at_once(tmp_path, open_page, monkeypatch):
    """The page says it and offers to try again; nothing is loaded behind it."""
    st.cache_resource.clear()
    monkeypatch.setenv("SECOND_LOOK_HOME", str(tmp_path))
    lock = HomeLock(tmp_path)
    open_page()  # imports, which a running server has made already
    begun = time.process_time()
    app = open_page()
    seconds = time.process_time() - begun
    lock.close()
    assert seconds < 2.0
    assert not app.exception
    assert "Another Second Look is using this home folder" in app.error[0].value
    assert [button.label for button in app.button] == ["Try again"]
    st.cache_resource.clear()
