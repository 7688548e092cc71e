"""Hostile file names, all the way: kept and shown as they are, and never a path."""

import json
import re
from pathlib import Path

from core.home.storage import store_name
from core.ingest.jobs import ahead
from core.ingest.jobs.pipeline import UNNAMED, Ingest, document_name
from core.ingest.jobs.queue import Jobs
from core.ingest.pdf.reading import extract
from core.schema import Chunk, Chunking, Document
from core.serialize import from_json, to_json
from core.settings import Limits
from core.store.opening import open_store
from tests.core.ingest.pdf_maker import LEFT_COLUMN, drawn, paragraph
from tests.fakes import FakeEncoder
from tests.made_home import storage_at

NAMES = json.loads(Path(__file__).with_name("names.json").read_text("ascii"))
NAMES += ["a" + "\u0300" * 200 + ".pdf", "a" * 4096 + ".pdf", "名" * 1400, "😀" * 1024]
HALF = re.compile("[\ud800-\udfff]")
STORED = re.compile(r"(?:files/[0-9a-f]{64}\.pdf|texts/[0-9a-f]{64}\.npz)")
OURS = {"library.sqlite", "library.sqlite-wal", "library.sqlite-shm"}


def indexed(home):
    """All names in one collection of a new home folder, and the names that the jobs show."""
    storage = storage_at(home, open_store(path=home / "qdrant"))
    ingest = Ingest(storage, FakeEncoder(), Limits())
    collection = storage.library.create_collection("names", Chunking(64, 0)).id
    body = drawn([paragraph(60, 100, LEFT_COLUMN)])
    jobs = Jobs(lambda: ingest)
    jobs.add(collection, [(name, body + b"\n%d" % i) for i, name in enumerate(NAMES)])
    jobs.wait(240)
    shown = jobs.snapshot()
    jobs.close()
    assert {job.status for job in shown} == {"indexed"}, {job.reason for job in shown}
    return ingest, collection, [job.name for job in shown]


def test_hostile_names_are_kept_and_lead_nowhere(tmp_path, monkeypatch):
    """From the queue to the records, the chunks and JSON each is the same; no file has its name."""
    monkeypatch.setattr(ahead, "parse", lambda data, limits, _: extract(data, limits))
    # a child for each would take a minute
    home = tmp_path / "above" / "home"
    ingest, collection, shown = indexed(home)
    expected = [document_name(name) for name in NAMES]
    assert shown == expected
    storage = ingest.storage
    documents = storage.library.documents(collection)
    assert [document.name for document in documents] == expected
    for document in documents:
        assert from_json(Document, to_json(document)) == document
        chunks = storage.store.scroll(store_name(collection, document.revision), document.revision)
        assert {piece.document_name for piece in chunks} == {document.name}
        assert [from_json(Chunk, to_json(piece)) for piece in chunks] == chunks
    storage.store.close()
    storage.library.close()
    assert_nothing_escaped(tmp_path, home)


def assert_nothing_escaped(outside, home):
    """Every file is one of ours, and is named by us."""
    files = {path for path in outside.rglob("*") if path.is_file()}
    strange = {
        path.relative_to(home).as_posix()
        for path in files  # relative_to fails for a file outside the home folder
        if path.name not in OURS and home / "qdrant" not in path.parents
    }
    assert [name for name in strange if not STORED.fullmatch(name)] == []
    assert len(strange) == 2 * len(NAMES)


def test_a_name_changes_only_where_it_cannot_be_kept():
    """Half of a surrogate pair becomes U+FFFD, and a blank name a word; all others stay."""
    assert len(set(NAMES)) >= 100
    for name in NAMES:
        kept = document_name(name)
        if HALF.search(name):
            assert kept == HALF.sub("\ufffd", name)
        else:
            assert kept == (name if name.strip() else UNNAMED)
        assert kept.encode("utf-8").decode("utf-8") == kept
