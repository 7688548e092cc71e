"""The noise floors of a home folder: measured in the background, kept, and used by searches."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.errors import SecondLookError, Stopping
from core.home.database import Database
from core.home.worker import BackgroundWorker
from core.ports import CrossEncoder, Encoder, VectorStore
from core.schema import ModelInfo
from core.search.calibration import (
    PROBE_DEPTH,
    QUANTILE,
    Noise,
    NoiseFloor,
    floor_of,
    probe_questions,
    unanswered,
)
from core.search.first_stage import Corpus
from core.serialize import from_json, to_json

log = logging.getLogger(__name__)
PAUSE_SECONDS = 3.0
KEPT = 200
_SCHEMA = """
CREATE TABLE IF NOT EXISTS floors(
    key TEXT PRIMARY KEY, record TEXT NOT NULL, made INTEGER NOT NULL DEFAULT (unixepoch())
);
"""


@dataclass(frozen=True, slots=True)
class Probed:
    """What a floor is measured on: the searchable part of a collection and both models."""

    store: VectorStore
    corpus: Corpus
    encoder: Encoder
    cross_encoder: CrossEncoder

    @property
    def key(self) -> str:
        """Names this corpus under these models."""
        return floor_key(self.corpus.version, self.encoder.info, self.cross_encoder.info)


def floor_key(corpus_version: str, encoder: ModelInfo, cross_encoder: ModelInfo) -> str:
    """Names a corpus under two models, each with what computes it."""
    return "|".join((corpus_version, encoder.computation, cross_encoder.computation))


class Floors:
    """Keeps one floor for each corpus and pair of models. Safe to use from several threads."""

    def __init__(self, path: Path | None) -> None:
        self._database = Database(path, _SCHEMA, durable=False)
        self._worker = BackgroundWorker("noise-floors")
        self._gave_up: set[str] = set()

    def get(self, key: str) -> NoiseFloor | None:
        """The floor that was measured, or None as long as there is none."""
        rows = self._database.rows("SELECT record FROM floors WHERE key = ?", [key])
        return from_json(NoiseFloor, rows[0][0]) if rows else None

    def measure(self, probed: Probed) -> NoiseFloor | None:
        """Ask all probes and keep the floor; None when the collection is empty or it was stopped.

        50 probes and 10 passages for each are 500 pairs.

        Raises:
            SecondLookError: the store or a model failed.
        """
        noises = [
            noise
            for probe in probe_questions()
            if not self._worker.closed and (noise := _look(probed, probe))
        ]
        if self._worker.closed or not noises:
            return None
        best = floor_of(unanswered(noises, probed.cross_encoder.info.calibration))
        floor = NoiseFloor(best.logit, best.cosine, QUANTILE, len(noises))
        self._keep(probed.key, floor)
        return floor

    def watch(self, due: Callable[[], list[Probed]], pause: float = PAUSE_SECONDS) -> None:
        """Measure what is missing, in a thread, whenever ``due`` names something.

        ``due`` is asked every few seconds; what failed once is not tried again.
        """
        self._worker.every(pause, lambda: self._measure_due(due))

    def close(self, timeout: float = 10.0) -> None:
        """Stop after the probe that is asked now, and release the file."""
        self._worker.close(timeout)
        self._database.close()

    def _measure_due(self, due: Callable[[], list[Probed]]) -> None:
        try:
            for probed in due():
                if probed.key not in self._gave_up:
                    self._try(probed)
        except Stopping:
            raise  # the next start measures it
        except SecondLookError as exc:
            log.info("no noise floor can be measured now: %s", exc)

    def _try(self, probed: Probed) -> None:
        try:
            if self.get(probed.key) is None and self.measure(probed) is None:
                self._gave_up.add(probed.key)
        except Stopping:
            raise
        except SecondLookError as exc:
            self._gave_up.add(probed.key)
            log.warning("the noise floor could not be measured: %s", exc)

    def _keep(self, key: str, floor: NoiseFloor) -> None:
        with self._database.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO floors(key, record) VALUES (?, ?)",
                (key, to_json(floor)),
            )
            db.execute(
                "DELETE FROM floors WHERE rowid NOT IN "
                "(SELECT rowid FROM floors ORDER BY made DESC, rowid DESC LIMIT ?)",
                (KEPT,),
            )


def _look(probed: Probed, probe: str) -> Noise | None:
    vector = probed.encoder.encode_query(probe)
    corpus = probed.corpus
    hits = probed.store.search(corpus.store_name, vector, PROBE_DEPTH, corpus.revisions)
    if not hits:
        return None
    logits = probed.cross_encoder.score(probe, [hit["chunk"].passage for hit in hits])
    return Noise(max(hit["score"] for hit in hits), float(logits.max()))
