"""What a server says of itself when it refuses something, fit to be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_AT = ("error", "message", "detail", "msg", "description", "error_message", "errors")


def words_in(body: object, depth: int = 6) -> str:
    """A reply's own words, wherever OpenAI, FastAPI, Gemini, Mistral and others put them.

    >>> words_in({"detail": [{"loc": ["body", "documents"], "msg": "at most 32 items"}]})
    'documents: at most 32 items'
    """
    if isinstance(body, str):
        return "" if body.lstrip().startswith("<") else body  # a web page says nothing
    inside: Iterable[object] = body if isinstance(body, list) else ()
    if isinstance(body, Mapping):
        if isinstance(body.get("loc"), list) and isinstance(body.get("msg"), str):
            place = ".".join(map(str, body["loc"][1:]))  # the first is "body"
            return f"{place}: {body['msg']}" if place else body["msg"]
        inside = (body[key] for key in _AT if key in body)
    return next(filter(None, (words_in(part, depth - 1) for part in inside if depth)), "")


def in_a_line(words: str, key: str) -> str:
    r"""The words in one short line, or nothing when they repeat the key or most of it.

    >>> in_a_line("no model\nof that name", "sk-1"), in_a_line("the key sk-1 is wrong", "sk-1")
    ('no model of that name', '')
    """
    line = "".join(c for c in " ".join(words.split()) if c.isprintable())
    part = min(len(key), 8)
    leaks = any(key[i : i + part] in line for i in range(len(key) - part + 1)) if key else False
    return "" if leaks else line[:300]
