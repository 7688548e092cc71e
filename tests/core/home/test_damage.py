"""Damaged files of a home folder: every kind is named, none is taken for an empty store."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest

from core.errors import SecondLookError, StoreDamaged
from core.home.files import Files
from core.home.library import Library
from core.schema import Chunking
from core.store.opening import open_store
from tests.lost_points import DAMAGE
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


FILES = [
    "edge_config.json",
    "wal/first-index",
    "wal/open-1",
    "segments/*/segment.json",
    "segments/*/version.info",
    "segments/*/mutable_id_tracker.mappings",
    "segments/*/mutable_id_tracker.versions",
    "segments/*/payload_storage/page_0.dat",
    "segments/*/payload_storage/config.json",
    "segments/*/vector_storage-dense/vectors/status.dat",
    "segments/*/vector_storage-bm25/store/page_0.dat",
]


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
@pytest.mark.parametrize("file", FILES)
def test_no_damage_of_the_store_is_taken_for_a_good_one(folder, file, damage):
    """It is named, with the way to rebuild; or a count is short; or nothing is lost."""
    (path,) = (folder / "shards" / "c").glob(file)
    damage(path)
    advice = look(folder)
    assert advice is None or "core rebuild" in advice


def look(folder):
    """None when the store is whole or a count is short; else the advice of what was raised."""
    try:
        store = open_store(folder)
    except StoreDamaged as exc:
        return exc.advice
    try:
        if store.counts("c") == {"r": 3}:
            chunks, matrix = store.read("c", "r")
            assert chunks == [make_chunk(i) for i in range(3)]
            assert np.array_equal(matrix, np.eye(3, 4, dtype=np.float32))
            assert len(store.search("c", np.ones(4, dtype=np.float32), 5, ["r"])) == 3
    except StoreDamaged as exc:
        return exc.advice
    finally:
        store.close()
    return None


@pytest.mark.parametrize("place", ["new", "gone"])
def test_half_made_and_half_removed_collections_are_swept(folder, place):
    """Killed while a collection is made or deleted: its folder goes at the next start."""
    stray = folder / place / "second-look-half-made"
    stray.mkdir(parents=True, exist_ok=True)
    (stray / "edge_config.json").write_bytes(b"")
    store = open_store(folder)
    assert store.collections() == {"c"}
    store.close()
    assert not stray.exists()


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
    **DAMAGE,
    "version lost": lambda path: _set_version(path, 0),
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
