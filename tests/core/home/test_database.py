"""A small SQLite file: all or nothing, and every fault in this project's words."""

import pytest

from core.errors import InputError, StoreDamaged, StoreError
from core.home.database import Database
from tests.made_home import at_once

SCHEMA = "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);"
INSERT = "INSERT INTO notes (text) VALUES (?)"


def test_what_was_written_is_there_after_opening_again(tmp_path):
    """A committed row outlives the process."""
    first = Database(tmp_path / "deep" / "notes.sqlite", SCHEMA)
    with first.transaction() as db:
        db.execute(INSERT, ("kept",))
    first.close()
    again = Database(tmp_path / "deep" / "notes.sqlite", SCHEMA)
    assert again.rows("SELECT text FROM notes") == [("kept",)]
    again.close()


def test_an_error_in_a_transaction_leaves_nothing(tmp_path):
    """Also an error of the caller's own takes every statement back."""
    database = Database(tmp_path / "notes.sqlite", SCHEMA)

    def stopped():
        with database.transaction() as db:
            db.execute(INSERT, ("lost",))
            raise InputError("stop")

    with pytest.raises(InputError):
        stopped()
    assert database.rows("SELECT * FROM notes") == []
    database.close()


def test_ten_threads_lose_nothing():
    """Ten times fifty rows are five hundred rows."""
    database = Database(None, SCHEMA, durable=False)

    def write(_):
        for _ in range(50):
            with database.transaction() as db:
                db.execute(INSERT, ("x",))

    at_once(write, range(10))
    assert database.rows("SELECT count(*) FROM notes") == [(500,)]
    database.close()


def test_garbage_and_other_versions_are_named(tmp_path):
    """Neither is read as an empty file."""
    (tmp_path / "garbage.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(StoreDamaged, match=r"garbage\.sqlite"):
        Database(tmp_path / "garbage.sqlite", SCHEMA)
    Database(tmp_path / "new.sqlite", SCHEMA, version=2).close()
    with pytest.raises(StoreDamaged, match="another version"):
        Database(tmp_path / "new.sqlite", SCHEMA, version=1)


def test_a_wrong_statement_and_a_wrong_folder_are_ours(tmp_path):
    """SQLite's and the system's errors do not reach the page."""
    database = Database(None, SCHEMA)
    with pytest.raises(StoreError):
        database.rows("SELECT * FROM nothing")
    database.close()
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError):
        Database(tmp_path / "file" / "notes.sqlite", SCHEMA)
