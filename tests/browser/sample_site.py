"""The real pages over the sample documents, with fake models: quick, and the same every time."""

import time
from collections.abc import Callable
from pathlib import Path

from core.app.engine import Engine, Parts
from core.home.files import Files
from core.home.library import Library
from core.home.storage import Storage
from core.models.loading import Models
from core.samples import sample_documents
from core.settings import load_settings
from core.store.opening import open_store
from tests.fakes import FakeCrossEncoder, FakeEncoder

ROOT = Path(__file__).parents[2]
_APP = """
import os, runpy, sys
from pathlib import Path
import streamlit as st
sys.path.insert(0, {root!r})
from pages.ui import resources
from {module} import {engine} as made

@st.cache_resource(show_spinner=False)
def _engine():
    return made(Path(os.environ["SECOND_LOOK_HOME"]))

resources.engine = _engine
runpy.run_path({page!r}, run_name="__main__")
"""


def sample_engine(home: Path, models: Models | None = None) -> Engine:
    """An engine with fake models in which the sample documents are indexed."""
    storage = Storage(Library(home / "library.sqlite"), open_store(), Files(home))
    models = models or Models(FakeEncoder, FakeCrossEncoder)
    engine = Engine(load_settings(), Parts(storage, models))
    engine.jobs.add(engine.library.collections()[0].id, sample_documents())
    deadline = time.monotonic() + 120
    while engine.jobs.busy() and time.monotonic() < deadline:
        time.sleep(0.05)
    engine.jobs.forget_finished()
    return engine


def make_site(folder: Path, engine: Callable[[Path], Engine] = sample_engine) -> Path:
    """Write a site with every page of the app into a folder; its main script.

    Args:
        folder: the site's.
        engine: makes the engine of all pages, of the home folder.
    """
    values = {"root": str(ROOT), "module": engine.__module__, "engine": engine.__name__}
    (folder / "pages").mkdir(parents=True)
    (folder / "app.py").write_text(_APP.format(page=str(ROOT / "app.py"), **values))
    for page in (ROOT / "pages").glob("*.py"):
        shim = _APP.format(page=str(page), **values)
        (folder / "pages" / page.name).write_text(shim)
    return folder / "app.py"
