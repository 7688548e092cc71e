"""A storage in an empty folder with fakes around it."""

import pytest

from core.home.files import Files
from core.home.library import Library
from core.home.storage import Storage
from core.ingest.jobs import ahead, pipeline
from core.ingest.jobs.pipeline import Ingest
from core.ingest.jobs.queue import Jobs
from core.ingest.jobs.worker import parse
from core.schema import Chunking
from core.settings import Limits
from core.store.opening import open_store
from tests.fakes import FakeEncoder


@pytest.fixture(autouse=True)
def _every_file_is_read(monkeypatch):
    """Here reading is what is tested: no text of an earlier test serves."""
    for module in (pipeline, ahead):
        monkeypatch.setattr(module, "parse", parse)


@pytest.fixture
def ingest(tmp_path):
    """Everything that indexing needs, the encoder a fake, the vectors in memory."""
    storage = Storage(Library(tmp_path / "library.sqlite"), open_store(), Files(tmp_path))
    yield Ingest(storage, FakeEncoder(), Limits())
    storage.store.close()
    storage.library.close()


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
