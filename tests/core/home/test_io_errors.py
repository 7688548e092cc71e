"""A full disk or an I/O error at every place that writes: a message, and the last commit stays."""

import errno
import functools
import os
import sqlite3
from pathlib import Path

import pytest

from core.app.opening import open_storage
from core.errors import StoreError
from core.home.storage import delete_document, incomplete, store_names, sweep
from core.ingest.jobs import pipeline
from core.ingest.jobs.pipeline import Ingest, add_document, reindex
from core.ingest.jobs.worker import parse
from core.schema import Chunking
from core.settings import Limits
from core.store.opening import open_store
from tests.fakes import FakeEncoder
from tests.made_home import settings_of, storage_at
from tests.made_pdfs import made_pdf, sentences

FIRST = made_pdf(sentences("travel", 30))
SECOND = made_pdf(sentences("food", 30))
FAULTS = {
    "full": (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), sqlite3.SQLITE_FULL),
    "I/O error": (OSError(errno.EIO, os.strerror(errno.EIO)), sqlite3.SQLITE_IOERR),
}


def quiet(_):
    """Nobody listens to the progress."""


@pytest.fixture
def storage(tmp_path):
    """A home folder with one document; put back in order before it is closed."""
    made = storage_at(tmp_path, open_store(tmp_path / "q"))
    yield made
    made.close()


_parse = functools.cache(parse)


@pytest.fixture
def ingest(storage, monkeypatch):
    """One collection with one committed document; a file is parsed once for all tests."""
    monkeypatch.setattr(pipeline, "parse", _parse)
    made = Ingest(storage, FakeEncoder(), Limits())
    id_ = storage.library.create_collection("papers", Chunking()).id
    add_document(made, id_, "travel.pdf", FIRST, quiet)
    _parse(SECOND, made.limits, "food.pdf")  # it writes files too: no fault must meet that
    return made


class Fault:
    """Lets a function work ``after`` times, and fail from then on."""

    def __init__(self, error, after):
        self.error, self.left, self.hits = error, after, 0

    def before(self, original):
        """The function, failing."""

        def call(*arguments, **named):
            if self.left <= 0:
                self.hits += 1
                raise self.error
            self.left -= 1
            return original(*arguments, **named)

        return call


class Connection:
    """A SQLite connection that fails at statements with a word in them."""

    def __init__(self, real, fault, word):
        self._real, self._fault, self._word = real, fault, word

    def execute(self, sql, *arguments):
        """Fails at the word."""
        if self._word in sql:
            return self._fault.before(self._real.execute)(sql, *arguments)
        return self._real.execute(sql, *arguments)

    def __getattr__(self, name):
        """Everything else is the real one's."""
        return getattr(self._real, name)

    def __enter__(self):
        """Begin."""
        return self._real.__enter__()

    def __exit__(self, *exc):
        """Commit, or fail at that."""
        if self._word == "COMMIT" and exc[0] is None:
            try:
                self._fault.before(self._real.commit)()
            except sqlite3.Error:
                self._real.rollback()
                raise
        return self._real.__exit__(*exc)


def sqlite_error(code):
    """What SQLite raises for this code."""
    error = sqlite3.OperationalError("database or disk is full or broken")
    error.sqlite_errorcode = code
    return error


def in_files(name):
    """Break a function that ``core.home.files`` calls."""

    def put(monkeypatch, storage, fault):
        target = os if name == "fsync" else Path
        monkeypatch.setattr(target, name, fault.before(getattr(target, name)))

    return put


def in_library(word):
    """Break a statement of the library."""

    def put(monkeypatch, storage, fault):
        monkeypatch.setattr(storage.library, "_db", Connection(storage.library._db, fault, word))

    return put


class Shard:
    """A shard of the embedded engine whose writes fail."""

    def __init__(self, real, fault, name):
        self._real, self._fault, self._name = real, fault, name

    def __getattr__(self, name):
        """The named method fails, the others are the real ones."""
        real = getattr(self._real, name)
        return self._fault.before(real) if name == self._name else real


def in_store(name):
    """Break a method of the embedded store's shards."""

    def put(monkeypatch, storage, fault):
        fault.error = Exception(f"Service runtime error: IO Error: {fault.error}")
        broken = {k: Shard(real, fault, name) for k, real in storage.store._shards.items()}
        monkeypatch.setattr(storage.store, "_shards", broken)

    return put


POINTS = [
    *(("add", in_files(name), 0, "os") for name in ("write_bytes", "replace", "mkdir")),
    *(("add", in_files("fsync"), after, "os") for after in range(4)),
    ("add", in_files("write_bytes"), 1, "os"),
    ("add", in_files("replace"), 1, "os"),
    ("add", in_store("update"), 0, "os"),
    ("add", in_store("flush"), 0, "os"),
    ("add", in_library("INSERT"), 0, "sqlite"),
    ("add", in_library("COMMIT"), 0, "sqlite"),
    ("reindex", in_store("update"), 0, "os"),
    ("reindex", in_store("flush"), 0, "os"),
    ("reindex", in_library("UPDATE documents"), 0, "sqlite"),
    ("reindex", in_library("UPDATE collections"), 0, "sqlite"),
    ("reindex", in_library("COMMIT"), 0, "sqlite"),
    ("delete", in_library("DELETE"), 0, "sqlite"),
    ("delete", in_library("COMMIT"), 0, "sqlite"),
]


def operate(ingest, id_, kind):
    """Add a second document, cut anew, or delete the first one."""
    if kind == "add":
        add_document(ingest, id_, "food.pdf", SECOND, quiet)
    elif kind == "reindex":
        reindex(ingest, id_, Chunking(64, 10), quiet)
    else:
        (document,) = ingest.storage.library.documents(id_)
        delete_document(ingest.storage, id_, document.id)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
@pytest.mark.parametrize("point", POINTS, ids=range(len(POINTS)))
def test_an_error_while_writing_leaves_the_last_commit(
    storage, ingest, monkeypatch, tmp_path, point, fault
):
    """A message of ours; documents, chunks, files as before; the same again then works."""
    kind, put, after, family = point
    id_ = storage.library.collections()[0].id
    before = (storage.library.documents(id_), storage.library.collections())
    broken = Fault(fault[0] if family == "os" else sqlite_error(fault[1]), after)
    with monkeypatch.context() as patched:
        put(patched, storage, broken)
        with pytest.raises(StoreError) as caught:
            operate(ingest, id_, kind)
    assert broken.hits >= 1
    assert caught.value.message.endswith(".")
    assert caught.value.advice
    sweep(storage)
    assert (storage.library.documents(id_), storage.library.collections()) == before
    assert incomplete(storage, id_) == []
    (place,) = store_names(storage, id_)
    assert storage.store.collections() == {place}
    assert set(storage.store.counts(place)) == {d.revision for d in before[0]}
    assert {p.name for p in (tmp_path / "files").iterdir()} == {f"{d.id}.pdf" for d in before[0]}
    operate(ingest, id_, kind)
    assert incomplete(storage, id_) == []
    assert len(storage.library.documents(id_)) == {"add": 2, "reindex": 1, "delete": 0}[kind]


def test_a_home_folder_that_cannot_be_made_is_named(tmp_path):
    """A file stands in its place."""
    (tmp_path / "home").write_text("a file")
    with pytest.raises(StoreError, match="cannot be used"):
        open_storage(settings_of(tmp_path / "home"))
