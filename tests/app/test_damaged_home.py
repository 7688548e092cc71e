"""A home folder that cannot be opened: a message and a way out, never a traceback."""

import pytest
import streamlit as st

from core.app.engine import open_engine
from pages.ui import resources
from tests.app.conftest import wait_for_jobs
from tests.fakes import open_fakes
from tests.made_home import settings_of
from tests.made_pdfs import made_pdf, sentences


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder with one document, closed, for pages that open it themselves."""
    open_fakes(monkeypatch)
    monkeypatch.setenv("SECOND_LOOK_HOME", str(tmp_path))
    st.cache_resource.clear()
    engine = open_engine(settings_of(tmp_path))
    files = [("travel.pdf", made_pdf(sentences("travel", 30)))]
    engine.jobs.add(engine.library.collections()[0].id, files)
    wait_for_jobs(engine)
    engine.close()
    return tmp_path


@pytest.mark.parametrize("page", ["", "pages/1_Library.py"])
def test_a_damaged_store_offers_a_rebuild_and_the_button_works(home, open_page, page):
    """The message, the button, then the page with the document indexed again."""
    (shard,) = (home / "qdrant" / "shards").iterdir()
    (shard / "edge_config.json").write_text("")
    app = open_page(page)
    assert not app.exception
    assert "cannot be read" in app.error[0].value
    (button,) = [b for b in app.button if b.label == "Rebuild from the originals"]
    app = button.click().run()
    assert not app.exception
    assert not app.error
    engine = resources.engine()
    wait_for_jobs(engine)
    (document,) = engine.library.documents(engine.library.collections()[0].id)
    assert document.name == "travel.pdf"
    assert (
        len(engine.corpora.chunks(engine.library.collections()[0].id, document.id))
        == document.chunks
        > 0
    )
    assert [path.name for path in home.glob("damaged-*/*")] != []
    engine.close()
    st.cache_resource.clear()


def test_a_damaged_library_says_which_file(home, open_page):
    """The other half of the home folder has the same way out."""
    (home / "library.sqlite").write_bytes(b"garbage" * 1000)
    app = open_page()
    assert not app.exception
    assert r"library\.sqlite" in app.error[0].value
    assert "Rebuild from the originals" in [button.label for button in app.button]
