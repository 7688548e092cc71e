"""Every fault of an LLM endpoint, translated in this one place.

The key never gets out: not into a message, and not through the chain of causes either, because
servers echo keys in their replies and HTTP libraries print headers in theirs. Callers raise
what ``translate`` returns outside their ``except`` block, so that nothing is chained.
"""

from __future__ import annotations

import email.utils
import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.errors import LanguageModelCode, LanguageModelError
from core.text.server_words import in_a_line, words_in

_Kind = LanguageModelCode | Literal["by_status", "by_moment"]

# Every public exception class of openai and httpx2 by name: a test walks them all and fails when
# one is missing here. A class that is not named is taken for its nearest parent.
_NAMES: Mapping[_Kind, str] = {
    "rejected": """
        OpenAIError ContentFilterFinishReasonError WebSocketQueueFullError TooManyRedirects
    """,
    "server_error": "APIError",
    "by_status": """
        APIStatusError BadRequestError AuthenticationError OAuthError PermissionDeniedError
        NotFoundError ConflictError UnprocessableEntityError RateLimitError InternalServerError
        HTTPStatusError
    """,
    "by_moment": """
        APIConnectionError HTTPError RequestError TransportError NetworkError CloseError OSError
    """,
    "timeout": """
        APITimeoutError TimeoutException ReadTimeout WriteTimeout PoolTimeout TimeoutError
    """,
    "malformed": """
        APIResponseValidationError InvalidWebhookSignatureError ProtocolError LocalProtocolError
        DecodingError SSEError CookieConflict ValueError RecursionError
    """,
    "cut": """
        LengthFinishReasonError WebSocketConnectionClosedError ReadError WriteError
        RemoteProtocolError StreamError StreamConsumed StreamClosed ResponseNotRead
        RequestNotRead
    """,
    "unauthorized": "SubjectTokenProviderError",
    "unreachable": "ConnectTimeout ConnectError ProxyError",
    "not_found": "UnsupportedProtocol InvalidURL",
}
_TEMPERATURE = re.compile(r"\btemperature\b", re.IGNORECASE)
_SYSTEM = re.compile(
    r"\b(?:system|developer)\b.{0,40}\b(?:roles?|messages?|instructions?|prompts?)\b"
    r"|\broles?\b.{0,60}\b(?:alternate|system|supported)\b",
    re.IGNORECASE | re.DOTALL,
)
KINDS = {name: kind for kind, names in _NAMES.items() for name in names.split()}
_STATUS: Mapping[int, LanguageModelCode] = {
    401: "unauthorized",
    403: "unauthorized",
    404: "not_found",
    405: "not_found",
    408: "timeout",
    429: "rate_limited",
    504: "timeout",
}
_SAYS: Mapping[LanguageModelCode, tuple[str, str]] = {
    "not_configured": (
        "The LLM is not set up.",
        "Set SECOND_LOOK_LLM_MODEL, and SECOND_LOOK_LLM_BASE_URL for a server of your own.",
    ),
    "unauthorized": (
        "{host} did not accept the API key.",
        "Check SECOND_LOOK_LLM_API_KEY, and that the key may use the model {model}.",
    ),
    "not_found": (
        "{host} has no model {model}, or no chat API at this address.",
        "Check SECOND_LOOK_LLM_MODEL, and that SECOND_LOOK_LLM_BASE_URL ends as the server's "
        "guide says, usually in /v1.",
    ),
    "rate_limited": (
        "{host} received too many requests, or the account has no credit left.",
        "Wait a moment, then ask again.",
    ),
    "timeout": (
        "{host} took longer than the {seconds:g} seconds allowed.",
        "Ask again, use fewer passages, or set a longer SECOND_LOOK_LLM_TIMEOUT.",
    ),
    "unreachable": (
        "{host} cannot be reached.",
        "Check that the server runs, the address in SECOND_LOOK_LLM_BASE_URL, and the network.",
    ),
    "server_error": ("{host} failed while answering.", "Ask again in a moment."),
    "cut": ("The answer from {host} broke off.", "Ask again."),
    "malformed": (
        "The reply of {host} is not one of an OpenAI-compatible API.",
        "Check that SECOND_LOOK_LLM_BASE_URL is the address of the API, usually ending in /v1.",
    ),
    "empty": ("{host} sent an answer without text.", "Ask again, or try another model."),
    "rejected": (
        "{host} rejected the request.",
        "Try fewer passages, or check that {model} is a chat model.",
    ),
}


@dataclass(frozen=True, slots=True)
class ChatEndpoint:
    """What messages may name (host and model) and what they must not (the key)."""

    host: str
    model: str
    seconds: float
    key: str = field(default="", repr=False)


def fault(
    code: LanguageModelCode,
    endpoint: ChatEndpoint,
    detail: str = "",
    retry_after: float | None = None,
) -> LanguageModelError:
    """The error of a code, in words for the person who asked.

    ``detail`` is what the server said about it, kept only when the key is not in it.
    """
    named = {"host": endpoint.host, "model": endpoint.model, "seconds": endpoint.seconds}
    message, advice = (text.format_map(named) for text in _SAYS[code])
    words = in_a_line(detail, endpoint.key)
    if words:
        message = f"{message} It says: {words}"
    if retry_after is not None:
        advice = f"Wait {math.ceil(retry_after)} seconds, then ask again."
    return LanguageModelError(code, message, advice, retry_after)


def stalled(endpoint: ChatEndpoint, seconds: float) -> LanguageModelError:
    """The error of a stream that has begun and then sends nothing more."""
    message = f"{endpoint.host} sent nothing more for {seconds:g} seconds."
    return LanguageModelError("timeout", message, _SAYS["timeout"][1])


def caught() -> tuple[type[Exception], ...]:
    """Everything that a request can raise; other exceptions are faults of our own."""
    import httpx2  # noqa: PLC0415 - comes with openai, which `import core` does not load
    import openai  # noqa: PLC0415

    libraries = (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError)
    return (*libraries, LanguageModelError, ValueError, OSError, RecursionError)


def kind_of(exc: BaseException) -> _Kind:
    """How an exception is translated: by its own class, else by its nearest known parent."""
    names = (cls.__name__ for cls in type(exc).__mro__)
    return next((KINDS[name] for name in names if name in KINDS), "malformed")


def translate(exc: Exception, endpoint: ChatEndpoint, *, started: bool) -> LanguageModelError:
    """Our error for one of openai, httpx2 or Python; ``started`` once text has arrived."""
    for error in (exc, exc.__cause__):  # openai wraps what is raised while it sends
        if isinstance(error, LanguageModelError):
            return error
    kind = kind_of(exc)
    if kind in {"by_moment", "timeout"} and exc.__cause__ is not None:
        kind = kind_of(exc.__cause__)  # openai says connection or timeout, httpx2 says of what
    if kind == "by_status":
        response = getattr(exc, "response", None)
        status = int(getattr(response, "status_code", 0) or 0)
        return _by_status(status, _server_says(exc), getattr(response, "headers", {}), endpoint)
    if kind == "by_moment":
        kind = "cut" if started else "unreachable"
    return fault(kind, endpoint, _server_says(exc))


def _by_status(
    status: int, words: str, headers: Mapping[str, str], endpoint: ChatEndpoint
) -> LanguageModelError:
    if 300 <= status < 400:
        moved = f"a redirect ({status}), which is not followed: the key must not go elsewhere."
        return fault("rejected", endpoint, moved)
    code = _STATUS.get(status, "server_error" if status >= 500 else "rejected")
    if code in {"unauthorized", "timeout"}:
        words = ""
    wait = retry_seconds(headers) if status in {429, 503} else None
    return fault(code, endpoint, words, wait)


def _server_says(exc: Exception) -> str:
    """The words in the reply; openai's own wording of a status is left out, and a web page."""
    return words_in(getattr(exc, "body", None))


def what_is_refused(exc: Exception) -> Literal["temperature", "system", ""]:
    """Which part of a request a model does not take: its temperature or the role system."""
    words = _server_says(exc)
    if getattr(exc, "status_code", 0) not in {400, 422, 500}:
        return ""
    if getattr(exc, "param", None) == "temperature" or _TEMPERATURE.search(words):
        return "temperature"
    return "system" if _SYSTEM.search(words) else ""


def retry_seconds(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by a Retry-After header (RFC 9110, 10.2.3: seconds or a date), if any."""
    value = headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        moment = email.utils.parsedate_tz(value)
        seconds = email.utils.mktime_tz(moment) - time.time() if moment else math.nan
    return max(0.0, seconds) if math.isfinite(seconds) else None
