"""The file of the history: what is written down of searches, found again and forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from core.errors import NotFound
from core.history.experiments_file import EXPERIMENTS_SCHEMA, ExperimentsFile
from core.history.facts import Facts, answer_facts, search_facts
from core.history.facts_file import FACTS_SCHEMA, add_answer_facts, add_search_facts, read_facts
from core.history.records import (
    Asked,
    Circumstances,
    Entry,
    Feedback,
    GivenAnswer,
    Wanted,
    pack,
    unpack,
)
from core.home.database import Database
from core.schema import Answer, Comparison, sha256_hex
from core.search.comparison import what_happened
from core.serialize import to_json

_SCHEMA = """
CREATE TABLE IF NOT EXISTS circumstances (key TEXT PRIMARY KEY, record BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS entries (
    id TEXT PRIMARY KEY, asked_at TEXT NOT NULL, collection_id TEXT NOT NULL,
    collection TEXT NOT NULL, query TEXT NOT NULL, folded TEXT NOT NULL, summary TEXT NOT NULL,
    total_ms REAL NOT NULL, comparison BLOB NOT NULL,
    circumstances TEXT NOT NULL REFERENCES circumstances (key));
CREATE INDEX IF NOT EXISTS entries_by_time ON entries (asked_at);
CREATE TABLE IF NOT EXISTS answers (
    entry_id TEXT NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    stage TEXT NOT NULL, mode TEXT NOT NULL, record BLOB NOT NULL,
    PRIMARY KEY (entry_id, stage, mode));
CREATE TABLE IF NOT EXISTS feedback (
    entry_id TEXT NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    stage TEXT NOT NULL, mode TEXT NOT NULL, about TEXT NOT NULL, liked INTEGER,
    note TEXT NOT NULL, PRIMARY KEY (entry_id, stage, mode, about));
CREATE TABLE IF NOT EXISTS choices (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_LINE = """
SELECT id, asked_at, collection_id, collection, query, summary, total_ms,
    (SELECT liked FROM feedback WHERE entry_id = entries.id AND about = 'answer'
        AND liked IS NOT NULL LIMIT 1)
FROM entries
"""


class HistoryFile:
    """One file. All methods may be called from any thread and raise ``StoreError``."""

    def __init__(self, path: Path | None) -> None:
        """Open or make the file; None keeps it in memory."""
        self._db = Database(path, _SCHEMA + FACTS_SCHEMA + EXPERIMENTS_SCHEMA)
        self.experiments = ExperimentsFile(self._db)
        self._db.rows("PRAGMA secure_delete=ON")

    def add(
        self, id_: str, asked_at: datetime, comparison: Comparison, around: Circumstances
    ) -> None:
        """Write a search down."""
        packed, key = pack(around), sha256_hex(to_json(around).encode())
        names = sorted({candidate.chunk.document_name for candidate in comparison.candidates})
        row = (
            id_,
            asked_at.astimezone(UTC).isoformat(),
            around.collection_id,
            comparison.collection,
            comparison.query,
            " ".join([comparison.query, *names]).casefold(),
            what_happened(comparison.reranked, comparison.settings.top_n),
            comparison.timings.total_ms,
            pack(comparison),
            key,
        )
        with self._db.transaction() as db:
            db.execute("INSERT OR IGNORE INTO circumstances VALUES (?, ?)", (key, packed))
            db.execute(f"INSERT OR IGNORE INTO entries VALUES ({_marks(row)})", row)
            add_search_facts(db, id_, search_facts(asked_at, around.collection_id, comparison))

    def add_answer(self, entry_id: str, given: GivenAnswer) -> None:
        """Write an answer to a search down; a later one of the same kind replaces it."""
        row = (entry_id, given.stage, given.answer.mode, pack(given.answer))
        if self._add_to(entry_id, "answers", row):
            with self._db.transaction() as db:
                add_answer_facts(db, entry_id, answer_facts(given.stage, given.answer))

    def add_feedback(self, entry_id: str, feedback: Feedback) -> None:
        """Write down what a person thought; the last word counts."""
        about = (feedback.stage, feedback.mode, feedback.about)
        self._add_to(entry_id, "feedback", (entry_id, *about, feedback.liked, feedback.note))

    def lines(self, wanted: Wanted) -> list[Asked]:
        """Searches, the latest first."""
        conditions, values = _conditions(wanted)
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        sql = f"{_LINE} {where} ORDER BY asked_at DESC, rowid DESC LIMIT ?"
        return [_asked(row) for row in self._db.rows(sql, (*values, wanted.limit))]

    def entry(self, id_: str) -> Entry:
        """Everything about one search.

        Raises:
            NotFound: it was deleted.
            StoreDamaged: it cannot be read.
        """
        found = self._db.rows(
            "SELECT asked_at, comparison, record FROM entries JOIN circumstances"
            " ON circumstances.key = entries.circumstances WHERE id = ?",
            (id_,),
        )
        if not found:
            raise NotFound("This search is not in the history any more.", "Reload the page.")
        asked_at, comparison, around = found[0]
        return Entry(
            id_,
            datetime.fromisoformat(asked_at),
            unpack(Comparison, comparison),
            unpack(Circumstances, around),
            self._answers(id_),
            self._feedback(id_),
        )

    def facts(self, limit: int) -> list[Facts]:
        """The figures of the latest searches, oldest first."""
        return read_facts(self._db, limit)

    def count(self) -> int:
        """How many searches are kept."""
        return int(self._db.rows("SELECT count(*) FROM entries")[0][0])

    def collections(self) -> dict[str, str]:
        """Ids of the collections that were asked, with their latest names."""
        sql = "SELECT collection_id, collection FROM entries ORDER BY asked_at"
        return dict(self._db.rows(sql))

    def retain(self, days: int, entries: int, now: datetime) -> None:
        """Forget what is older than so many days, and all but the latest so many entries."""
        oldest = (now.astimezone(UTC) - timedelta(days=days)).isoformat()
        latest = "SELECT id FROM entries ORDER BY asked_at DESC, rowid DESC LIMIT ?"
        with self._db.transaction() as db:
            db.execute("DELETE FROM entries WHERE asked_at < ?", (oldest,))
            db.execute(f"DELETE FROM entries WHERE id NOT IN ({latest})", (entries,))
            _drop_unused(db)

    def delete(self, id_: str) -> None:
        """Forget one search."""
        with self._db.transaction() as db:
            db.execute("DELETE FROM entries WHERE id = ?", (id_,))
            _drop_unused(db)

    def purge(self) -> None:
        """Forget every search; nothing of them stays in the file."""
        with self._db.transaction() as db:
            db.execute("DELETE FROM entries")
            _drop_unused(db)
        self._db.rows("VACUUM")
        self._db.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def choice(self, name: str, default: str) -> str:
        """What a person chose earlier."""
        found = self._db.rows("SELECT value FROM choices WHERE name = ?", (name,))
        return str(found[0][0]) if found else default

    def choose(self, name: str, value: str) -> None:
        """Keep a choice."""
        with self._db.transaction() as db:
            db.execute("INSERT OR REPLACE INTO choices VALUES (?, ?)", (name, value))

    def close(self) -> None:
        """Release the file."""
        self._db.close()

    def _add_to(self, entry_id: str, table: str, row: Sequence[Any]) -> bool:
        """Write a row beside its search; whether that is still kept."""
        with self._db.transaction() as db:
            if not db.execute("SELECT 1 FROM entries WHERE id = ?", (entry_id,)).fetchone():
                return False
            db.execute(f"INSERT OR REPLACE INTO {table} VALUES ({_marks(row)})", row)
        return True

    def _answers(self, id_: str) -> tuple[GivenAnswer, ...]:
        sql = "SELECT stage, record FROM answers WHERE entry_id = ? ORDER BY stage DESC, mode"
        rows = self._db.rows(sql, (id_,))
        return tuple(GivenAnswer(stage, unpack(Answer, record)) for stage, record in rows)

    def _feedback(self, id_: str) -> tuple[Feedback, ...]:
        sql = (
            "SELECT stage, mode, about, liked, note FROM feedback WHERE entry_id = ? ORDER BY about"
        )
        return tuple(
            Feedback(stage, mode, about, _liked(liked), note)
            for stage, mode, about, liked, note in self._db.rows(sql, (id_,))
        )


def _marks(row: Sequence[Any]) -> str:
    return ", ".join("?" * len(row))


def _liked(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def _asked(row: tuple[Any, ...]) -> Asked:
    id_, asked_at, collection_id, collection, query, summary, total_ms, liked = row
    return Asked(
        id_,
        datetime.fromisoformat(asked_at),
        collection_id,
        collection,
        query,
        summary,
        total_ms,
        _liked(liked),
    )


def _drop_unused(db: Any) -> None:
    db.execute("DELETE FROM circumstances WHERE key NOT IN (SELECT circumstances FROM entries)")


def _conditions(wanted: Wanted) -> tuple[list[str], list[Any]]:
    """Conditions with their values; a word is looked for as it is, no sign in it is special."""
    conditions, values = [], list[Any]()
    for word in wanted.words.casefold().split():
        conditions.append("instr(folded, ?) > 0")
        values.append(word)
    if wanted.collection_id:
        conditions.append("collection_id = ?")
        values.append(wanted.collection_id)
    if wanted.first_day is not None:
        conditions.append("asked_at >= ?")
        values.append(wanted.first_day.isoformat())
    if wanted.last_day is not None:
        conditions.append("asked_at < ?")
        values.append((wanted.last_day + timedelta(days=1)).isoformat())
    return conditions, values
