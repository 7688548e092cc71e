"""What is remembered of a search: the lists, what they were made from, the answer, the feedback."""

from __future__ import annotations

import lzma
import platform
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Literal, TypeVar

from core.errors import StoreDamaged
from core.home.library import Library
from core.schema import Answer, Comparison, Stage
from core.serialize import from_json, to_json

T = TypeVar("T")
PACKAGES = (
    "torch",
    "sentence-transformers",
    "transformers",
    "tokenizers",
    "openvino",
    "numpy",
    "qdrant-client",
    "qdrant-edge-py",
    "pypdf",
    "pypdfium2",
    "lxml",
    "openpyxl",
    "python-pptx",
    "selectolax",
    "markdown-it-py",
    "mdit-py-plugins",
    "tree-sitter",
    *(
        f"tree-sitter-{x}"
        for x in ("c", "go", "java", "javascript", "python", "rust", "typescript")
    ),
    "sentencex",
    "snowballstemmer",
)
"""What reads, cuts, encodes, searches, scores and quotes: another version can change a result."""
_FASTEST = 0  # lzma's preset: as small as the others here, as a passage stands in both lists


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document as it was indexed: ``id`` is of its bytes, ``revision`` of how it was cut."""

    id: str
    name: str
    revision: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a comparison depended on beside its own settings and models.

    ``documents`` is what the collection held; None when it changed before that was written down.
    ``software`` are names and versions of what computes the scores.
    """

    collection_id: str
    documents: tuple[IndexedDocument, ...] | None
    software: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer that was shown, and the list it was made from."""

    stage: Stage
    answer: Answer


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a person thought; ``about`` is ``answer`` or ``citation 2`` (its place, from 1)."""

    stage: Stage
    mode: Literal["quotes", "llm"]
    about: str
    liked: bool | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """Everything that is remembered of one search."""

    id: str
    asked_at: datetime
    comparison: Comparison
    provenance: Provenance
    answers: tuple[GivenAnswer, ...] = ()
    feedback: tuple[Feedback, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of the history; ``total_ms`` is what the search took, ``liked`` the answer's."""

    id: str
    asked_at: datetime
    collection_id: str
    collection: str
    query: str
    summary: str
    total_ms: float
    liked: bool | None = None


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """Which searches to list. An empty value lets everything through; days are in UTC.

    ``words`` must all stand in the question or in a document's name, in any case.
    """

    words: str = ""
    collection_id: str = ""
    first_day: date | None = None
    last_day: date | None = None
    limit: int = 100


@cache
def software() -> tuple[tuple[str, str], ...]:
    """Names and versions of what computes scores here; a package that is missing is left out."""
    versions = [("python", platform.python_version()), ("machine", platform.machine())]
    for name in PACKAGES:
        try:
            versions.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return tuple(versions)


def provenance(library: Library, collection_id: str, corpus_version: str) -> Provenance:
    """What the collection holds now, if that is still what was searched.

    Raises:
        StoreError: the library cannot be read.
    """
    documents = library.documents(collection_id)
    indexed = tuple(IndexedDocument(d.id, d.name, d.revision) for d in documents)
    same = library.corpus_version(collection_id) == corpus_version
    return Provenance(collection_id, indexed if same else None, software())


def pack(record: object) -> bytes:
    """A record as compressed JSON."""
    return lzma.compress(to_json(record).encode(), preset=_FASTEST)


def unpack(kind: type[T], data: bytes) -> T:
    """The record that ``pack`` wrote.

    Raises:
        StoreDamaged: the bytes are not whole.
        InputError: they hold another record.
    """
    try:
        return from_json(kind, lzma.decompress(data))
    except lzma.LZMAError as exc:
        raise StoreDamaged(
            "This entry of the history cannot be read.", "Delete the entry; the others stay."
        ) from exc
