"""Damaged files of a home folder: every kind is named, none is taken for an empty store."""

from __future__ import annotations

import json
import pickle
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from core.errors import SecondLookError, StoreDamaged
from core.index.files import Files
from core.index.library import Library
from core.index.store import open_store
from core.schema import Chunking
from tests.strategies import make_chunk


@pytest.fixture
def folder(tmp_path):
    """A store's folder with one collection of three points."""
    path = tmp_path / "qdrant"
    store = open_store(path)
    store.create("c", 4)
    store.upsert("c", "r", [make_chunk(i) for i in range(3)], np.eye(3, 4, dtype=np.float32))
    store.close()
    return path


def points(folder):
    """The collection's SQLite file."""
    return folder / "collection" / "c" / "storage.sqlite"


def spoil_point(folder, value):
    """Write other bytes in the place of one point."""
    with closing(sqlite3.connect(points(folder))) as db, db:
        db.execute("UPDATE points SET point = ? WHERE rowid = 1", (value,))


def cut_in_half(path):
    """Keep the first half of a file."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


DAMAGE = {
    "meta empty": lambda f: (f / "meta.json").write_text(""),
    "meta cut": lambda f: cut_in_half(f / "meta.json"),
    "meta of another shape": lambda f: (f / "meta.json").write_text("{}"),
    "meta a list": lambda f: (f / "meta.json").write_text("[1]"),
    "meta not text": lambda f: (f / "meta.json").write_bytes(b"\xff\xfe\x00"),
    "meta missing": lambda f: (f / "meta.json").unlink(),
    "meta of another version": lambda f: (f / "meta.json").write_text(
        json.dumps(
            {"collections": {"c": {"vectors": {"size": "long", "distance": "?"}}}, "aliases": {}}
        )
    ),
    "points cut": lambda f: cut_in_half(points(f)),
    "points not SQLite": lambda f: points(f).write_bytes(b"garbage " * 1000),
    "points of the old dbm format": lambda f: (
        points(f).unlink(),
        (points(f).parent / "storage.dbm").write_bytes(b"x"),
    ),
    "a point not a pickle": lambda f: spoil_point(f, b"garbage"),
    "a point cut": lambda f: spoil_point(f, pickle.dumps({"a": 1})[:-3]),
    "a point of another class": lambda f: spoil_point(f, b"cnosuchmodule\nnosuch\n."),
    "a point without fields": lambda f: spoil_point(f, pickle.dumps(7)),
}


# the client leaves connections and its lock file open when it fails
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_every_damage_of_the_store_is_named(folder, damage):
    """The message says that files cannot be read, the advice how to rebuild."""
    damage(folder)
    with pytest.raises(StoreDamaged) as caught:
        open_store(folder)
    assert "core rebuild" in caught.value.advice


@pytest.mark.parametrize("content", [b"", b"garbage \x00\xff" * 100])
def test_the_content_of_the_lock_file_does_not_matter(folder, content):
    """Only the lock on it does: nothing is lost."""
    (folder / ".lock").write_bytes(content)
    store = open_store(folder)
    assert store.counts("c") == {"r": 3}
    store.close()


def test_a_folder_that_the_list_does_not_name_is_swept(folder):
    """Killed while a collection is made or deleted: its folder goes at the next start."""
    stray = folder / "collection" / "second-look-half-made"
    stray.mkdir()
    (stray / "storage.sqlite").write_bytes(b"")
    open_store(folder).close()
    assert [path.name for path in (folder / "collection").iterdir()] == ["c"]


def test_an_emptied_points_file_has_a_count_of_zero(folder):
    """SQLite takes an empty file for a new database: only the count tells."""
    points(folder).write_bytes(b"")
    store = open_store(folder)
    assert store.counts("c") == {}
    store.close()


@pytest.fixture
def home(tmp_path):
    """A home folder with a library and one original."""
    library = Library(tmp_path / "library.sqlite")
    library.create_collection("papers", Chunking())
    library.close()
    Files(tmp_path).write("a" * 64, b"%PDF", b"text")
    return tmp_path


def _set_version(path, version):
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"PRAGMA user_version={version}")


LIBRARY_DAMAGE = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "cut": cut_in_half,
    "garbage": lambda path: path.write_bytes(b"garbage " * 1000),
    "older": lambda path: _set_version(path, 0),
    "newer": lambda path: _set_version(path, 999),
}


@pytest.mark.parametrize("damage", LIBRARY_DAMAGE.values(), ids=LIBRARY_DAMAGE.keys())
def test_every_damage_of_the_library_is_named_each_time(home, damage):
    """An empty library beside originals is no new one: a sweep would delete the originals."""
    damage(home / "library.sqlite")
    for _ in range(2):
        with pytest.raises(StoreDamaged):
            Library(home / "library.sqlite")


def test_a_library_that_cannot_be_written_is_not_called_damaged(tmp_path):
    """A folder in its place is a matter of the home folder."""
    (tmp_path / "library.sqlite").mkdir()
    with pytest.raises(SecondLookError, match="cannot be used") as caught:
        Library(tmp_path / "library.sqlite")
    assert not isinstance(caught.value, StoreDamaged)
