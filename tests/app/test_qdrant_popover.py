"""From a Qdrant collection, on Library: asked after a click alone, read, and on the left."""

import pytest

from core.store import qdrant_source
from pages.ui import state
from tests.app.conftest import wait_for_jobs
from tests.app.steps import ask, click, healthy, names, shown
from tests.qdrant_server import QdrantServer
from tests.source_collections import ASKED, fill, params


@pytest.fixture
def server():
    """A small server with two collections, one of them without texts."""
    made = QdrantServer()
    fill(made, "rules", {"v": params(), "w": params(8)}, wrapped=("v",))
    fill(made, "numbers", params(), {1: {"number": 1}})
    yield made
    made.stop()


def typed(app, url, key=""):
    """The page with an address and a key, before anything is asked."""
    app = healthy(app.text_input(key=state.QDRANT_URL).input(url).run())
    return healthy(app.text_input(key=state.QDRANT_KEY).input(key).run())


def test_nothing_is_asked_before_a_click(engine, open_page, server):
    """Typing an address, or opening the page again, reaches nobody."""
    asked = server.requests
    app = typed(open_page("pages/1_Library.py"), server.url, "a-key")
    app = healthy(app.run())
    assert server.requests == asked
    assert not [box for box in app.selectbox if box.key == state.QDRANT_COLLECTION]


def test_its_list_is_read_and_stands_on_the_left(engine, open_page, server):
    """A preview, the paths of texts, and the import; again it takes the place of the older one."""
    app = click(typed(open_page("pages/1_Library.py"), server.url), state.QDRANT_CONNECT)
    app = healthy(app.selectbox(key=state.QDRANT_COLLECTION).select("numbers").run())
    assert "have no text" in shown(app)
    app = healthy(app.selectbox(key=state.QDRANT_COLLECTION).select("rules").run())
    assert "3 points, vectors: v (64), w (8)" in shown(app).replace("\\", "")
    assert len([code for code in app.code if "metadata" in code.value]) == 3
    assert app.selectbox(key=state.QDRANT_TEXT).options == ["metadata.text", "metadata.title"]
    requests = server.requests
    app = healthy(app.run())
    assert server.requests == requests
    encoder = engine.model_manager.spec("encoder").name
    app = healthy(app.selectbox(key=state.QDRANT_ENCODER).select(encoder).run())
    app = healthy(app.text_area(key=state.QDRANT_QUESTIONS).input(f"{ASKED}\n").run())
    for _ in range(2):
        app = click(app, state.QDRANT_IMPORT)
        wait_for_jobs(engine)
        assert names(engine) == [f"rules ({server.url.removeprefix('http://')}).jsonl"]
    assert engine.ledger.sent_off() == 0 < len(engine.ledger.entries())
    compare = ask(healthy(open_page()), ASKED)
    assert compare.session_state["ask-kind"] == "given"
    assert "another engine's list" in shown(compare).replace("\\", "")


def test_errors_stay_in_the_popover_and_a_key_with_its_host(engine, open_page, server, monkeypatch):
    """What was typed is to be checked; the key of one host is not sent to another one."""
    keys = []
    usual = qdrant_source.QdrantSource.__init__

    def noted(self, url, key="", record=None):
        keys.append((url, key))
        usual(self, url, key, record)

    monkeypatch.setattr(qdrant_source.QdrantSource, "__init__", noted)
    server.sulk("refusing")
    app = click(typed(open_page("pages/1_Library.py"), server.url, "a-key"), state.QDRANT_CONNECT)
    assert "Check the API key" in shown(app)
    server.stop()
    app = click(app, state.QDRANT_CONNECT)
    assert "Check the address" in shown(app)
    app = healthy(app.text_input(key=state.QDRANT_URL).input("http://127.0.0.1:1").run())
    assert app.text_input(key=state.QDRANT_KEY).value == ""
    app = click(app, state.QDRANT_CONNECT)
    assert keys == [(server.url, "a-key")] * 2 + [("http://127.0.0.1:1", "")]
    assert names(engine) == []
