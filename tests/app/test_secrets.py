"""A canary key goes through every failure of the language model and comes out nowhere."""

import logging
import traceback
from dataclasses import replace

import pytest

from core.answer.llm import OpenAiCompatible, Patience
from core.answer.prompt import build_messages
from core.schema import SearchSettings
from core.serialize import to_json
from core.settings import LlmSettings
from tests.app.steps import QUESTION, answered, ask
from tests.llm_server import SCENARIOS, serving

CANARY = "sk-canary-77e0b1d2"
SLOW = {"hang", "stall", "drip"}


def configured(engine, url, seconds):
    """Ask the server at ``url`` with the canary, for so many seconds at most."""
    llm = LlmSettings("test-model", url, CANARY, timeout_seconds=seconds)
    engine.settings = replace(engine.settings, llm=llm)


def written_to(home):
    """Everything that is kept in the home folder."""
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_the_key_comes_out_nowhere(scenario, filled, open_page, tmp_path, caplog, capfd):
    """Not in the page, the session, logs, output, the answer's JSON, the home folder, or repr."""
    caplog.set_level(logging.DEBUG)
    with serving(scenario) as server:
        configured(filled, server.url, 1.0 if scenario in SLOW else 20.0)
        app = answered(ask(open_page(answer_by="test-model")))
        sent = {name.lower(): value for name, value in server.script.requests[0].headers.items()}
    assert sent["authorization"] == f"Bearer {CANARY}"
    (job,) = app.session_state["answer_jobs"].values()
    answer, error = job.stream.answer, job.stream.error
    shown = [repr(getattr(element, "proto", "")) for element in app]
    kept = [to_json(answer), repr(answer), repr(filled.settings), repr(app.session_state)]
    kept += traceback.format_exception(error) if error else []
    printed = capfd.readouterr()
    everything = "\n".join([*shown, *kept, caplog.text, printed.out, printed.err])
    assert QUESTION in everything
    assert CANARY not in everything
    assert CANARY.encode() not in written_to(tmp_path)


@pytest.mark.parametrize("scenario", ["unauthorized", "echo_key", "hang", "cut", "malformed"])
def test_the_key_is_not_in_what_a_crash_would_print(scenario, filled):
    """Even a traceback with the values of all local names holds no key of ours."""
    collection = filled.library.collections()[0].id
    comparison = filled.searcher.compare(collection, QUESTION, SearchSettings(10, 3))
    chunks = [item.chunk for item in comparison.reranked]
    with serving(scenario) as server:
        settings = LlmSettings("test-model", server.url, CANARY)
        model = OpenAiCompatible(settings, Patience(1.0, 1.0, 1.0))
        stream = model.stream(build_messages(QUESTION, chunks))
        with pytest.raises(Exception, match=r".") as caught:
            list(stream)
    report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert CANARY not in "".join(report.format())


def test_the_prompt_holds_no_secret(filled):
    """What a model could be talked into repeating: rules that are public, and the passages."""
    configured(filled, "http://127.0.0.1:9/v1", 1.0)
    collection = filled.library.collections()[0].id
    comparison = filled.searcher.compare(collection, QUESTION, SearchSettings(10, 3))
    chunks = [item.chunk for item in comparison.reranked]
    messages = build_messages(QUESTION, chunks)
    sent = "".join(message["content"] for message in messages)
    assert CANARY not in sent
    assert str(filled.settings.home) not in sent
    assert messages == build_messages(QUESTION, chunks)
