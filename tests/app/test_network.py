"""The counter of what was sent off this machine."""

from dataclasses import replace

import pytest

from core.settings import LlmSettings, Settings
from pages.ui.network import other_ways
from tests.app.steps import POLICY, answered, ask, healthy
from tests.llm_server import serving


def counter(app):
    """The label of the counter in the sidebar."""
    return next(
        block.proto.popover.label
        for block in app.sidebar.children.values()
        if block.type == "popover"
    )


def test_without_a_language_model_the_counter_says_zero(engine, add_file, open_page):
    """After a document and a question with quotes, on every page."""
    add_file("policy.pdf", POLICY)
    app = ask(healthy(open_page()))
    assert counter(app) == "0 bytes sent off this machine"
    assert counter(healthy(app.switch_page("pages/1_Library.py").run())) == counter(app)


def test_an_answer_of_this_machine_is_listed_and_not_counted(engine, add_file, open_page):
    """The local server's request is a line of the list, with its bytes; the counter stays 0."""
    add_file("policy.pdf", POLICY)
    with serving() as server:
        engine.settings = replace(engine.settings, llm=LlmSettings("test-model", server.url))
        app = answered(ask(open_page(answer_by="test-model")))
        healthy(app.run())  # the sidebar is drawn first: before the answer came, perhaps
        size = int(server.script.requests[0].headers["Content-Length"])
    listed = app.sidebar.dataframe[0].value
    assert list(listed["Bytes"]) == [size]
    assert listed["Why"][0].endswith("(stayed here)")
    assert counter(app) == "0 bytes sent off this machine"


def test_bytes_for_another_machine_are_counted(engine, open_page):
    """1,500 + 2,000 bytes are 3.5 KB."""
    engine.ledger.record("api.openai.com", 1500, "A question")
    engine.ledger.record("api.openai.com", 2000, "A question")
    assert counter(healthy(open_page())) == "3.5 KB sent off this machine"


@pytest.mark.parametrize(
    ("url", "told"),
    [("", 0), ("http://localhost:6333", 0), ("https://user:word@q.example:6333", 1)],
)
def test_a_store_elsewhere_is_named(url, told):
    """A Qdrant server on another machine is said beside the counter, without its password."""
    ways = other_ways(Settings(qdrant_url=url))
    assert len(ways) == told
    assert "word" not in "".join(ways)
