"""Experiments of one home folder: started, stopped, and written down behind the pages.

A list that was shown belongs to its search: whoever forgets the search forgets the list and the
clicks.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from core.errors import InputError
from core.evaluate.configurations import Configuration
from core.evaluate.online import Act, Action, Experiment, Impression, Seen, Way
from core.history.recorder import Recorder
from core.home.database import Database
from core.serialize import from_json, to_json

EXPERIMENTS_SCHEMA = """
CREATE TABLE IF NOT EXISTS experiments (id TEXT PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS impressions (
    entry_id TEXT PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE,
    experiment_id TEXT NOT NULL, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS actions (
    entry_id TEXT NOT NULL REFERENCES impressions (entry_id) ON DELETE CASCADE,
    record TEXT NOT NULL);
"""


class Experiments:
    """At most one runs in a collection. It needs the history, and ends with it.

    Args:
        open_database: gives the history's database, opened when it is needed first.
        recorder: what the history writes with, so that a search is there before its list.
        on: whether searches are written down now.
        now: the time.
    """

    def __init__(
        self,
        open_database: Callable[[], Database],
        recorder: Recorder,
        on: Callable[[], bool],
        now: Callable[[], datetime],
    ) -> None:
        self._database, self._recorder, self._on, self._now = open_database, recorder, on, now

    def running(self, collection_id: str) -> Experiment | None:
        """The experiment of a collection; None when there is none, or nothing can be recorded.

        Raises:
            StoreError: the history cannot be read.
        """
        if not self._on():
            return None
        now = self._now()
        return next((e for e in self.of(collection_id) if e.runs(now)), None)

    def start(
        self, collection_id: str, way: Way, sides: tuple[Configuration, Configuration], days: int
    ) -> Experiment:
        """Begin an experiment.

        Raises:
            InputError: nothing can be recorded, one runs already, or it compares nothing.
        """
        if not self._on():
            raise InputError(
                "An experiment needs the history, and the history is off.",
                "Switch the history on first.",
            )
        if self.running(collection_id) is not None:
            raise InputError(
                "An experiment is already running in this collection.", "Stop it first."
            )
        now, id_ = self._now(), uuid.uuid4().hex
        experiment = Experiment(id_, collection_id, way, *sides, now, now + timedelta(days=days))
        self._keep(experiment)
        return experiment

    def stop(self, experiment: Experiment) -> None:
        """End it now; what was recorded stays."""
        self._keep(replace(experiment, ends_at=self._now()))

    def of(self, collection_id: str) -> list[Experiment]:
        """All experiments of a collection, the latest first."""
        rows = self._database().rows("SELECT record FROM experiments ORDER BY rowid DESC")
        experiments = [from_json(Experiment, record) for (record,) in rows]
        here = [e for e in experiments if e.collection_id == collection_id]
        return sorted(here, key=lambda experiment: experiment.started_at, reverse=True)

    def show(self, impression: Impression) -> None:
        """Remember a list whose search is kept. Returns at once."""
        row = (impression.entry_id, impression.experiment_id, to_json(impression))
        there = "SELECT 1 FROM entries WHERE id = ?"
        self._write(there, "INSERT OR IGNORE INTO impressions VALUES (?, ?, ?)", row)

    def act(self, entry_id: str, act: Act, chunk_id: str = "") -> None:
        """Remember what a person does with a list, at this moment. Returns at once."""
        row = (entry_id, to_json(Action(entry_id, act, chunk_id, self._now())))
        there = "SELECT 1 FROM impressions WHERE entry_id = ?"
        self._write(there, "INSERT INTO actions VALUES (?, ?)", row)

    def seen(self, experiment: Experiment) -> list[Seen]:
        """Every list of an experiment with what people did, in the order in which they came."""
        self._recorder.wait()
        actions = defaultdict[str, list[Action]](list)
        rows = self._database().rows("SELECT entry_id, record FROM actions ORDER BY rowid")
        for entry_id, record in rows:
            actions[entry_id].append(from_json(Action, record))
        sql = "SELECT entry_id, record FROM impressions WHERE experiment_id = ? ORDER BY rowid"
        impressions = self._database().rows(sql, (experiment.id,))
        return [Seen(from_json(Impression, record), tuple(actions[i])) for i, record in impressions]

    def _write(self, there: str, insert: str, row: tuple[str, ...]) -> None:
        """Insert a row later, if what its first column names is there then."""

        def write() -> None:
            with self._database().transaction() as db:
                if db.execute(there, row[:1]).fetchone():
                    db.execute(insert, row)

        self._recorder.put(write, proves=False)

    def _keep(self, experiment: Experiment) -> None:
        row = (experiment.id, to_json(experiment))
        with self._database().transaction() as db:
            db.execute("INSERT OR REPLACE INTO experiments VALUES (?, ?)", row)
