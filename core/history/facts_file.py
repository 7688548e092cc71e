"""Facts in the file of the history: written with their search, made up for older searches."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from core.history.facts import AnswerFacts, Facts, SearchFacts, answer_facts, search_facts
from core.history.records import GivenAnswer, unpack
from core.home.database import Database
from core.schema import Answer, Comparison
from core.serialize import from_json, to_json

FACTS_SCHEMA = """
CREATE TABLE IF NOT EXISTS search_facts (
    entry_id TEXT PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS answer_facts (
    entry_id TEXT NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    stage TEXT NOT NULL, mode TEXT NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (entry_id, stage, mode));
"""
CAUGHT_UP = 500
"""Older searches whose facts are made up at most each time facts are read (1 ms each)."""


def add_search_facts(db: sqlite3.Connection, entry_id: str, found: SearchFacts) -> None:
    """Write the figures of a search down, in a transaction of the caller."""
    row = (entry_id, to_json(found))
    db.execute("INSERT OR REPLACE INTO search_facts VALUES (?, ?)", row)


def add_answer_facts(db: sqlite3.Connection, entry_id: str, found: AnswerFacts) -> None:
    """Write the figures of an answer down, in a transaction of the caller."""
    row = (entry_id, found.stage, found.mode, to_json(found))
    db.execute("INSERT OR REPLACE INTO answer_facts VALUES (?, ?, ?, ?)", row)


def read_facts(database: Database, limit: int) -> list[Facts]:
    """The facts of the latest searches, oldest first.

    Raises:
        StoreError: the file cannot be read.
    """
    _catch_up(database)
    rows = database.rows(
        "SELECT id, record FROM entries JOIN search_facts ON entry_id = id"
        " ORDER BY asked_at DESC, entries.rowid DESC LIMIT ?",
        (limit,),
    )
    answers, liked = _answers(database), _liked(database)
    return [
        Facts(from_json(SearchFacts, record), tuple(answers[id_]), tuple(liked[id_]))
        for id_, record in reversed(rows)
    ]


def _answers(database: Database) -> dict[str, list[AnswerFacts]]:
    found = defaultdict[str, list[AnswerFacts]](list)
    for id_, record in database.rows("SELECT entry_id, record FROM answer_facts"):
        found[id_].append(from_json(AnswerFacts, record))
    return found


def _liked(database: Database) -> dict[str, list[bool]]:
    found = defaultdict[str, list[bool]](list)
    sql = "SELECT entry_id, liked FROM feedback WHERE liked IS NOT NULL"
    for id_, value in database.rows(sql):
        found[id_].append(bool(value))
    return found


def _catch_up(database: Database) -> None:
    """Make the facts of searches that an earlier version wrote down."""
    entries = database.rows(
        "SELECT id, asked_at, collection_id, comparison FROM entries"
        " WHERE id NOT IN (SELECT entry_id FROM search_facts) ORDER BY asked_at DESC LIMIT ?",
        (CAUGHT_UP,),
    )
    answers = database.rows(
        "SELECT entry_id, stage, record FROM answers WHERE (entry_id, stage, mode) NOT IN"
        " (SELECT entry_id, stage, mode FROM answer_facts) LIMIT ?",
        (CAUGHT_UP,),
    )
    if entries or answers:
        with database.transaction() as db:
            for id_, at, collection, packed in entries:
                comparison = unpack(Comparison, packed)
                made = search_facts(datetime.fromisoformat(at), collection, comparison)
                add_search_facts(db, id_, made)
            _add_answers(db, ((i, GivenAnswer(s, unpack(Answer, r))) for i, s, r in answers))


def _add_answers(db: sqlite3.Connection, given: Iterable[tuple[str, GivenAnswer]]) -> None:
    for id_, answer in given:
        add_answer_facts(db, id_, answer_facts(answer.stage, answer.answer))
