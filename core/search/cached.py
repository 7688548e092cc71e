"""A cross-encoder that looks first whether a pair was scored before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from core.models.computation import computation_key
from core.ports import CrossEncoder
from core.schema import FloatVector, ModelInfo
from core.search.cache import Kept


class PairScores(Protocol):
    """Where scores are kept; see ``ScoreCache``."""

    def find(self, what: Kept, keys: Sequence[bytes]) -> dict[bytes, float]:
        """What is known of these pairs."""
        ...

    def keep(self, what: Kept, values: Mapping[bytes, float]) -> None:
        """Remember what was just computed."""
        ...

    def count(self, hits: int, misses: int) -> None:
        """Add to the figures that a page shows."""
        ...


class NoScores:
    """Remembers nothing: every pair is read."""

    def find(self, what: Kept, keys: Sequence[bytes]) -> dict[bytes, float]:
        """Nothing is known."""
        del what, keys
        return {}

    def keep(self, what: Kept, values: Mapping[bytes, float]) -> None:
        """Nothing is kept."""

    def count(self, hits: int, misses: int) -> None:
        """Nobody asks."""


def pair_keys(info: ModelInfo, query: str, passages: Sequence[str]) -> list[bytes]:
    """What a score depends on, as 32 bytes a pair; neither a rank nor a list is part of it.

    What computes it is named in full (``computation_key``): another runtime, another version of its
    library, another graph or int8 recipe gives other digits and never shares a score. The parts are
    put together as JSON, which cannot mix up where one ends and the next begins.
    """
    parts = [computation_key(info), query]
    begun = hashlib.sha256(json.dumps(parts).encode() + b"\n")
    keys = []
    for passage in passages:
        pair = begun.copy()
        pair.update(passage.encode("utf-8", "surrogatepass"))
        keys.append(pair.digest())
    return keys


class CachedCrossEncoder:
    """A ``CrossEncoder`` that reads only new pairs, each once; made anew for every question.

    ``hits`` counts the pairs of this question whose score was known. A model whose weights
    nobody can name (an empty sha256) is never looked up: they may change under the same name.
    """

    def __init__(self, cross_encoder: CrossEncoder, scores: PairScores) -> None:
        self._cross_encoder = cross_encoder
        self._scores = scores if cross_encoder.info.sha256 else NoScores()
        self.hits = 0

    @property
    def info(self) -> ModelInfo:
        """Which model this is."""
        return self._cross_encoder.info

    def known(self, query: str, passages: Sequence[str]) -> list[bool]:
        """For each passage, whether its score costs nothing because it was kept."""
        keys = pair_keys(self.info, query, passages)
        found = self._scores.find("logit", keys)
        return [key in found for key in keys]

    def score(self, query: str, passages: Sequence[str]) -> FloatVector:
        """Raw logits, float32[len(passages)], in the order given."""
        keys = pair_keys(self.info, query, passages)
        found = self._scores.find("logit", keys)
        new = {key: text for key, text in zip(keys, passages, strict=True) if key not in found}
        hits = sum(key in found for key in keys)
        self.hits += hits
        self._scores.count(hits, len(keys) - hits)
        if new:
            logits = self._cross_encoder.score(query, list(new.values()))
            read = dict(zip(new, map(float, logits), strict=True))
            self._scores.keep("logit", read)
            found |= read
        return np.array([found[key] for key in keys], dtype=np.float32)

    def truncated(self, query: str, passages: Sequence[str]) -> list[bool]:
        """For each passage, whether its end does not fit the model's window."""
        keys = pair_keys(self.info, query, passages)
        found = self._scores.find("truncated", keys)
        new = {key: text for key, text in zip(keys, passages, strict=True) if key not in found}
        if new:
            flags = self._cross_encoder.truncated(query, list(new.values()))
            read = dict(zip(new, map(float, flags), strict=True))
            self._scores.keep("truncated", read)
            found |= read
        return [bool(found[key]) for key in keys]
