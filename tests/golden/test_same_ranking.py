"""The same ranking from page, command line and class, with the real models as first chosen."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import TwoStageRetriever
from core.app.engine import open_engine
from core.cli import main as cli
from core.errors import ModelError
from core.models.registry import spec_of
from core.models.runtime import ModelLocation, open_cross_encoder, open_encoder
from core.models.runtime_selection.kept import RuntimeResult, RuntimeSelection, keep_selection
from core.samples import sample_documents, sample_questions
from core.schema import Comparison
from core.serialize import from_json, to_json
from pages.ui import resources, state
from tests.made_home import SECONDS, settings_of

pytestmark = pytest.mark.model

ROOT = Path(__file__).parents[2]
QUESTIONS = [question.text for question in sample_questions()][:20]
NUMBERS = [4, pytest.param(20, marks=pytest.mark.slow)]


def chosen(home):
    """Keep the choice of a first start: int8 and bf16, or float32 where there is no bf16."""
    encoder, cross_encoder = (
        ModelLocation(s, home, 2) for s in (spec_of("encoder"), spec_of("cross_encoder"))
    )
    try:
        bi = open_encoder(encoder, "openvino-bf16")
    except ModelError:
        bi = open_encoder(encoder, "openvino-f32")
    cross = open_cross_encoder(cross_encoder, "openvino-int8")
    kept(bi.info, encoder)
    kept(cross.info, cross_encoder)
    return cross.info.runtime


def kept(info, place):
    """Keep a runtime as the fastest."""
    results = (RuntimeResult(info.runtime, 1.0),)
    keep_selection(RuntimeSelection(info, "As measured.", results), place)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """Two of the samples in a home folder whose runtimes were chosen before."""
    home = tmp_path_factory.mktemp("same")
    runtime = chosen(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SECOND_LOOK_RUNTIME", raising=False)
        made = open_engine(settings_of(home))
    made.jobs.add(made.library.collections()[0].id, sample_documents()[:2])
    assert made.jobs.wait(SECONDS)
    assert made.models.wait()[1].info.runtime == runtime
    yield made
    made.close()


def ranked(comparison):
    """Passage, candidate score and logit, best first."""
    first = {item.chunk.id: item.score for item in comparison.candidates}
    return [(r.chunk.passage, first[r.chunk.id], r.logit) for r in comparison.reranked]


@pytest.fixture(scope="module")
def on_page(engine):
    """What Compare shows for a question, through the JSON that it offers for download."""
    st.cache_data.clear()
    seen: dict[str, str] = {}
    real = resources.comparison_in_parts
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)

    def spy(*arguments):
        for part in real(*arguments):
            yield part
        seen[part.query] = to_json(part, indent=2)

    def asked(question):
        if question not in seen:
            app.session_state[state.QUERY] = question
            assert not app.run().exception
        return from_json(Comparison, seen[question])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resources, "engine", lambda: engine)
        patch.setattr(resources, "comparison_in_parts", spy)
        yield asked
    st.cache_data.clear()


@pytest.mark.parametrize("number", NUMBERS)
def test_the_command_line_ranks_as_the_page_does(engine, on_page, number, monkeypatch, capsys):
    """Every score to the last bit, and no score of one is taken for the other."""
    expected = [on_page(question) for question in QUESTIONS[:number]]
    engine.scores.clear()
    monkeypatch.setattr(cli, "open_engine", lambda *_: engine)
    monkeypatch.setattr(engine, "close", lambda: None)
    for shown in expected:
        assert cli.main(["search", shown.query, "--json"]) == 0
        printed = from_json(Comparison, capsys.readouterr().out)
        assert printed.cache_hits == 0
        assert ranked(printed) == ranked(shown)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_python_class_ranks_as_the_page_does(engine, on_page, number):
    """The same passages as strings, the runtime that was chosen in the same home folder."""
    collection = engine.library.collections()[0].id
    chunks = [
        c
        for d in engine.library.documents(collection)
        for c in engine.corpora.chunks(collection, d.id)
    ]
    retriever = TwoStageRetriever(runtime="auto", home=engine.settings.home)
    retriever.index([chunk.passage for chunk in chunks])
    for question in QUESTIONS[:number]:
        theirs, shown = retriever.compare(question), on_page(question)
        assert theirs.models[1].runtime == shown.models[1].runtime
        assert ranked(theirs) == ranked(shown)
