"""What people said and asked travels with a backup."""

import sqlite3
import zipfile
from contextlib import closing

import pytest

from core.app.opening import open_storage
from core.errors import StoreDamaged
from core.evaluate.judging.judgments import Judgments
from core.evaluate.questions.question_sets import QuestionSets, new_set, typed
from core.home.backup import backup, restore
from core.home.database import copy_database
from core.home.files import Files
from core.home.library import Library
from tests.core.evaluate.made import made
from tests.made_home import settings_of


@pytest.fixture
def home(tmp_path):
    """A home folder with no document, one judgment and one question set."""
    folder = tmp_path / "home"
    Library(folder / "library.sqlite").close()
    Files(folder)
    judgments = Judgments(folder / "judgments.sqlite")
    judgments.add(made(grade=3))
    QuestionSets(judgments.database).save(new_set("c", "mine", typed("Who pays?")))
    judgments.close()
    return folder


def test_judgments_and_question_sets_come_back(home, tmp_path):
    """The same records after backup and restore, and no log beside the file in the archive."""
    backup(settings_of(home), tmp_path / "all.zip", open_storage)
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert "judgments.sqlite" in archive.namelist()
        assert not any(name.endswith(("-wal", "-shm")) for name in archive.namelist())
    restore(settings_of(tmp_path / "other"), tmp_path / "all.zip", open_storage)
    before, after = (Judgments(f / "judgments.sqlite") for f in (home, tmp_path / "other"))
    assert after.of("c") == before.of("c") != []
    assert QuestionSets(after.database).of("c") == QuestionSets(before.database).of("c") != []
    before.close()
    after.close()


def test_a_history_file_travels_too(home, tmp_path):
    """Any SQLite file under that name, byte for byte in its content."""
    with closing(sqlite3.connect(home / "history.sqlite")) as db, db:
        db.execute("CREATE TABLE asked (text TEXT)")
        db.execute("INSERT INTO asked VALUES ('Who pays?')")
    backup(settings_of(home), tmp_path / "all.zip", open_storage)
    restore(settings_of(tmp_path / "other"), tmp_path / "all.zip", open_storage)
    with closing(sqlite3.connect(tmp_path / "other" / "history.sqlite")) as db:
        assert db.execute("SELECT text FROM asked").fetchall() == [("Who pays?",)]


def test_what_is_still_in_the_log_is_copied(tmp_path):
    """A writer that has the file open, with its last commit in the log alone."""
    open_ = Judgments(tmp_path / "judgments.sqlite")
    kept = open_.add(made())
    assert (tmp_path / "judgments.sqlite-wal").stat().st_size > 0
    copy_database(tmp_path / "judgments.sqlite", tmp_path / "copy.sqlite")
    copied = Judgments(tmp_path / "copy.sqlite")
    assert copied.of("c") == [kept]
    copied.close()
    open_.close()


def test_a_damaged_file_is_named(home, tmp_path):
    """No backup of damage, and no half archive."""
    (home / "judgments.sqlite").write_bytes(b"x" * 5000)
    with pytest.raises(StoreDamaged, match=r"judgments\.sqlite"):
        backup(settings_of(home), tmp_path / "all.zip", open_storage)
    assert not list(tmp_path.glob("*all.zip*"))
