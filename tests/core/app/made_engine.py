"""An engine on fakes for the models, and a document to ask."""

from core.store.opening import open_store
from tests.made_home import SECONDS, engine_on, settings_of, storage_at
from tests.made_pdfs import made_pdf

PAGES = (
    "Expense reports are approved by the manager. Reports go to the portal every month.",
    "You may not approve your own expense report. Ask another manager to do it for you.",
)
QUESTION = "may I approve my own expense report"


def make_engine(home, llm=None):
    """An engine on a folder, with a store that keeps what it gets."""
    return engine_on(settings_of(home), storage_at(home, open_store(home / "qdrant")), None, llm)


def add(engine, name="policy.pdf", pages=PAGES):
    """Index a made PDF in the first collection."""
    collection = engine.library.collections()[0]
    engine.jobs.add(collection.id, [(name, made_pdf(*pages))])
    assert engine.jobs.wait(SECONDS)
    return collection, engine.library.documents(collection.id)[-1]
