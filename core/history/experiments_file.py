"""Experiments in the file of the history: lists that were shown, and what people did with them.

A list belongs to its search: whoever forgets the search forgets the list and the clicks.
"""

from __future__ import annotations

from collections import defaultdict

from core.evaluate.online.experiment import Action, Experiment, Impression, Seen
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


class ExperimentsFile:
    """The experiments' part of a history file. All methods raise ``StoreError``."""

    def __init__(self, database: Database) -> None:
        """Use a database that has the schema."""
        self._db = database

    def keep(self, experiment: Experiment) -> None:
        """Write an experiment down, or its new end."""
        row = (experiment.id, to_json(experiment))
        with self._db.transaction() as db:
            db.execute("INSERT OR REPLACE INTO experiments VALUES (?, ?)", row)

    def all(self) -> list[Experiment]:
        """Every experiment, the latest first."""
        rows = self._db.rows("SELECT record FROM experiments ORDER BY rowid DESC")
        found = [from_json(Experiment, record) for (record,) in rows]
        return sorted(found, key=lambda experiment: experiment.started_at, reverse=True)

    def add(self, shown: Impression) -> None:
        """Write a list down whose search is kept."""
        row = (shown.entry_id, shown.experiment_id, to_json(shown))
        with self._db.transaction() as db:
            if db.execute("SELECT 1 FROM entries WHERE id = ?", row[:1]).fetchone():
                db.execute("INSERT OR IGNORE INTO impressions VALUES (?, ?, ?)", row)

    def act(self, action: Action) -> None:
        """Write down what a person did with a list that is kept."""
        row = (action.entry_id, to_json(action))
        with self._db.transaction() as db:
            if db.execute("SELECT 1 FROM impressions WHERE entry_id = ?", row[:1]).fetchone():
                db.execute("INSERT INTO actions VALUES (?, ?)", row)

    def seen(self, experiment_id: str) -> list[Seen]:
        """Every list of an experiment with what was done, in the order in which they came."""
        actions = defaultdict[str, list[Action]](list)
        for entry_id, record in self._db.rows(
            "SELECT entry_id, record FROM actions ORDER BY rowid"
        ):
            actions[entry_id].append(from_json(Action, record))
        sql = "SELECT record FROM impressions WHERE experiment_id = ? ORDER BY rowid"
        shown = [
            from_json(Impression, record) for (record,) in self._db.rows(sql, (experiment_id,))
        ]
        return [Seen(one, tuple(actions[one.entry_id])) for one in shown]
