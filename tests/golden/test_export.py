"""The exported Python, run by itself, has the order of Second Look."""

import json
import subprocess
import sys
from contextlib import closing
from dataclasses import replace

import pytest

from core.app.engine import open_engine
from core.app.export import as_python, export_settings
from core.samples import sample_documents, sample_questions
from core.schema import SearchSettings
from core.search.fitted import models_key
from core.search_settings import FirstStageSettings, Fits, Fitted, SecondStageSettings
from tests.made_home import settings_of

RUN = """
import importlib, json
asked = json.load(open("asked.json"))
texts = [passage["text"] for passage in asked["passages"]]
extra = {name: [passage[name] for passage in asked["passages"]] for name in ("tokens", "places")}
found = {}
for name in asked["names"]:
    module = importlib.import_module(name)
    given = extra if "tokens" in module.search.__code__.co_varnames else {}
    found[name] = [module.search(question, texts, **given) for question in asked["questions"]]
print(json.dumps(found))
"""
WEIGHTS = (0.3, 0.25, 1.0, -0.1, 0.05)
HYBRID = FirstStageSettings("hybrid")
SEARCHES = {
    "plain": SearchSettings(),
    "blend": SearchSettings(top_k=20, second=SecondStageSettings(blend=0.4)),
    "words": SearchSettings(top_k=20, first=FirstStageSettings("bm25")),
    "hybrid": SearchSettings(top_k=20, first=HYBRID, second=SecondStageSettings(blend=0.4)),
    "weighted": SearchSettings(
        first=replace(HYBRID, fusion="weighted", dense_weight=0.7),
        second=SecondStageSettings(enabled=False),
    ),
    "learned": SearchSettings(top_k=20, first=HYBRID),
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """The sample documents under the bundled models."""
    settings = replace(settings_of(tmp_path_factory.mktemp("home")), runtime="openvino-f32")
    with closing(open_engine(settings)) as engine:
        engine.jobs.add(engine.library.collection_named("").id, sample_documents())
        engine.jobs.wait()
        yield engine


@pytest.fixture(scope="module")
def ran(engine, tmp_path_factory):
    """What the exported modules and Second Look give for each search and each sample question."""
    folder = tmp_path_factory.mktemp("elsewhere")
    collection = engine.library.collection_named("").id
    on = models_key(*(model.info for model in engine.models.wait()))
    corpus = engine.corpora.corpus(collection, SearchSettings())
    stored = [
        c for r in corpus.revisions for c in engine.storage.store.scroll(corpus.store_name, r)
    ]
    chunks = sorted(stored, key=lambda chunk: chunk.id)
    questions = [question.text for question in sample_questions()][:6]
    own = {}
    for name, search in SEARCHES.items():
        if name == "learned":
            fits = Fits(weights=Fitted(WEIGHTS, on))
            search = replace(search, second=SecondStageSettings(fits=fits))  # noqa: PLW2901
        module = as_python(export_settings(engine, collection, search))
        (folder / f"{name}.py").write_text(module)
        own[name] = [engine.searcher.compare(collection, text, search) for text in questions]
    passages = [{"text": c.passage, "tokens": c.tokens, "places": c.ordinal} for c in chunks]
    asked = {"names": list(SEARCHES), "questions": questions, "passages": passages}
    (folder / "asked.json").write_text(json.dumps(asked))
    command = [sys.executable, "-c", RUN]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return chunks, own, json.loads(done.stdout.splitlines()[-1])


@pytest.mark.model
@pytest.mark.parametrize("name", SEARCHES)
def test_the_exported_python_has_our_order(ran, name):
    """On the sample questions, in a process without this project."""
    chunks, own, found = ran
    for ours, theirs in zip(own[name], found[name], strict=True):
        order = [item.chunk.id for item in ours.reranked]
        assert [chunks[i].id for i, _ in theirs] == order
