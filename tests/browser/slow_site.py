"""The real pages over three collections, one of which is being indexed all the while."""

import time
from pathlib import Path

from core.app.engine import Engine, Parts
from core.home.files import Files
from core.home.library import Library
from core.home.storage import Storage
from core.models.loading import Models
from core.schema import Chunking
from core.settings import load_settings
from core.store.opening import open_store
from tests.fakes import FakeCrossEncoder, FakeEncoder
from tests.made_pdfs import made_pdf, sentences

FILES = 16
STEPS = "steps"
"""A folder of the home folder: as many files are embedded as it has entries."""


class SteppedEncoder(FakeEncoder):
    """Embeds the next file when a test says so: slow in any machine's eyes."""

    def __init__(self, steps: Path) -> None:
        super().__init__()
        self._steps, self._embedded = steps, 0

    def encode(self, texts):
        """The fake's vectors; those of a file are waited for."""
        if any("topic" in text for text in texts):
            while len(list(self._steps.iterdir())) <= self._embedded:
                time.sleep(0.05)
            self._embedded += 1
        return super().encode(texts)


def slow_engine(home: Path) -> Engine:
    """An engine in which the second of three collections is being indexed, file by file."""
    steps = home / STEPS
    steps.mkdir(parents=True)
    storage = Storage(Library(home / "library.sqlite"), open_store(), Files(home))
    models = Models(lambda: SteppedEncoder(steps), FakeCrossEncoder)
    engine = Engine(load_settings(), Parts(storage, models))
    second = engine.library.create_collection("Contracts", Chunking())
    engine.library.create_collection("Manuals", Chunking())
    files = [(f"{n:02}.pdf", made_pdf(sentences(f"topic{n}", 3))) for n in range(FILES)]
    engine.jobs.add(second.id, files)
    return engine
