"""The MCP server, asked by the SDK's own client; over stdio it is asked in tests/golden."""

import json
import math
from dataclasses import replace

import pytest
from mcp.client.client import Client
from mcp_types import CallToolResult

from core.app.engine import open_engine
from core.errors import StoreLocked
from core.integrations import mcp
from core.integrations.asking import passage_facts
from core.integrations.mcp import HeldEngine, mcp_server
from core.learn.fits import Tuning
from core.schema import Chunking, SearchSettings
from tests import own_loop
from tests.core.app.made_engine import QUESTION, add, make_engine
from tests.core.learn.fitted import LEARNED
from tests.fakes import open_fakes
from tests.made_home import settings_of, wait_until

ASKED = {"question": QUESTION}
TOOLS = ("list_collections", "list_documents", "search", "compare", "answer")


@pytest.fixture
def engine(tmp_path):
    """One document in the first collection, none in the second."""
    made = make_engine(tmp_path)
    add(made)
    made.library.create_collection("Empty", Chunking())
    yield made
    made.close()


def called(engine, *calls, mode="auto") -> list[CallToolResult]:
    """What the client gets for these calls, each a tool and its arguments."""

    async def call_all():
        async with Client(mcp_server(HeldEngine(lambda: engine)), mode=mode) as client:
            return [await client.call_tool(name, given) for name, given in calls]

    return own_loop.run(call_all())


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_tools_describe_themselves(engine, mode):
    """Both ways to begin; each tool only reads, takes nothing unknown, and says what it returns."""

    async def described():
        async with Client(mcp_server(HeldEngine(lambda: engine)), mode=mode) as client:
            return client.protocol_version, (await client.list_tools()).tools

    version, tools = own_loop.run(described())
    assert version == {"legacy": "2025-11-25", "auto": "2026-07-28"}[mode]
    assert tuple(tool.name for tool in tools) == TOOLS
    for tool in tools:
        assert tool.description
        assert tool.annotations.read_only_hint
        assert tool.input_schema["additionalProperties"] is False
        assert "message" in tool.output_schema["required"]


def test_results_are_what_a_search_gives(engine):
    """The same passages and facts, as structured content and as JSON text; each search is kept."""
    collection = engine.library.collections()[0]
    Tuning(engine.settings.home).adopt(collection.id, LEARNED)
    every, documents, search, compare, answer = called(
        engine,
        ("list_collections", {}),
        ("list_documents", {"collection": collection.name}),
        ("search", {**ASKED, "top_n": 1, "documents": ["policy.pdf"]}),
        ("compare", ASKED),
        ("answer", ASKED),
    )
    assert engine.history.count() == 3
    assert [c["name"] for c in every.structured_content["collections"]] == ["My documents", "Empty"]
    (document,) = documents.structured_content["documents"]
    assert (document["name"], document["pages"]) == ("policy.pdf", 2)
    shown = engine.searcher.compare(collection.id, QUESTION, SearchSettings()).reranked
    facts = {**passage_facts(shown[0]), "text": shown[0].chunk.text}
    assert search.structured_content["passages"] == [facts]
    assert compare.structured_content["passages"][0] == facts
    assert len(compare.structured_content["without_reranking"]) == len(shown)
    assert answer.structured_content["state"] == "answered"
    cited = answer.structured_content["citations"][0]
    assert (cited["number"], cited["quote"] in shown[0].chunk.text) == (1, True)
    for result in every, documents, search, compare, answer:
        assert json.loads(result.content[0].text) == result.structured_content
        assert result.structured_content["message"]


@pytest.mark.parametrize(
    ("tool", "field"),
    [("list_documents", "documents"), ("search", "passages"), ("compare", "passages"),
     ("answer", "citations")],
)  # fmt: skip
def test_nothing_is_said_in_a_sentence(engine, tool, field):
    """An empty list alone reads like a failure."""
    given = {"collection": "Empty"} | ({} if tool == "list_documents" else ASKED)
    (result,) = called(engine, (tool, given))
    assert not result.is_error
    assert result.structured_content[field] == []
    assert result.structured_content["message"].endswith(".")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"question": "  "}, "The question is empty. Type a question."),
        ({**ASKED, "collection": "other"}, "There is no collection named 'other'."),
        ({**ASKED, "documents": ["a.pdf"]}, "It has: policy.pdf."),
        ({**ASKED, "top_k": 0}, "outside 1 to 1000"),
        ({**ASKED, "top_n": "many"}, "top_n"),
        ({**ASKED, "limit": 3}, "limit"),
        ({}, "question"),
    ],
)
@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_a_refusal_has_its_reason(engine, given, reason, mode):
    """The assistant reads it and asks better; nothing is dropped without a word."""
    (result,) = called(engine, ("search", given), mode=mode)
    assert result.is_error
    assert reason in result.content[0].text


def test_an_error_of_others_is_an_error_too(engine, monkeypatch):
    """The assistant hears that it failed; what it was stays in the log of the server."""
    monkeypatch.setattr(mcp, "ask", lambda *_: 1 / 0)
    (result,) = called(engine, ("search", ASKED))
    assert result.is_error
    assert "ZeroDivisionError" not in result.content[0].text


def test_no_number_that_json_lacks(engine):
    """NaN and infinity are None."""
    collection = engine.library.collections()[0]
    item = engine.searcher.compare(collection.id, QUESTION, SearchSettings()).reranked[0]
    facts = passage_facts(replace(item, logit=math.nan, relevance=math.inf))
    assert facts["score"] is facts["relevance_score"] is None


def test_the_home_folder_is_given_back(tmp_path, monkeypatch):
    """Opened by the first call, closed when none came for a while; a taken one says so."""
    open_fakes(monkeypatch)
    settings = settings_of(tmp_path)
    held = HeldEngine(lambda: open_engine(settings), idle_seconds=0.05)
    with held.engine() as engine:
        held.close()  # somebody uses it
        assert engine.library.collections()

    def free():
        try:
            return open_engine(settings)
        except StoreLocked:
            return None

    opened = []
    wait_until(lambda: opened.append(free()) or opened[-1])
    with pytest.raises(StoreLocked), held.engine():
        pass
    opened[-1].close()
    with held.engine():
        pass
    held.close()
    free().close()
