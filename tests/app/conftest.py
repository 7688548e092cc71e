"""Pages with a real engine in an empty folder; only the two models are fakes."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from core.app.engine import Engine
from core.schema import Document
from pages.ui import resources
from tests.app.steps import POLICY, RULES, SECONDS
from tests.made_home import engine_on, settings_of, storage_at

ROOT = Path(__file__).parents[2]
OpenPage = Callable[..., AppTest]
AddFile = Callable[[str, bytes], Document]


def _clear_caches() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture(scope="session", autouse=True)
def _components_are_looked_for_once() -> Iterator[None]:
    """Each page that is opened would look through every installed package for components."""
    with pytest.MonkeyPatch.context() as patch:
        once = lru_cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", once)
        yield


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The engine that every page gets in this test."""
    _clear_caches()
    monkeypatch.setenv("SECOND_LOOK_HOME", str(tmp_path))
    made = engine_on(settings_of(tmp_path), storage_at(tmp_path))
    made.models.wait()
    monkeypatch.setattr(resources, "engine", lambda: made)
    yield made
    made.close()
    _clear_caches()


@pytest.fixture
def open_page() -> OpenPage:
    """Opens a page as a person does who comes from the home page; ``""`` is the home page.

    ``session`` is put into the session first, for example the view that is chosen.
    """

    def opened(page: str = "", **session: object) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
        for key, value in session.items():
            app.session_state[key] = value
        return app.switch_page(page).run() if page else app.run()

    return opened


def wait_for_jobs(engine: Engine) -> None:
    """Until nothing is on its way any more."""
    assert engine.jobs.wait(SECONDS), engine.jobs.snapshot()


@pytest.fixture
def add_file(engine: Engine) -> AddFile:
    """Indexes a file in the first collection; the document that it became."""

    def add(name: str, data: bytes) -> Document:
        collection = engine.library.collections()[0]
        engine.jobs.add(collection.id, [(name, data)])
        wait_for_jobs(engine)
        engine.jobs.forget_finished()
        return engine.library.documents(collection.id)[-1]

    return add


@pytest.fixture
def filled(engine: Engine, add_file: AddFile) -> Engine:
    """An engine with one document of three pages."""
    add_file("policy.pdf", POLICY)
    return engine


@pytest.fixture
def six_pages(engine: Engine, add_file: AddFile) -> Engine:
    """An engine with one document of six pages, each with rules about a topic of its own."""
    add_file("rules.pdf", RULES)
    return engine
