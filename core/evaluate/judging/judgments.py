"""What people said about passages: kept as document and characters, not as chunk ids.

A chunk lives as long as its chunking, a judgment should live as long as its document. So a
judgment names a span of the document's text; ``grading`` finds the chunks of today that it speaks
about.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.errors import InputError, NotFound
from core.home.database import Database
from core.schema import Chunk
from core.text.spans import Place, place_of

GRADES = {0: "Not relevant", 1: "On topic", 2: "Answers in part", 3: "Answers"}
"""Every grade with its meaning; 1 and above count as relevant in the measures that know no more."""
SETTLED = "settled"
"""The judge under whose name a disagreement was settled; that grade counts before all others."""
MADE = "made from the document"
"""The judge of what a question knows about its own source."""
NOTE_CHARACTERS = 2000
_COLUMNS = 'id, collection, query, document, start, "end", grade, judge, note, source, at'


@dataclass(frozen=True, slots=True)
class Judgment:
    """One grade, 0 to 3, that one judge gave to one span for one question.

    ``source`` says where it was given or read from. ``id`` is 0 until it is kept.
    """

    collection: str
    query: str
    place: Place
    grade: int
    judge: str
    at: datetime
    note: str = ""
    source: str = ""
    id: int = 0

    def __post_init__(self) -> None:
        """Refuse a grade that has no meaning, and a judge without a name."""
        if self.grade not in GRADES:
            raise InputError(f"A grade of {self.grade} is outside 0 to 3.", "Give 0, 1, 2 or 3.")
        if not self.judge.strip():
            raise InputError("A judgment needs the name of its judge.", "Type a name.")


def folded(query: str) -> str:
    """A question with its white space folded, as a search reads it.

    >>> folded(" Who  pays? ")
    'Who pays?'
    """
    return " ".join(query.split())


class Judgments:
    """All judgments of a home folder. Safe to use from several threads.

    Args:
        path: of the file, or None to keep them in memory.

    Raises:
        StoreError: the file cannot be opened, read or written.
    """

    def __init__(self, path: Path | None) -> None:
        self.database = Database(path, SCHEMA)

    def add(self, judgment: Judgment) -> Judgment:
        """Keep a judgment; on disk when this returns. The same with its id."""
        sql = (
            f"INSERT INTO judgments ({_COLUMNS.removeprefix('id, ')}) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        j, place, at = judgment, judgment.place, judgment.at.isoformat()
        where = j.collection, folded(j.query), place.document_id, place.start, place.end
        given = j.grade, j.judge, j.note, j.source, at
        with self.database.transaction() as db:
            cursor = db.execute(sql, (*where, *given))
        return replace(judgment, id=int(cursor.lastrowid or 0))

    def give(
        self, collection: str, query: str, chunk: Chunk, grade: int, judge: str, note: str = ""
    ) -> Judgment:
        """Keep a grade that a person gives a chunk now.

        Raises:
            InputError: the name is one that stands for a rule.
        """
        if judge.strip().casefold() in {SETTLED, MADE}:
            raise InputError(f"The name {judge.strip()!r} has a meaning here.", "Type another one.")
        return self._give(collection, query, chunk, grade, judge, note)

    def settle(self, collection: str, query: str, chunk: Chunk, grade: int) -> Judgment:
        """Keep the grade that judges of different minds agreed on; it counts before all others."""
        return self._give(collection, query, chunk, grade, SETTLED)

    def _give(
        self, collection: str, query: str, chunk: Chunk, grade: int, judge: str, note: str = ""
    ) -> Judgment:
        now, note = datetime.now(UTC), note.strip()[:NOTE_CHARACTERS]
        place, who = place_of(chunk), judge.strip()
        return self.add(Judgment(collection, folded(query), place, grade, who, now, note, "judged"))

    def of(
        self, collection: str, query: str | None = None, until: datetime | None = None
    ) -> list[Judgment]:
        """What counts now: of each judge the newest word on each span, oldest first.

        ``until`` leaves out what was said later, as if it were that moment; what was taken back
        since is not known any more.
        """
        log = self.log(collection, query)
        newest = {(j.query, j.judge, j.place): j for j in log if until is None or j.at <= until}
        return sorted(newest.values(), key=lambda judgment: judgment.id)

    def log(self, collection: str, query: str | None = None) -> list[Judgment]:
        """Every judgment ever given and not taken back, oldest first."""
        sql, values = f"SELECT {_COLUMNS} FROM judgments WHERE collection = ?", [collection]
        if query is not None:
            sql, values = sql + " AND query = ?", [collection, folded(query)]
        return [_judgment(row) for row in self.database.rows(sql + " ORDER BY id", values)]

    def undo(self, collection: str, judge: str) -> Judgment:
        """Take the judge's last judgment back; what they had said before counts again.

        Raises:
            NotFound: there is none.
        """
        sql = f"SELECT {_COLUMNS} FROM judgments WHERE collection = ? AND judge = ?"
        with self.database.transaction() as db:
            row = db.execute(sql + " ORDER BY id DESC LIMIT 1", (collection, judge)).fetchone()
            if row is None:
                raise NotFound("There is no judgment to undo.")
            db.execute("DELETE FROM judgments WHERE id = ?", (row[0],))
        return _judgment(row)

    def judges(self, collection: str) -> list[str]:
        """Everybody who judged in a collection, by name."""
        sql = "SELECT DISTINCT judge FROM judgments WHERE collection = ? ORDER BY judge"
        return [str(row[0]) for row in self.database.rows(sql, [collection])]

    def queries(self, collection: str) -> list[str]:
        """The questions that have a judgment, in the order they were first judged."""
        sql = "SELECT query FROM judgments WHERE collection = ? GROUP BY query ORDER BY min(id)"
        return [str(row[0]) for row in self.database.rows(sql, [collection])]

    def forget(self, collection: str) -> None:
        """Remove everything about a collection that was deleted."""
        with self.database.transaction() as db:
            for table in ("judgments", "query_sets", "rankings", "evaluations", "advice"):
                db.execute(f"DELETE FROM {table} WHERE collection = ?", (collection,))

    def close(self) -> None:
        """Release the file."""
        self.database.close()


def _judgment(row: tuple[Any, ...]) -> Judgment:
    id_, collection, query, document, start, end, grade, judge, note, source, at = row
    place, when = Place(document, start, end), datetime.fromisoformat(at)
    return Judgment(collection, query, place, grade, judge, when, note, source, id_)


SCHEMA = """
CREATE TABLE IF NOT EXISTS judgments (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  collection TEXT NOT NULL,
  query TEXT NOT NULL,
  document TEXT NOT NULL,
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  grade INTEGER NOT NULL CHECK (grade BETWEEN 0 AND 3),
  judge TEXT NOT NULL,
  note TEXT NOT NULL,
  source TEXT NOT NULL,
  at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS judgments_by_query ON judgments (collection, query);
CREATE TABLE IF NOT EXISTS query_sets (
  id TEXT PRIMARY KEY,
  collection TEXT NOT NULL,
  record TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS rankings (
  collection TEXT NOT NULL,
  settings TEXT NOT NULL,
  version TEXT NOT NULL,
  query TEXT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (collection, settings, version, query)
);
CREATE TABLE IF NOT EXISTS evaluations (
  id TEXT PRIMARY KEY,
  collection TEXT NOT NULL,
  started_at TEXT NOT NULL,
  record TEXT NOT NULL,
  report TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS advice (
  collection TEXT PRIMARY KEY,
  record TEXT NOT NULL
);
"""
"""Judgments are a log, never changed: the newest line of a judge on a span counts, and undo
takes the last line away. Query sets, rankings, evaluations and advice are records as JSON."""
