"""Kept scores: a pair of question and passage is read once, and again only when something changed.

Logits and truncation flags depend on one pair alone, so they can be kept whatever else is ranked.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from core.errors import StoreError
from core.home.database import Database
from core.ports import CrossEncoder
from core.schema import FloatVector, ModelInfo

log = logging.getLogger(__name__)

Kept = Literal["logit", "truncated"]
BYTES_PER_PAIR = 170
"""Measured: 97 bytes in a file of 100,000 logits, 149 with its log; the rest is room."""
USE_SECONDS = 60.0
"""A pair that was used again is written anew at most once in so many seconds."""
_AT_ONCE = 500  # keys in one query
_EVICT_MORE = 256  # beyond as many as came, when the bound was lowered
_SCHEMA = """
CREATE TABLE IF NOT EXISTS pairs (
    key BLOB PRIMARY KEY, logit REAL, truncated INTEGER, used INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS pairs_by_use ON pairs (used);
"""
_NEW = "INSERT OR IGNORE INTO pairs (key, used) VALUES (?, ?)"
_KEEP = "UPDATE pairs SET {what} = ?, used = ? WHERE key = ?"
_EVICT = "DELETE FROM pairs WHERE key IN (SELECT key FROM pairs ORDER BY used LIMIT ?)"


def pair_keys(info: ModelInfo, query: str, passages: Sequence[str]) -> list[bytes]:
    """What a score depends on, as 32 bytes a pair; neither a rank nor a list is part of it.

    What computes it is named in full (``computation``): another runtime, another version of its
    library, another graph or int8 recipe gives other digits and never shares a score. The parts are
    put together as JSON, which cannot mix up where one ends and the next begins.
    """
    parts = [info.computation, query]
    begun = hashlib.sha256(json.dumps(parts).encode() + b"\n")
    keys = []
    for passage in passages:
        pair = begun.copy()
        pair.update(passage.encode("utf-8", "surrogatepass"))
        keys.append(pair.digest())
    return keys


class CachedCrossEncoder:
    """A ``CrossEncoder`` that reads only new pairs, each once; made anew for every question.

    ``hits`` counts the pairs whose score was known before this question. A model whose weights
    nobody can name (an empty sha256) is never looked up: they may change under the same name.
    """

    def __init__(self, cross_encoder: CrossEncoder, scores: ScoreCache | None) -> None:
        """Without ``scores`` nothing is remembered: every pair is read."""
        self._cross_encoder = cross_encoder
        self._scores = scores if cross_encoder.info.sha256 else None
        self._read: set[bytes] = set()
        self.hits = 0

    @property
    def info(self) -> ModelInfo:
        """Which model this is."""
        return self._cross_encoder.info

    def known(self, query: str, passages: Sequence[str]) -> list[bool]:
        """For each passage, whether its score costs nothing because it was kept."""
        keys = pair_keys(self.info, query, passages)
        kept = self._scores.find("logit", keys) if self._scores else {}
        return [key in kept for key in keys]

    def score(self, query: str, passages: Sequence[str]) -> FloatVector:
        """Raw logits, float32[len(passages)], in the order given."""
        keys, logits, new = self._values("logit", query, passages, self._cross_encoder.score)
        hits = sum(key not in new and key not in self._read for key in keys)
        self.hits += hits
        self._read |= new
        if self._scores:
            self._scores.count(hits, len(keys) - hits)
        return np.array([logits[key] for key in keys], dtype=np.float32)

    def truncated(self, query: str, passages: Sequence[str]) -> list[bool]:
        """For each passage, whether its end does not fit the model's window."""
        read = self._cross_encoder.truncated
        keys, flags, _ = self._values("truncated", query, passages, read)
        return [bool(flags[key]) for key in keys]

    def _values(
        self,
        what: Kept,
        query: str,
        passages: Sequence[str],
        read: Callable[[str, Sequence[str]], Iterable[float]],
    ) -> tuple[list[bytes], dict[bytes, float], set[bytes]]:
        """The key of each pair, the value of each key, and the keys that were read for it."""
        keys = pair_keys(self.info, query, passages)
        found = self._scores.find(what, keys) if self._scores else {}
        new = {key: text for key, text in zip(keys, passages, strict=True) if key not in found}
        if new:
            values = dict(zip(new, map(float, read(query, list(new.values()))), strict=True))
            if self._scores:
                self._scores.keep(what, values)
            found |= values
        return keys, found, set(new)


@dataclass(frozen=True, slots=True)
class CacheStats:
    """``hits`` and ``misses`` since the start, ``size`` of the file in bytes, pairs kept."""

    hits: int
    misses: int
    size: int
    entries: int

    @property
    def hit_rate(self) -> float:
        """Hits as a part of all look-ups, 0 to 1."""
        asked = self.hits + self.misses
        return self.hits / asked if asked else 0.0


class ScoreCache:
    """Keeps scores by a key that says everything they depend on; any thread may use it.

    It is only a cache. A file that is damaged, or of another version, is thrown away and made
    anew; one that cannot be written is left alone. Both are logged, and no question fails.
    What was not used longest goes first when it is full.

    Args:
        path: the file, or None to keep the scores in memory.
        limit_mb: bound of its size in megabytes.
        now: the time in seconds.
    """

    def __init__(
        self, path: Path | None = None, limit_mb: int = 64, now: Callable[[], float] = time.time
    ) -> None:
        self._path = path
        self._most = limit_mb * 1_000_000 // BYTES_PER_PAIR
        self._now = now
        self._lock = threading.RLock()
        self._hits = self._misses = self._entries = 0
        self._open()

    def find(self, what: Kept, keys: Sequence[bytes]) -> dict[bytes, float]:
        """What is known of these pairs: logits, or 1 and 0 for truncated or not."""
        found, asked = dict[bytes, float](), list(dict.fromkeys(keys))
        with self._lock:
            try:
                for start in range(0, len(asked), _AT_ONCE):
                    found |= self._found(what, asked[start : start + _AT_ONCE])
            except StoreError as exc:
                self._start_anew(exc)
        return found

    def keep(self, what: Kept, values: Mapping[bytes, float]) -> None:
        """Remember what was just computed, and forget what was not used longest."""
        if not values:
            return
        used = self._minute()
        with self._lock:
            try:
                with self._database.transaction() as db:
                    before = db.total_changes
                    db.executemany(_NEW, [(key, used) for key in values])
                    entries = self._entries + db.total_changes - before
                    rows = [(value, used, key) for key, value in values.items()]
                    db.executemany(_KEEP.format(what=what), rows)
                    excess = min(entries - self._most, len(values) + _EVICT_MORE)
                    if excess > 0:
                        entries -= db.execute(_EVICT, (excess,)).rowcount
                self._entries = entries
            except StoreError as exc:
                log.warning("scores are not kept: %s", exc)

    def count(self, hits: int, misses: int) -> None:
        """Add to the figures of this process."""
        with self._lock:
            self._hits += hits
            self._misses += misses

    def stats(self) -> CacheStats:
        """How often it helped since the start, and how large it is."""
        with self._lock:
            files = _files(self._path) if self._path else []
            size = sum(path.stat().st_size for path in files if path.exists())
            return CacheStats(self._hits, self._misses, size or self._pages(), self._entries)

    def clear(self) -> None:
        """Forget every score and give the space back."""
        with self._lock:
            self._remove()
            self._open()
            self._hits = self._misses = 0

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._database.close()

    def _found(self, what: Kept, keys: Sequence[bytes]) -> dict[bytes, float]:
        marks = ",".join("?" * len(keys))
        rows = self._database.rows(
            f"SELECT key, {what}, used FROM pairs WHERE key IN ({marks}) AND {what} IS NOT NULL",
            keys,
        )
        minute = self._minute()
        again = [(minute, key) for key, _, used in rows if used < minute]
        if again:
            with self._database.transaction() as db:
                db.executemany("UPDATE pairs SET used = ? WHERE key = ?", again)
        return {key: value for key, value, _ in rows}

    def _pages(self) -> int:
        count, size = (self._database.rows(f"PRAGMA page_{of}") for of in ("count", "size"))
        return int(count[0][0]) * int(size[0][0])

    def _minute(self) -> int:
        return int(self._now() / USE_SECONDS)

    def _open(self) -> None:
        try:
            self._database = _opened(self._path)
            self._entries = int(self._database.rows("SELECT count(*) FROM pairs")[0][0])
        except StoreError as exc:
            self._start_anew(exc)

    def _start_anew(self, error: StoreError) -> None:
        """Throw the file away; without a place for another one, go on in memory."""
        log.warning("the score cache starts again: %s", error)
        try:
            self._remove()
            self._database = _opened(self._path)
        except (OSError, StoreError) as exc:
            log.warning("scores are kept in memory only: %s", exc)
            self._path = None
            self._database = _opened(None)
        self._entries = 0

    def _remove(self) -> None:
        database: Database | None = getattr(self, "_database", None)
        if database is not None:
            database.close()
        if self._path is not None:
            for path in _files(self._path):
                path.unlink(missing_ok=True)


def _opened(path: Path | None) -> Database:
    return Database(path, _SCHEMA, durable=False)


def _files(path: Path) -> list[Path]:
    """The file and the two that SQLite keeps beside it."""
    return [path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))]
