"""What the engine promises about a collection while files are on their way into it."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from core.engine import FIRST_COLLECTION, Engine, Parts
from core.errors import NotFound
from core.index.files import Files
from core.index.library import Library
from core.index.shelf import Shelf, store_name
from core.index.store import open_store
from core.rank.loading import Models
from core.schema import Chunking
from core.settings import Settings
from tests.fakes import FakeCrossEncoder, FakeEncoder
from tests.made_pdfs import made_pdf, sentences

SECONDS = 60
TRAVEL = made_pdf(sentences("travel", 20))
LONG = made_pdf(*(sentences(f"topic{number}", 20) for number in range(12)))


@pytest.fixture
def engine(tmp_path: Path):
    """An engine in an empty folder, its models fakes, its vectors in memory."""
    shelf = Shelf(Library(tmp_path / "library.sqlite"), open_store(), Files(tmp_path))
    made = Engine(Settings(home=tmp_path), Parts(shelf, Models(FakeEncoder, FakeCrossEncoder)))
    yield made
    made.close()


@pytest.fixture
def held(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    """Two events: the encoder has been reached; it may go on."""
    reached, opened = threading.Event(), threading.Event()
    encoder = engine.models.wait()[0]
    encode = encoder.encode

    def waiting(texts):
        reached.set()
        assert opened.wait(SECONDS)
        return encode(texts)

    monkeypatch.setattr(encoder, "encode", waiting)
    yield reached, opened
    opened.set()


def wait(engine: Engine) -> None:
    """Until nothing is on its way any more."""
    deadline = time.monotonic() + SECONDS
    while engine.jobs.busy():
        assert time.monotonic() < deadline, engine.jobs.snapshot()
        time.sleep(0.01)


def first(engine: Engine) -> str:
    """Id of the first collection."""
    return engine.collections()[0].id


def test_a_new_home_has_one_empty_collection(engine: Engine):
    """There is always a place to add to."""
    assert [known.name for known in engine.collections()] == [FIRST_COLLECTION]
    assert engine.documents(first(engine)) == []


def test_chunking_changed_while_the_first_file_comes_in_loses_no_chunk(engine: Engine, held):
    """The collection still counts as empty, but its first chunks are in the store already."""
    reached, opened = held
    engine.jobs.add(first(engine), [("long.pdf", LONG)])
    assert reached.wait(SECONDS)
    engine.set_chunking(first(engine), Chunking(64, 0))
    opened.set()
    wait(engine)
    document = engine.documents(first(engine))[0]
    assert [job.status for job in engine.jobs.snapshot()] == ["indexed", "indexed"]
    assert engine.collections()[0].chunking == Chunking(64, 0)
    assert len(engine.chunks(first(engine), document.id)) == document.chunks
    assert all(chunk.tokens <= 64 for chunk in engine.chunks(first(engine), document.id))


def test_deleting_a_collection_stops_the_files_on_their_way_into_it(engine: Engine, held):
    """Nothing of them stays, and an empty collection takes the place of the last one."""
    reached, opened = held
    old = first(engine)
    engine.jobs.add(old, [("long.pdf", LONG), ("travel.pdf", TRAVEL)])
    assert reached.wait(SECONDS)
    engine.delete_collection(old)
    opened.set()
    wait(engine)
    assert "indexed" not in {job.status for job in engine.jobs.snapshot()}
    assert engine.library.document_ids() == set()
    store = engine.shelf.store
    assert store_name(old) not in store.collections() or not store.revisions(store_name(old))
    assert [known.name for known in engine.collections()] == [FIRST_COLLECTION]


def test_a_deleted_document_is_gone_with_its_file(engine: Engine):
    """Record, chunks and, after the worker's tidying, the file."""
    engine.jobs.add(first(engine), [("travel.pdf", TRAVEL)])
    wait(engine)
    document = engine.documents(first(engine))[0]
    assert engine.page_picture(document.id, 1, 200).startswith(b"\x89PNG")
    engine.delete_document(first(engine), document.id)
    engine.close()
    with pytest.raises(NotFound):
        engine.shelf.files.original(document.id)
