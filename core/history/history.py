"""Every search, remembered in one file of the home folder without making anybody wait."""

from __future__ import annotations

import sqlite3
import threading
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from core.errors import InputError, NotFound
from core.history.experiments import EXPERIMENTS_SCHEMA, Experiments
from core.history.facts import (
    FACTS_SCHEMA,
    Facts,
    answer_facts,
    read_facts,
    search_facts,
)
from core.history.recorder import Recorder
from core.history.records import (
    Entry,
    Feedback,
    GivenAnswer,
    HistoryFilter,
    HistoryLine,
    Provenance,
    pack,
    provenance,
    unpack,
)
from core.home.database import Database
from core.home.library import Library
from core.schema import Answer, Comparison, Stage, sha256_hex
from core.search.comparison import what_happened
from core.serialize import to_json
from core.settings import HistorySettings

HISTORY_FILE = "history.sqlite"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS provenances (key TEXT PRIMARY KEY, record BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS entries (
    id TEXT PRIMARY KEY, asked_at TEXT NOT NULL, collection_id TEXT NOT NULL,
    collection TEXT NOT NULL, query TEXT NOT NULL, folded TEXT NOT NULL, summary TEXT NOT NULL,
    total_ms REAL NOT NULL, comparison BLOB NOT NULL,
    provenance TEXT NOT NULL REFERENCES provenances (key));
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
CREATE TABLE IF NOT EXISTS too_old (
    entry_id TEXT PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE, since TEXT NOT NULL);
"""
_LINES = """
SELECT id, asked_at, collection_id, collection, query, summary, total_ms,
    (SELECT liked FROM feedback WHERE entry_id = entries.id AND about = 'answer'
        AND liked IS NOT NULL LIMIT 1)
FROM entries
"""
Now = Callable[[], datetime]
_UTC_NOW: Now = partial(datetime.now, UTC)


def history_database(path: Path | None) -> Database:
    """The file of a history, made when it is missing; None keeps it in memory.

    Raises:
        StoreError: it cannot be opened.
    """
    database = Database(path, _SCHEMA + FACTS_SCHEMA + EXPERIMENTS_SCHEMA)
    database.rows("PRAGMA secure_delete=ON")
    return database


class History:
    """The searches of one home folder. Safe to use from several threads.

    ``record``, ``record_answer`` and ``rate`` return at once and never raise: what they are given
    is written down later. When that fails, ``trouble`` says why. All others wait until everything
    is written down, and raise ``StoreError`` when the file cannot be read or written.
    """

    def __init__(
        self, path: Path | None, settings: HistorySettings, library: Library, now: Now = _UTC_NOW
    ) -> None:
        """The file is opened when it is needed first: damage of it stops nothing else."""
        self.settings = settings
        self._path = path
        self._library = library
        self._now = now
        self._recorder = Recorder()
        self._opening = threading.Lock()
        self._opened: Database | None = None
        self.experiments = Experiments(self._open, self._recorder, lambda: self.on, now)

    @property
    def trouble(self) -> str:
        """Why the last search was not written down; empty when all is well."""
        return self._recorder.trouble

    @property
    def on(self) -> bool:
        """Whether searches are written down: by the settings, and by the switch on the page."""
        if not self.settings.enabled:
            return False
        return self._open().rows("SELECT value FROM choices WHERE name = 'record'") != [("off",)]

    def switch(self, *, on: bool) -> None:
        """Write searches down from now on, or stop; what is kept stays.

        Raises:
            InputError: the settings switched it off for everybody.
        """
        if on and not self.settings.enabled:
            raise InputError(
                "The history is switched off by SECOND_LOOK_HISTORY.", "Set it to on, and restart."
            )
        with self._open().transaction() as db:
            row = ("record", "on" if on else "off")
            db.execute("INSERT OR REPLACE INTO choices VALUES (?, ?)", row)

    def record(self, collection_id: str, comparison: Comparison) -> str:
        """Remember a search; the id of its entry, under which answers and feedback follow."""
        id_, asked_at = uuid.uuid4().hex, self._now()

        def write() -> None:
            if self.on:
                made_from = provenance(self._library, collection_id, comparison.corpus_version)
                self._add(id_, asked_at, comparison, made_from)

        if self.settings.enabled:
            self._recorder.put(write)
        return id_

    def record_answer(self, entry_id: str, stage: Stage, answer: Answer) -> None:
        """Remember an answer to a search that is kept; a later one of the same kind replaces it."""

        def write() -> None:
            key = (entry_id, stage, answer.mode)
            with self._open().transaction() as db:
                _add_to_entry(db, "answers", (*key, pack(answer)))
                _add_to_entry(db, "answer_facts", (*key, to_json(answer_facts(stage, answer))))

        self._recorder.put(write, proves=False)

    def rate(self, entry_id: str, feedback: Feedback) -> None:
        """Remember what a person thought of an answer that is kept; the last word counts."""
        about = (feedback.stage, feedback.mode, feedback.about)

        def write() -> None:
            with self._open().transaction() as db:
                _add_to_entry(db, "feedback", (entry_id, *about, feedback.liked, feedback.note))

        self._recorder.put(write, proves=False)

    def lines(self, wanted: HistoryFilter | None = None) -> list[HistoryLine]:
        """Searches, the latest first."""
        database, wanted = self._written(), wanted or HistoryFilter()
        with database.transaction() as db:
            self._retain(db)
        conditions = _conditions(wanted)
        young = "id NOT IN (SELECT entry_id FROM too_old)"
        where = " AND ".join([young, *(condition for condition, _ in conditions)])
        sql = f"{_LINES} WHERE {where} ORDER BY asked_at DESC, rowid DESC LIMIT ?"
        values = (*(value for _, value in conditions), wanted.limit)
        return [_line(row) for row in database.rows(sql, values)]

    def entry(self, id_: str) -> Entry:
        """Everything about one search.

        Raises:
            NotFound: it was deleted.
            StoreDamaged: it cannot be read.
        """
        database = self._written()
        rows = database.rows(
            "SELECT asked_at, comparison, record FROM entries JOIN provenances"
            " ON provenances.key = entries.provenance WHERE id = ?",
            (id_,),
        )
        if not rows:
            raise NotFound("This search is no longer in the history.", "Reload the page.")
        ((asked_at, comparison, made_from),) = rows
        return Entry(
            id_,
            datetime.fromisoformat(asked_at),
            unpack(Comparison, comparison),
            unpack(Provenance, made_from),
            _answers(database, id_),
            _feedback(database, id_),
        )

    def facts(self) -> list[Facts]:
        """The figures of all searches that are kept, oldest first."""
        return read_facts(self._written(), self.settings.entries)

    def count(self) -> int:
        """How many searches are kept."""
        return int(self._written().rows("SELECT count(*) FROM entries")[0][0])

    def collections(self) -> dict[str, str]:
        """Ids and latest names of the collections that were asked, deleted ones too."""
        sql = "SELECT collection_id, collection FROM entries ORDER BY asked_at"
        return dict(self._open().rows(sql))

    def questions(self, collection_id: str, limit: int = 200) -> list[str]:
        """The different questions that a collection was asked, the latest first."""
        lines = self.lines(HistoryFilter(collection_id=collection_id, limit=limit))
        return list(dict.fromkeys(line.query for line in lines))

    def delete(self, id_: str) -> None:
        """Forget one search."""
        with self._written().transaction() as db:
            db.execute("DELETE FROM entries WHERE id = ?", (id_,))
            _drop_unused(db)

    def purge(self) -> int:
        """Forget every search, so that nothing of them stays in the file; how many they were."""
        count, database = self.count(), self._open()
        with database.transaction() as db:
            db.execute("DELETE FROM entries")
            _drop_unused(db)
        database.rows("VACUUM")
        database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        return count

    def flush(self) -> None:
        """Wait until everything is written down."""
        self._recorder.wait()

    def close(self) -> None:
        """Write down what waits, then release the file."""
        self._recorder.close(None, finish=True)
        with self._opening:
            if self._opened is not None:
                self._opened.close()

    def _open(self) -> Database:
        with self._opening:
            if self._opened is None:
                self._opened = history_database(self._path)
            return self._opened

    def _written(self) -> Database:
        self._recorder.wait()
        return self._open()

    def _add(
        self, id_: str, asked_at: datetime, comparison: Comparison, made_from: Provenance
    ) -> None:
        packed, key = pack(made_from), sha256_hex(to_json(made_from).encode())
        names = sorted({candidate.chunk.document_name for candidate in comparison.candidates})
        row = (
            id_,
            asked_at.astimezone(UTC).isoformat(),
            made_from.collection_id,
            comparison.collection,
            comparison.query,
            " ".join([comparison.query, *names]).casefold(),
            what_happened(comparison.reranked, comparison.settings.top_n),
            comparison.timings.total_ms,
            pack(comparison),
            key,
        )
        with self._open().transaction() as db:
            db.execute("INSERT OR IGNORE INTO provenances VALUES (?, ?)", (key, packed))
            db.execute(f"INSERT OR IGNORE INTO entries VALUES ({_marks(row)})", row)
            facts = search_facts(asked_at, made_from.collection_id, comparison)
            _add_to_entry(db, "search_facts", (id_, to_json(facts)))
            self._retain(db)

    def _retain(self, db: sqlite3.Connection) -> None:
        """Forget what is older than the days of the settings, and all but the latest entries.

        What is too old is hidden at once and deleted a day later: a clock that jumps ahead, and is
        set right within the day, costs nothing.
        """
        now = self._now().astimezone(UTC)
        oldest = (now - timedelta(days=self.settings.days)).isoformat()
        old = "SELECT id FROM entries WHERE asked_at < ?"
        latest = "SELECT id FROM entries ORDER BY asked_at DESC, rowid DESC LIMIT ?"
        db.execute(
            f"DELETE FROM too_old WHERE since > ? OR entry_id NOT IN ({old})",
            (now.isoformat(), oldest),
        )
        db.execute(
            f"INSERT OR IGNORE INTO too_old SELECT id, ? FROM ({old})", (now.isoformat(), oldest)
        )
        due = "SELECT entry_id FROM too_old WHERE since <= ?"
        yesterday = (now - timedelta(days=1)).isoformat()
        db.execute(f"DELETE FROM entries WHERE id IN ({due})", (yesterday,))
        db.execute(f"DELETE FROM entries WHERE id NOT IN ({latest})", (self.settings.entries,))
        _drop_unused(db)


def _add_to_entry(db: sqlite3.Connection, table: str, row: Sequence[Any]) -> None:
    """Write a row of a search, if that is still kept."""
    if db.execute("SELECT 1 FROM entries WHERE id = ?", row[:1]).fetchone():
        db.execute(f"INSERT OR REPLACE INTO {table} VALUES ({_marks(row)})", row)


def _drop_unused(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM provenances WHERE key NOT IN (SELECT provenance FROM entries)")


def _answers(database: Database, entry_id: str) -> tuple[GivenAnswer, ...]:
    sql = "SELECT stage, record FROM answers WHERE entry_id = ? ORDER BY stage DESC, mode"
    rows = database.rows(sql, (entry_id,))
    return tuple(GivenAnswer(stage, unpack(Answer, record)) for stage, record in rows)


def _feedback(database: Database, entry_id: str) -> tuple[Feedback, ...]:
    sql = "SELECT stage, mode, about, liked, note FROM feedback WHERE entry_id = ? ORDER BY about"
    return tuple(
        Feedback(stage, mode, about, _liked(liked), note)
        for stage, mode, about, liked, note in database.rows(sql, (entry_id,))
    )


def _marks(row: Sequence[Any]) -> str:
    return ", ".join("?" * len(row))


def _liked(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def _line(row: tuple[Any, ...]) -> HistoryLine:
    id_, asked_at, collection_id, collection, query, summary, total_ms, liked = row
    at = datetime.fromisoformat(asked_at)
    return HistoryLine(id_, at, collection_id, collection, query, summary, total_ms, _liked(liked))


def _conditions(wanted: HistoryFilter) -> list[tuple[str, str]]:
    """Conditions with their values; a word is looked for as it is, no sign in it is special."""
    conditions = [("instr(folded, ?) > 0", word) for word in wanted.words.casefold().split()]
    if wanted.collection_id:
        conditions.append(("collection_id = ?", wanted.collection_id))
    if wanted.first_day is not None:
        conditions.append(("asked_at >= ?", wanted.first_day.isoformat()))
    if wanted.last_day is not None:
        conditions.append(("asked_at < ?", (wanted.last_day + timedelta(days=1)).isoformat()))
    return conditions
