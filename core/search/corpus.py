"""What of a collection a search may find."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Corpus:
    """The committed part of a collection: its store name, its revisions and their version."""

    collection: str
    store_name: str
    revisions: tuple[str, ...]
    version: str
