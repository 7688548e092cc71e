"""A disk that fills up ends no process: adding is refused in time, deleting goes on."""

import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from core.errors import StoreError
from core.home import room
from core.home.room import (
    KEPT_ASIDE,
    LEAST_FREE,
    MB,
    PLENTY,
    SPARE_FILE,
    require_room,
    room_to_delete,
)
from core.store.embedded import EdgeStore
from tests.strategies import make_chunk


@pytest.fixture
def disk(monkeypatch):
    """A disk with as much room as a test says; what is kept aside takes of it."""
    made = SimpleNamespace(free=10 * PLENTY)

    def usage(folder):
        spare = folder / SPARE_FILE
        return SimpleNamespace(free=made.free - (KEPT_ASIDE if spare.exists() else 0))

    monkeypatch.setattr(shutil, "disk_usage", usage)
    return made


@pytest.mark.parametrize(
    ("free", "refused", "aside"),
    [
        (PLENTY, False, False),
        (PLENTY - 1, False, True),
        (LEAST_FREE + KEPT_ASIDE, False, True),
        (LEAST_FREE + KEPT_ASIDE - 1, True, False),
        (0, True, False),
    ],
)
def test_room_is_asked_for_before_writing(disk, tmp_path, free, refused, aside):
    """Nothing is kept aside on a disk with plenty of room, and nothing taken from a full one."""
    disk.free = free
    if refused:
        with pytest.raises(StoreError, match=f"{free // MB} MB are free, adding needs 104 MB"):
            require_room(tmp_path)
    else:
        require_room(tmp_path)
    assert (tmp_path / SPARE_FILE).exists() is aside


def test_what_was_kept_aside_is_for_deleting(disk, tmp_path):
    """It goes where the disk is full, and adding waits until it is there again."""
    disk.free = PLENTY - 1
    require_room(tmp_path)
    disk.free = LEAST_FREE + KEPT_ASIDE - 1
    with pytest.raises(StoreError, match="adding needs 64 MB"):
        require_room(tmp_path)
    with room_to_delete(tmp_path):
        assert not (tmp_path / SPARE_FILE).exists()


def test_a_system_without_such_a_call_keeps_nothing_aside(disk, tmp_path, monkeypatch):
    """Adding then is refused a little earlier."""
    monkeypatch.delattr(room.os, "posix_fallocate")
    disk.free = PLENTY - 1
    require_room(tmp_path)
    assert not (tmp_path / SPARE_FILE).exists()


def test_a_full_store_refuses_searches_and_deletes(disk, tmp_path):
    """And takes new chunks again once there is room; an emptied collection gives all of it back."""
    store, vectors = EdgeStore(tmp_path / "store"), np.eye(2, dtype=np.float32)
    chunks = [make_chunk(0), make_chunk(1)]
    store.create("c", 2)
    store.upsert("c", "one", chunks[:1], vectors[:1])
    disk.free = LEAST_FREE
    for full in (
        lambda: store.upsert("c", "two", chunks[1:], vectors[1:]),
        lambda: store.create("d", 2),
    ):
        with pytest.raises(StoreError, match="nearly full"):
            full()
    assert len(store.search("c", vectors[0], 5, ["one"])) == 1
    store.delete("c", "one")
    assert store.counts("c") == {}
    disk.free = PLENTY
    store.upsert("c", "two", chunks[1:], vectors[1:])
    assert store.counts("c") == {"two": 1}
    store.close()
