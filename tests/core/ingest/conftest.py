"""A storage in an empty folder with fakes around it."""

import threading

import pytest

from core.ingest.jobs import ahead, pipeline
from core.ingest.jobs.pipeline import Ingest
from core.ingest.jobs.queue import Jobs
from core.ingest.jobs.worker import parse
from core.schema import Chunking
from core.settings import Limits
from tests.fakes import FakeEncoder
from tests.made_home import SECONDS, storage_at


@pytest.fixture(autouse=True)
def _every_file_is_read(monkeypatch):
    """Here reading is what is tested: no text of an earlier test serves."""
    for module in (pipeline, ahead):
        monkeypatch.setattr(module, "parse", parse)


@pytest.fixture
def ingest(tmp_path):
    """Everything that indexing needs, the encoder a fake, the vectors in memory."""
    storage = storage_at(tmp_path)
    yield Ingest(storage, FakeEncoder(), Limits())
    storage.close()


@pytest.fixture
def collection(ingest):
    """The id of an empty collection with the smallest chunks."""
    return ingest.storage.library.create_collection("papers", Chunking(64, 0)).id


@pytest.fixture
def jobs(ingest):
    """A worker that is stopped at the end."""
    made = Jobs(lambda: ingest)
    yield made
    made.close()


class Gate:
    """Holds the encoder at its first batch until it is opened."""

    def __init__(self, ingest, monkeypatch):
        self.reached = threading.Event()
        self.opened = threading.Event()
        encode = ingest.encoder.encode

        def held(texts):
            self.reached.set()
            assert self.opened.wait(SECONDS)
            return encode(texts)

        monkeypatch.setattr(ingest.encoder, "encode", held)


@pytest.fixture
def gate(ingest, monkeypatch):
    """The encoder waits until the test opens the gate."""
    made = Gate(ingest, monkeypatch)
    yield made
    made.opened.set()
