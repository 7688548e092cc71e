"""Records to JSON and back, by pydantic: floats keep every bit."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from core.errors import InputError

T = TypeVar("T")
_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def to_json(record: Any, *, indent: int | None = None) -> str:
    """Any record of this module as JSON; floats keep every bit."""
    return _adapter(type(record)).dump_json(record, indent=indent).decode()


def from_json(kind: type[T], text: str | bytes) -> T:
    """The record that ``to_json`` wrote.

    Raises:
        InputError: the text is not such a record.
    """
    try:
        record: T = _adapter(kind).validate_json(text)
    except ValidationError as exc:
        raise InputError(
            f"This is not a {kind.__name__} record: {exc.errors()[0]['msg']}."
        ) from exc
    return record
