"""Qdrant collections of other programs, on a server that a person named: read, never written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import InputError
from core.schema import FloatVector
from core.store.errors import ServerAdvice, server_errors
from core.store.server import TIMEOUT_SECONDS
from core.text.hosts import host_of, is_loopback

Payload = Mapping[str, Any]
_SHOWN = 3
_LOOKED_AT = 20
_BATCH = 256
_DEEPEST = 8
_SEGMENT = re.compile(r'"([^"]+)"|([^.]+)')
_DISTANCES = ("Euclid", "Manhattan")
_ADVICE = ServerAdvice(
    "Check the address (with its port, if it is not 6333) and that the server runs.",
    "Check the API key.",
    "Check that a Qdrant server answers at this address.",
)


@dataclass(frozen=True, slots=True)
class SourcePoint:
    """A point; ``score``, of a search, is higher for nearer ones whatever the distance."""

    id: str
    payload: Payload
    score: float | None = None


@dataclass(frozen=True, slots=True)
class SourcePreview:
    """What a collection has: how many points, the first payloads, the paths of their texts.

    ``text_paths``: those with the longest texts first. ``vectors``: name (empty for the unnamed
    one) -> length, without sparse ones and those of which a point has many.
    """

    points: int
    payloads: tuple[Payload, ...]
    text_paths: tuple[str, ...]
    vectors: Mapping[str, int]


class QdrantSource:
    """A server by its address; the key goes to that address alone, redirects are not followed.

    Raises:
        InputError: the address is none, or the key has characters that no key has.
        StoreUnavailable: the server does not answer or refuses the key.
    """

    def __init__(
        self, url: str, key: str = "", record: Callable[[str, int, str], object] | None = None
    ) -> None:
        """``record`` is told host, bytes and reason of each request with a body before it goes."""
        from qdrant_client import QdrantClient  # noqa: PLC0415 - about a second of import

        self.host = host_of(url)
        if not self.host:
            raise InputError(
                "This is not the address of a Qdrant server.",
                "It begins with http:// or https:// and carries no password.",
            )
        if not all("!" <= character <= "~" for character in key):
            raise InputError("The API key has characters that no key has.", "Copy it again.")

        def written_down(request: Any) -> None:
            if record and request.content:
                record(self.host, len(request.content), "a Qdrant collection is read")

        with server_errors("open the server", _ADVICE):
            self._client: Any = QdrantClient(
                url=url,
                headers={"api-key": key} if key else None,
                timeout=TIMEOUT_SECONDS,
                check_compatibility=False,  # it warns from a thread of its own
                event_hooks={"request": [written_down]},
                trust_env=not is_loopback(self.host),  # no proxy between this machine and itself
            )

    def collections(self) -> list[str]:
        """Their names, sorted."""
        with server_errors("list the collections", _ADVICE):
            return sorted(there.name for there in self._client.get_collections().collections)

    def preview(self, collection: str) -> SourcePreview:
        """What can be chosen from, by the configuration and the first points."""
        with server_errors(f"look into {collection!r}", _ADVICE):
            about = self._client.get_collection(collection)
            points, _ = self._client.scroll(collection, limit=_LOOKED_AT, with_vectors=False)
        payloads = [point.payload or {} for point in points]
        return SourcePreview(
            about.points_count or 0,
            tuple(payloads[:_SHOWN]),
            tuple(_text_paths(payloads)),
            {name: params.size for name, params in _dense(about).items()},
        )

    def points(self, collection: str, paths: Iterable[str]) -> Iterator[SourcePoint]:
        """All points with what lies at these paths, in the order of their ids."""
        offset, wanted = None, _top_keys(paths)
        while True:
            with server_errors(f"read {collection!r}", _ADVICE):
                found, offset = self._client.scroll(
                    collection,
                    limit=_BATCH,
                    offset=offset,
                    with_payload=wanted,
                    with_vectors=False,
                )
            yield from (SourcePoint(str(point.id), point.payload or {}) for point in found)
            if offset is None:
                return

    def search(
        self, collection: str, vector: FloatVector, using: str, limit: int, paths: Iterable[str]
    ) -> list[SourcePoint]:
        """The nearest points as this server finds them, best first; those without vector never."""
        with server_errors(f"search in {collection!r}", _ADVICE):
            params = _dense(self._client.get_collection(collection))
            answer = self._client.query_points(
                collection,
                query=vector.tolist(),
                using=using or None,
                limit=limit,
                with_payload=_top_keys(paths),
            )
        sign = -1.0 if params[using].distance in _DISTANCES else 1.0
        return [
            SourcePoint(str(point.id), point.payload or {}, sign * point.score + 0.0)  # not -0.0
            for point in answer.points
        ]

    def close(self) -> None:
        """Release the connections."""
        self._client.close()


def text_at(payload: Payload, path: str) -> str:
    """What lies at a dotted path, as text: lines where it is a list; nothing where nothing is.

    A segment with a dot is quoted. A text that is JSON, as LlamaIndex keeps its nodes, is entered.

    >>> text_at({"metadata": {"page": 3}, "_node": '{"text": "Yes."}'}, "_node.text")
    'Yes.'
    """
    value: Any = payload
    for segment in _segments(path):
        inside = _inside(value)
        value = inside.get(segment) if inside is not None else None
    if isinstance(value, list):
        value = "\n".join(item for item in value if isinstance(item, str))
    known = isinstance(value, str | int | float) and not isinstance(value, bool)
    return str(value).strip() if known else ""


def _segments(path: str) -> list[str]:
    return [quoted or plain for quoted, plain in _SEGMENT.findall(path)]


def _top_keys(paths: Iterable[str]) -> list[str]:
    """The payload is asked for by its outermost keys: what is JSON within has no path there."""
    keys = dict.fromkeys(_segments(path)[0] for path in paths if _segments(path))
    return [_quoted(key) for key in keys]


def _quoted(key: str) -> str:
    return f'"{key}"' if re.search(r"[.\[\]]", key) else key


def _inside(value: Any) -> Payload | None:
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, Mapping) else None


def _text_paths(payloads: Iterable[Payload]) -> list[str]:
    lengths: dict[str, int] = {}
    for payload in payloads:
        for path, length in _texts(payload, "", _DEEPEST):
            lengths[path] = lengths.get(path, 0) + length
    return sorted(lengths, key=lambda path: -lengths[path])


def _texts(value: Any, path: str, deep: int) -> Iterator[tuple[str, int]]:
    inside = _inside(value)
    if inside is not None and deep:
        for key, below in inside.items():
            yield from _texts(below, f"{path}.{_quoted(key)}" if path else _quoted(key), deep - 1)
    elif isinstance(value, str | list) and (text := text_at({"it": value}, "it")):
        yield path, len(text)


def _dense(about: Any) -> dict[str, Any]:
    """Name -> parameters of the vectors that one vector can be compared with."""
    vectors = about.config.params.vectors or {}
    named = vectors if isinstance(vectors, dict) else {"": vectors}
    return {name: params for name, params in named.items() if not params.multivector_config}
