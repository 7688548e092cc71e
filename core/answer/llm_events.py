"""What the events of a chat completion stream say, and whether the stream came to its end."""

from __future__ import annotations

from typing import Any

from core.answer.llm_errors import Endpoint, fault


def read_event(event: Any, endpoint: Endpoint) -> tuple[str, str]:
    """The text of one event and the reason for the end, each empty when the event has none.

    The openai client builds its records without checking them, so nothing here is certain.

    Raises:
        LanguageModelError: the event is not one of a chat completion (``malformed``).

    """
    choices = getattr(event, "choices", None)
    if not isinstance(choices, list):
        raise fault("malformed", endpoint)
    if not choices:
        return "", ""
    text = getattr(getattr(choices[0], "delta", None), "content", None) or ""
    reason = getattr(choices[0], "finish_reason", None) or ""
    if not isinstance(text, str) or not isinstance(reason, str):
        raise fault("malformed", endpoint)
    return text, reason


def check_end(reason: str, pieces: int, endpoint: Endpoint, content_type: str) -> None:
    """Tell a whole answer from one that only stopped.

    Raises:
        LanguageModelError: ``cut`` (no reason given, or the model's length limit), ``rejected``
            (its content filter), ``empty``, or ``malformed`` (no event stream at all).

    """
    if reason == "content_filter":
        raise fault("rejected", endpoint, "The content filter stopped the answer.")
    if reason == "length":
        raise fault("cut", endpoint, "The model's length limit is reached.")
    if pieces and not reason:
        raise fault("cut", endpoint)
    if not pieces:
        streamed = reason or content_type.startswith("text/event-stream")
        raise fault("empty" if streamed else "malformed", endpoint)
