"""An engine on fakes for the models, and a document to ask."""

import time

from core.app.engine import Engine, Parts
from core.home.files import Files
from core.home.library import Library
from core.home.storage import Storage
from core.models.loading import Models
from core.settings import load_settings
from core.store.opening import open_store
from tests.fakes import FakeCrossEncoder, FakeEncoder
from tests.made_pdfs import made_pdf

PAGES = (
    "Expense reports are approved by the manager. Reports go to the portal every month.",
    "You may not approve your own expense report. Ask another manager to do it for you.",
)


QUESTION = "may I approve my own expense report"


def make_engine(home, llm=None):
    """An engine on a folder, with a store that keeps what it gets."""
    storage = Storage(Library(home / "library.sqlite"), open_store(home / "qdrant"), Files(home))
    settings = load_settings({"SECOND_LOOK_HOME": str(home)})
    return Engine(settings, Parts(storage, Models(FakeEncoder, FakeCrossEncoder), llm))


def add(engine, name="policy.pdf", pages=PAGES):
    """Index a made PDF in the first collection."""
    collection = engine.library.collections()[0]
    engine.jobs.add(collection.id, [(name, made_pdf(*pages))])
    while engine.jobs.busy():
        time.sleep(0.02)
    return collection, engine.library.documents(collection.id)[-1]
