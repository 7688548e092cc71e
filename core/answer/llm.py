"""Any OpenAI-compatible chat endpoint as a ``LanguageModel``, through the openai client."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, cast

from core.answer.llm_errors import ChatEndpoint, caught, fault, stalled, translate, what_is_refused
from core.errors import LanguageModelError, StoreError
from core.models.remote.server import Record
from core.ports import Message
from core.settings import LlmSettings
from core.text.hosts import host_of, is_loopback

if TYPE_CHECKING:
    from openai import AsyncOpenAI, AsyncStream
    from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

NO_KEY = "none"
HEARTBEAT_SECONDS = 0.25
LAST_SECONDS = 3.0
"""So long is waited for further events when one gave a reason for the end."""
# OpenAI, Mistral, Gemini, Anthropic, Cohere, vLLM
_TOO_LONG = re.compile("length|token", re.IGNORECASE)
_FILTERED = re.compile(
    "filter|safety|recitation|blocklist|prohibited|spii|refus|toxic", re.IGNORECASE
)
_FAILED = re.compile("error|abort|malformed", re.IGNORECASE)
# Nothing else is sent: no SDK version, no platform, no header another tool put in the environment.
_HEADERS_SENT = frozenset(
    {"host", "accept", "accept-encoding", "authorization", "connection", "user-agent"}
    | {"content-length", "content-type"}
)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each part may take, in seconds; ``whole`` is from the question to the last word."""

    connect: float
    between: float
    whole: float

    @classmethod
    def of(cls, whole: float) -> Patience:
        """The parts for a whole: 10 s to connect, 30 s between two pieces, never more than all."""
        return cls(min(10.0, whole), min(30.0, whole), whole)


def endpoint_of(settings: LlmSettings) -> ChatEndpoint:
    """Host, model and key of the settings, checked as far as this goes without a network.

    Raises:
        LanguageModelError: no model is set, the address is not one, or the key cannot be sent.
    """
    key = settings.api_key.strip()
    host = host_of(settings.base_url)
    endpoint = ChatEndpoint(host, settings.model, settings.timeout_seconds, key)
    if not settings.configured:
        raise fault("not_configured", endpoint)
    if not host:
        raise LanguageModelError(
            "not_configured",
            "The address of the LLM is not a web address, or contains a user name.",
            "Set SECOND_LOOK_LLM_BASE_URL to something like http://localhost:11434/v1.",
        )
    if not all("!" <= character <= "~" for character in key):
        raise LanguageModelError(
            "unauthorized",
            "The API key contains characters that no key has (a space, a line break, an accent).",
            "Copy SECOND_LOOK_LLM_API_KEY again.",
        )
    return endpoint


class OpenAiCompatible:
    """OpenAI, Ollama, vLLM, LM Studio and what else speaks the chat completions API.

    Safe to use from several threads: every ``stream`` has a connection of its own.
    """

    def __init__(
        self,
        settings: LlmSettings,
        patience: Patience | None = None,
        record: Record | None = None,
    ) -> None:
        """Check the settings; nothing is sent before ``stream``, nor before ``record`` returns."""
        self._patience = patience or Patience.of(settings.timeout_seconds)
        self._endpoint = replace(endpoint_of(settings), seconds=self._patience.whole)
        self._base_url = settings.base_url
        self._record = record

    def __repr__(self) -> str:
        """Model and host, never the key."""
        return f"OpenAiCompatible({self._endpoint.model!r} at {self._endpoint.host!r})"

    @property
    def name(self) -> str:
        """The model's name, as configured."""
        return self._endpoint.model

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """Pieces of the answer as they arrive.

        While nothing arrives an empty piece is given four times a second, so that the caller
        can draw or stop. Closing the iterator closes the connection.

        Raises:
            LanguageModelError: the endpoint failed; pieces already given stay valid.
        """
        errors = caught()  # loads the libraries, which must not count as the server's time
        problem, started = None, False
        try:
            for piece in self._pull(messages):
                started = started or bool(piece)
                yield piece
        except errors as exc:
            problem = translate(exc, self._endpoint, started=started)
        if problem is not None:
            raise problem

    def _pull(self, messages: Sequence[Message]) -> Iterator[str]:
        """Run the request in an event loop of its own, where it can be cancelled at any point."""
        from anyio.from_thread import start_blocking_portal  # noqa: PLC0415 - not at `import core`

        pieces: SimpleQueue[str | None] = SimpleQueue()
        with start_blocking_portal(name="second-look-llm") as portal:
            request = portal.start_task_soon(self._pump, messages, pieces.put)
            request.add_done_callback(lambda _: pieces.put(None))
            try:
                while True:
                    try:
                        piece = pieces.get(timeout=HEARTBEAT_SECONDS)
                    except Empty:
                        piece = ""  # none came in time
                    if piece is None:
                        break
                    yield piece
                request.result()
            finally:
                request.cancel()

    async def _pump(self, messages: Sequence[Message], give: Callable[[str], None]) -> None:
        """Give every piece, and stop when the whole or the wait for the next takes too long."""
        import anyio  # noqa: PLC0415 - not at `import core`

        end = anyio.current_time() + self._patience.whole
        with anyio.move_on_at(end) as scope:
            async with readers_closed():
                async for piece in self._pieces(messages):
                    give(piece)
                    scope.deadline = min(end, anyio.current_time() + self._patience.between)
        if scope.cancelled_caught:
            if scope.deadline < end:
                raise stalled(self._endpoint, self._patience.between)
            raise fault("timeout", self._endpoint)

    async def _pieces(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        """The texts of the events of one request."""
        async with self._client() as client:
            events = await self._request(client, messages)
            kind = events.response.headers.get("content-type", "")
            reason, pieces, early = "", 0, False
            while (event := await self._next(events, bool(reason) and not early)) is not None:
                text, said = read_event(event, self._endpoint)
                if text:
                    pieces, early = pieces + 1, early or bool(reason)
                    yield text
                reason = said or reason
            check_end(reason, pieces, self._endpoint, kind)

    async def _next(self, events: AsyncIterator[Any], ended: bool) -> Any:
        """The next event, None after the last.

        Some servers give a reason for the end with every event, so all are read; others never
        end the stream, so not much is waited for what comes after a reason.
        """
        import anyio  # noqa: PLC0415 - not at `import core`

        with anyio.move_on_after(LAST_SECONDS if ended else None):
            try:
                return await anext(events)
            except StopAsyncIteration:
                return None
            except caught():
                if not ended:
                    raise
        return None

    def _client(self) -> AsyncOpenAI:
        """A client for one request: no retries, no redirects, no header but ours."""
        import openai  # noqa: PLC0415 - 1 s that only people with an LLM should pay

        http = openai.DefaultAsyncHttpx2Client(
            follow_redirects=False,
            timeout=openai.Timeout(self._patience.whole, connect=self._patience.connect),
            event_hooks={"request": [self._only_our_headers, self._written_down]},
            # A proxy from the environment would take to another host what is meant for this one.
            trust_env=not is_loopback(self._endpoint.host),
        )
        return openai.AsyncOpenAI(
            base_url=self._base_url,
            api_key=self._endpoint.key or NO_KEY,
            max_retries=0,
            http_client=http,
        )

    async def _request(
        self, client: AsyncOpenAI, messages: Sequence[Message]
    ) -> AsyncStream[ChatCompletionChunk]:
        """Ask at temperature 0 with the rules as system; without what the model refuses of it."""
        import openai  # noqa: PLC0415 - see _client

        turns, temperature = list(messages), cast("float | openai.Omit", 0)
        while True:
            try:
                return await client.chat.completions.create(
                    model=self._endpoint.model,
                    messages=cast("list[ChatCompletionMessageParam]", turns),
                    stream=True,
                    temperature=temperature,
                )
            except openai.APIStatusError as exc:
                refused = what_is_refused(exc)
                if refused == "temperature" and temperature == 0:
                    temperature = openai.omit
                elif refused == "system" and len(turns) > 1:
                    rules = "\n\n".join(turn["content"] for turn in turns)
                    turns = [Message(role="user", content=rules)]
                else:
                    raise

    async def _only_our_headers(self, request: Any) -> None:
        """Leave out what the SDK adds by itself or takes from the environment."""
        for name in [name for name in request.headers if name.lower() not in _HEADERS_SENT]:
            del request.headers[name]
        request.headers["authorization"] = f"Bearer {self._endpoint.key or NO_KEY}"

    async def _written_down(self, request: Any) -> None:
        """Record what is about to leave; what cannot be recorded is not sent."""
        if self._record is None:
            return
        size = int(request.headers.get("content-length", 0))
        why = f"A question with its passages, for {self.name}"
        try:
            self._record(self._endpoint.host, size, why)
        except StoreError as exc:
            raise LanguageModelError("rejected", exc.message, exc.advice) from exc


def read_event(event: Any, endpoint: ChatEndpoint) -> tuple[str, str]:
    """The text of one event and the reason for the end, each empty when the event has none.

    The openai client builds its records without checking them, so nothing here is certain. A
    content made of parts (Mistral) gives the text of those that are text, not of thoughts.

    Raises:
        LanguageModelError: the event is not one of a chat completion (``malformed``).
    """
    choices = getattr(event, "choices", None)
    if choices is None and getattr(event, "usage", None) is not None:
        return "", ""
    if not isinstance(choices, list):
        raise fault("malformed", endpoint)
    if not choices:
        return "", ""
    said = getattr(choices[0], "delta", None) or getattr(choices[0], "message", None)
    text = getattr(said, "content", None) or ""
    if isinstance(text, list):
        parts = [part for part in text if isinstance(part, dict)]
        text = "".join(str(p.get("text") or "") for p in parts if p.get("type", "text") == "text")
    reason = getattr(choices[0], "finish_reason", None) or ""
    if not isinstance(text, str) or not isinstance(reason, str):
        raise fault("malformed", endpoint)
    return text, reason


def check_end(reason: str, pieces: int, endpoint: ChatEndpoint, content_type: str) -> None:
    """Tell a whole answer from one that only stopped, by the reason in any server's spelling.

    Raises:
        LanguageModelError: ``cut`` (no reason given, or the model's length limit), ``rejected``
            (a filter), ``server_error``, ``empty``, or ``malformed`` (no event stream at all).
    """
    if _FILTERED.search(reason):
        raise fault("rejected", endpoint, "The content filter stopped the answer.")
    if _TOO_LONG.search(reason):
        raise fault("cut", endpoint, "The model's length limit was reached.")
    if _FAILED.search(reason):
        raise fault("server_error", endpoint, f"It ended with the reason {reason}.")
    if pieces and not reason:
        raise fault("cut", endpoint)
    if not pieces:
        streamed = reason or content_type.startswith("text/event-stream")
        raise fault("empty" if streamed else "malformed", endpoint)


@asynccontextmanager
async def readers_closed() -> AsyncGenerator[None]:
    """Close at the end, the outer ones first, all async generators that were started inside.

    httpx and openai read a reply through eight nested generators. Where reading stops early, at
    the last event or a malformed one, they would be left to the garbage collector, which closes
    them in any order, from any thread, and after the event loop has gone.
    """
    hooks = sys.get_asyncgen_hooks()
    readers: list[AsyncGenerator[Any]] = []

    def started(reader: AsyncGenerator[Any]) -> None:
        readers.append(reader)
        if hooks.firstiter is not None:
            hooks.firstiter(reader)

    sys.set_asyncgen_hooks(firstiter=started)
    try:
        yield
    finally:
        sys.set_asyncgen_hooks(firstiter=hooks.firstiter)
        async with AsyncExitStack() as closing:
            for reader in reversed(readers):
                closing.push_async_callback(reader.aclose)
