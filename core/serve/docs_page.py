"""The endpoints as a page to read: FastAPI's own would fetch scripts from somebody else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.text.html_page import page_template

_PAGE = Path(__file__).with_name("docs.html")


def docs_page(openapi: dict[str, Any]) -> str:
    """HTML without scripts, made of the schema that machines read."""
    kinds = openapi["components"]["schemas"]
    endpoints = [
        {
            "method": method.upper(),
            "path": path,
            "words": operation.get("description", ""),
            "bodies": [
                (kinds[n].get("description", n), _fields(kinds[n])) for n in _names(operation)
            ],
        }
        for path, operations in openapi["paths"].items()
        for method, operation in operations.items()
    ]
    description = openapi["info"]["description"]
    return page_template(_PAGE).render(description=description, endpoints=endpoints)


def _names(operation: dict[str, Any]) -> list[str]:
    """The schemas that a request's body may have."""
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    return [_kind(option) for option in schema.get("oneOf", [schema] if schema else [])]


def _fields(schema: dict[str, Any]) -> list[dict[str, str]]:
    needed = schema.get("required", [])
    return [
        {
            "name": name,
            "kind": _kind(field),
            "default": "needed" if name in needed else json.dumps(field.get("default")),
        }
        for name, field in schema.get("properties", {}).items()
    ]


def _kind(schema: dict[str, Any]) -> str:
    """In words: ``string``, ``array of string``, ``integer or null``, the name of an object."""
    if "anyOf" in schema:
        return " or ".join(map(_kind, schema["anyOf"]))
    if "enum" in schema:
        return " or ".join(map(json.dumps, schema["enum"]))
    if "items" in schema:
        return f"array of {_kind(schema['items'])}"
    return str(schema.get("type") or schema.get("$ref", "anything").rpartition("/")[2])
