"""The OpenAI-compatible endpoint, against a local server that fails in every way."""

import asyncio
import inspect
import logging
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from unittest.mock import Mock

import httpx2
import openai
import pytest

from core.answer.llm import OpenAiCompatible, Patience, check_end
from core.answer.llm_errors import KINDS, ChatEndpoint, caught, kind_of, retry_seconds, translate
from core.answer.prompt import build_messages
from core.errors import LanguageModelError, StoreError
from core.settings import LlmSettings
from tests.core.answer.builders import policy
from tests.llm_server import SCENARIOS, LlmServer, serving
from tests.made_home import at_once

KEY = "sk-canary-5f1d0c"
MESSAGES = build_messages("Who approves?", policy())
FAULTS = {
    "unauthorized": "unauthorized",
    "forbidden": "unauthorized",
    "not_found": "not_found",
    "timeout_status": "timeout",
    "rate_limited": "rate_limited",
    "too_long": "rejected",
    "server_error": "server_error",
    "loading": "server_error",
    "redirect": "rejected",
    "echo_key": "rejected",
    "cut": "cut",
    "cut_quietly": "cut",
    "length": "cut",
    "filtered": "rejected",
    "hang": "timeout",
    "stall": "timeout",
    "drip": "timeout",
    "malformed": "malformed",
    "strange": "malformed",
    "mid_error": "server_error",
    "page": "malformed",
    "empty": "empty",
}
KEEPS_TEXT = {"cut", "cut_quietly", "length", "filtered", "stall", "drip", "mid_error"}
SOON = 60.0  # half of what the server hangs
SECOND_TRY = {"own_temperature", "blunt_temperature", "no_system"}
ODD = SECOND_TRY | {"always_a_reason", "never_closed", "in_parts"}
FINE = {"normal", "abstain", "obedient"} | ODD
WHOLE = (
    "The documents say: Managers approve travel expenses within five days You [1]. "
    "The documents say: Self-approval of expense reports is strictly forbidden Ask [2]."
)


@pytest.fixture(scope="module", autouse=True)
def _libraries():
    """Load openai once, so that no test waits for the import."""
    caught()


def model_at(server: LlmServer, key: str = KEY, whole: float = 5.0) -> OpenAiCompatible:
    """A client of the test server with little patience."""
    settings = LlmSettings("test", server.url, key, timeout_seconds=whole)
    return OpenAiCompatible(settings, Patience(connect=2.0, between=whole / 2, whole=whole))


def collect(stream, into):
    """Every piece, also when an error follows."""
    for piece in stream:
        into.append(piece)


def failure(model):
    """The error of a stream, and the text that came before it."""
    pieces: list[str] = []
    with pytest.raises(LanguageModelError) as caught_error:
        collect(model.stream(MESSAGES), pieces)
    return caught_error.value, "".join(pieces)


def test_every_scenario_is_tested():
    """A scenario that is added to the server is decided on here."""
    assert set(SCENARIOS) == FAULTS.keys() | FINE


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_nothing_of_a_reply_is_left_to_the_garbage_collector(scenario, monkeypatch):
    """When the event loop ends, every generator that read the reply has ended too."""
    left: list[str] = []
    shutdown = asyncio.BaseEventLoop.shutdown_asyncgens

    async def look(loop: asyncio.BaseEventLoop) -> None:
        readers = [reader for reader in loop._asyncgens if reader.ag_frame is not None]
        left.extend(reader.__qualname__ for reader in readers)
        await shutdown(loop)

    monkeypatch.setattr(asyncio.BaseEventLoop, "shutdown_asyncgens", look)
    with serving(scenario) as server:
        with suppress(LanguageModelError):
            list(model_at(server, whole=1.0).stream(MESSAGES))
        partly = model_at(server, whole=1.0).stream(MESSAGES)
        with suppress(LanguageModelError):
            next(partly)
        partly.close()
    assert left == []


def test_a_normal_answer_arrives_in_pieces():
    """The words come as the server sends them, and cite the passages it received."""
    with serving() as server:
        pieces = [piece for piece in model_at(server).stream(MESSAGES) if piece]
    assert len(pieces) > 10
    assert "".join(pieces) == WHOLE


def test_what_is_sent(monkeypatch):
    """Exactly the shown messages, the configured key, and nothing from the environment."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-host")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-admin")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-secret")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Leak: yes\nAuthorization: Bearer sk-other")
    with serving() as server:
        list(model_at(server).stream(MESSAGES))
    (request,) = server.script.requests
    assert request.body == {"model": "test", "messages": MESSAGES, "stream": True, "temperature": 0}
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert headers["authorization"] == f"Bearer {KEY}"
    sent = {"host", "accept", "accept-encoding", "authorization", "connection", "user-agent"}
    assert headers.keys() == sent | {"content-length", "content-type"}


def test_no_key_sends_a_placeholder(monkeypatch):
    """A local server gets no key, and never the key of another host."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-host")
    with serving() as server:
        list(model_at(server, key="").stream(MESSAGES))
    assert _header(server.script.requests[0], "authorization") == "Bearer none"


@pytest.mark.parametrize("scenario", sorted(ODD))
def test_an_answer_is_whole_whatever_the_habits_of_its_server(scenario):
    """Refused parts of the request are left out; reasons on every event, no end, parts."""
    with serving(scenario) as server:
        assert "".join(model_at(server, whole=20.0).stream(MESSAGES)) == WHOLE
        first, *more = (request.body for request in server.script.requests)
    assert len(more) == (scenario in SECOND_TRY)
    assert first["temperature"] == 0
    if scenario == "no_system":
        told = [message["content"] for message in MESSAGES]
        assert more[0]["messages"] == [{"role": "user", "content": "\n\n".join(told)}]
    elif more:
        assert "temperature" not in more[0]
        assert more[0]["messages"] == MESSAGES


@pytest.mark.parametrize(
    ("reason", "code"),
    [(reason, "cut") for reason in ("length", "max_tokens", "MAX_TOKENS", "model_length", "")]
    + [(reason, "rejected") for reason in ("content_filter", "SAFETY", "refusal")]
    + [("error", "server_error"), ("stop", ""), ("STOP", ""), ("end_turn", ""), ("eos", "")],
)
def test_the_reason_for_the_end_in_any_spelling(reason, code):
    """Only an answer that its model ended is whole."""
    with pytest.raises(LanguageModelError) if code else nullcontext() as error:
        check_end(reason, 3, ChatEndpoint("host", "m", 5.0), "text/event-stream")
    assert not code or error.value.code == code


@pytest.mark.parametrize(
    "body",
    [
        {"message": "too many passages", "type": "x"},
        "too many passages",
        [{"error": {"code": 400, "message": "too many passages"}}],
        {"detail": "too many passages"},
        {"detail": [{"loc": ["body"], "msg": "too many passages"}]},
        {"object": "error", "message": {"detail": [{"msg": "too many passages"}]}},
    ],
)
def test_a_refusal_is_told_in_the_servers_own_words(body):
    """Wherever OpenAI, LM Studio, Gemini, FastAPI, vLLM and Mistral put them."""
    response = httpx2.Response(400, request=httpx2.Request("POST", "http://host"))
    exc = openai.BadRequestError("Error code: 400", response=response, body=body)
    error = translate(exc, ChatEndpoint("host", "m", 5.0), started=False)
    assert error.message == "host rejected the request. It says: too many passages"


@pytest.mark.parametrize("scenario", FAULTS)
def test_every_fault_has_its_code_and_keeps_the_key(scenario, caplog):
    """The right code, words for a person, the text so far, one request, and no key anywhere."""
    caplog.set_level(logging.DEBUG)
    started = time.monotonic()
    with serving(scenario) as server:
        whole = 1.0 if scenario in {"hang", "stall", "drip"} else 20.0
        model = model_at(server, whole=whole)
        error, text = failure(model)
    assert error.code == FAULTS[scenario]
    assert error.message
    assert error.advice
    assert bool(text) is (scenario in KEEPS_TEXT)
    assert len(server.script.requests) == 1
    assert time.monotonic() - started < SOON
    shown = "".join(traceback.format_exception(error)) + repr(model) + caplog.text
    assert KEY not in shown
    assert error.__cause__ is None
    assert error.__context__ is None


@pytest.mark.parametrize(("scenario", "seconds"), [("rate_limited", 7.0), ("loading", 3.0)])
def test_retry_after_is_passed_on(scenario, seconds):
    """The seconds to wait are in the record and in the words."""
    with serving(scenario) as server:
        error, _ = failure(model_at(server))
    assert error.retry_after == seconds
    assert f"Wait {seconds:.0f} seconds" in error.advice


def test_a_redirect_is_not_followed():
    """The other host is never asked, so the key cannot get there."""
    with serving() as other, serving("redirect") as server:
        server.script.text = f"{other.url}/chat/completions"
        error, _ = failure(model_at(server))
    assert "redirect (307)" in error.message
    assert other.script.requests == []


def test_nobody_there_is_unreachable():
    """A refused connection names the host."""
    with serving() as server:
        model = model_at(server)
    error, _ = failure(model)
    assert error.code == "unreachable"
    assert f"127.0.0.1:{server.server_port}" in error.message


def test_closing_the_iterator_hangs_up():
    """The server sees the connection end while it is still sending."""
    with serving("drip") as server:
        stream = model_at(server, whole=20).stream(MESSAGES)
        assert isinstance(stream, Iterator)
        assert next(piece for piece in stream if piece)
        stream.close()
        assert server.script.gone.wait(SOON)


def test_silence_gives_empty_pieces_and_can_be_left():
    """While the server hangs the caller gets control several times a second."""
    with serving("hang") as server:
        stream = model_at(server, whole=600).stream(MESSAGES)
        started = time.monotonic()
        assert [next(stream), next(stream)] == ["", ""]
        stream.close()
        assert time.monotonic() - started < SOON
        assert server.script.gone.wait(SOON)
    assert not [t for t in threading.enumerate() if t.name.startswith("second-look-llm")]


def test_the_whole_answer_has_one_deadline():
    """A server that drips for ever is left when the time is up, with what it sent."""
    with serving("drip") as server:
        started = time.monotonic()
        error, text = failure(model_at(server, whole=2.0))
    assert 2.0 <= time.monotonic() - started < SOON
    assert "longer than the 2 seconds" in error.message
    assert "drip" in text


def test_two_threads_do_not_mix():
    """Two streams of one object have a connection and an answer each."""
    answers: dict[str, str] = {}
    with serving(delay=0.005) as server:
        model = model_at(server, whole=20)

        def ask(name):
            question = [{"role": "user", "content": f"<<<PASSAGE [1] x\n| {name}\n<<<END [1]>>>"}]
            answers[name] = "".join(model.stream(question))

        at_once(ask, ("one", "two"))
    assert answers == {name: f"The documents say: {name} [1]." for name in ("one", "two")}


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (LlmSettings(), "not_configured"),
        (LlmSettings("m", "localhost:11434/v1"), "not_configured"),
        (LlmSettings("m", "file:///etc/passwd"), "not_configured"),
        (LlmSettings("m", "http://[::1"), "not_configured"),
        (LlmSettings("m", "http://name:secret-word@host/v1"), "not_configured"),
        (LlmSettings("m", "http://localhost/v1", f"{KEY}\nX-Header: 1"), "unauthorized"),
        (LlmSettings("m", "http://localhost/v1", f"{KEY}é"), "unauthorized"),
    ],
)
def test_settings_that_cannot_work_are_refused_at_once(settings, code):
    """Before anything is sent, and without repeating a secret."""
    with pytest.raises(LanguageModelError) as error:
        OpenAiCompatible(settings)
    assert error.value.code == code
    assert KEY not in str(error.value)
    assert "secret-word" not in str(error.value)


def test_every_exception_class_is_mapped_by_name_and_caught_or_cannot_happen():
    """Every public one of openai and httpx2, and those of the private module of openai's.

    A new class in a new version must be decided on, not guessed; what a request can raise is
    caught, and cookies are not part of one.
    """
    classes = [
        cls
        for module in (openai, openai._exceptions, httpx2)
        for name, cls in inspect.getmembers(module, inspect.isclass)
        if issubclass(cls, Exception) and not issubclass(cls, Warning) and name[0] != "_"
    ]
    assert len(classes) > 40
    assert [cls.__name__ for cls in classes if cls.__name__ not in KINDS] == []
    uncaught = {cls.__name__ for cls in classes if not issubclass(cls, caught())}
    assert uncaught == {"CookieConflict"}


def test_an_unknown_subclass_is_taken_for_its_parent():
    """A class nobody has seen yet still becomes one of our errors."""

    class NewTimeout(httpx2.ReadTimeout):
        """Not in the table."""

    error = translate(NewTimeout("late"), ChatEndpoint("host", "m", 5.0), started=False)
    assert kind_of(NewTimeout("late")) == error.code == "timeout"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        *(("7", 7.0), ("0.5", 0.5), ("-3", 0.0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0)),
        *(("soon", None), ("nan", None), ("inf", None)),
    ],
)
def test_retry_after_values(value, seconds):
    """Seconds as a number, or a date (RFC 9110), here a past one; nonsense is not given."""
    assert retry_seconds({"retry-after": value}) == seconds


def test_each_request_is_recorded_before_it_is_sent():
    """Host and bytes of the body, for the second try at another temperature too."""
    told: list[tuple[str, int, int]] = []
    with serving("own_temperature") as server:

        def record(host, size, _):
            told.append((host, size, len(server.script.requests)))

        settings = LlmSettings("test", server.url, KEY)
        list(OpenAiCompatible(settings, record=record).stream(MESSAGES))
        sizes = [int(_header(request, "content-length")) for request in server.script.requests]
    host = f"127.0.0.1:{server.server_port}"
    assert told == [(host, sizes[0], 0), (host, sizes[1], 1)]
    assert min(sizes) > len(str(MESSAGES[1]["content"]))


def _header(request, name):
    return {key.lower(): value for key, value in request.headers.items()}[name]


def test_what_cannot_be_recorded_is_not_sent():
    """A full disk is a message, and the server is never asked."""
    record = Mock(side_effect=StoreError("No space left, so nothing was sent.", "Free some space."))
    with serving() as server:
        model = OpenAiCompatible(LlmSettings("test", server.url, KEY), record=record)
        error, text = failure(model)
    assert (error.message, text) == ("No space left, so nothing was sent.", "")
    assert server.script.requests == []


def test_a_proxy_never_gets_what_is_meant_for_this_machine(monkeypatch):
    """With HTTP_PROXY set, an address of this machine is still asked directly."""
    with serving() as proxy, serving() as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.server_port}")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        assert "[1]" in "".join(model_at(server).stream(MESSAGES))
    assert (len(server.script.requests), proxy.script.requests) == (1, [])


def test_the_address_of_this_machine_in_ipv6_keeps_its_brackets():
    """The host that is recorded can be told from its port."""
    settings = LlmSettings("m", "http://[::1]:8080/v1")
    assert repr(OpenAiCompatible(settings)) == "OpenAiCompatible('m' at '[::1]:8080')"
