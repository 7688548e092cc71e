"""LangChain and LlamaIndex themselves, over an engine, over texts, and over what they bring."""

import asyncio
import json
import pickle
import sys
import threading
from dataclasses import replace
from importlib import import_module
from types import SimpleNamespace

import pytest
from langchain_core.documents import Document
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from pydantic import ValidationError

from core.app.retriever import TwoStageRetriever
from core.errors import InputError, NotFound, SecondLookError
from core.integrations import asking, langchain, llamaindex
from core.integrations.asking import RerankModel, ask, passage_facts
from core.learn.fits import Tuning
from core.models.opening import ModelOpener
from core.schema import SearchSettings
from core.search_settings import SecondStageSettings
from tests import own_loop
from tests.core.app.made_engine import QUESTION, add, make_engine
from tests.core.learn.fitted import LEARNED
from tests.fakes import FakeCrossEncoder, FakeEncoder, open_fakes

TEXTS = ("a dog ran", "the bird sang a song", "the bird")
ASKED = "the bird sang"
ORDER = [1, 2, 0]
"""Of the texts, by the fake's logits."""


def _lang(**given):
    retriever = langchain.SecondLookRetriever(**given)
    return SimpleNamespace(
        sync=lambda query: [(d.page_content, d.id, d.metadata) for d in retriever.invoke(query)],
        ainvoke=retriever.ainvoke,
    )


def _llama(**given):
    retriever = llamaindex.SecondLookNodeRetriever(**given)
    return SimpleNamespace(
        sync=lambda query: [(n.text, n.node_id, n.metadata) for n in retriever.retrieve(query)],
        ainvoke=retriever.aretrieve,
    )


both = pytest.mark.parametrize("made", [_lang, _llama])


@pytest.fixture(autouse=True)
def fakes(monkeypatch):
    """Fakes where models would be opened, also for whoever asked for one before."""
    open_fakes(monkeypatch)
    asking._opened.cache_clear()
    yield
    asking._opened.cache_clear()


@pytest.fixture
def engine(tmp_path):
    made = make_engine(tmp_path)
    add(made)
    yield made
    made.close()


@pytest.fixture
def texts():
    retriever = TwoStageRetriever(FakeEncoder(), FakeCrossEncoder())
    retriever.index(TEXTS)
    return retriever


@both
def test_a_collection_gives_what_the_page_shows(made, engine):
    """The same passages in the same order, and of each the same facts, which JSON can say."""
    settings = SearchSettings(top_k=20, top_n=1)
    collection = engine.library.collections()[0]
    shown = engine.searcher.compare(collection.id, QUESTION, settings).reranked[:1]
    ((text, id_, facts),) = made(source=engine, settings=settings).sync(QUESTION)
    assert [(text, id_)] == [(item.chunk.text, item.chunk.id) for item in shown]
    assert json.loads(json.dumps(facts, allow_nan=False)) == dict(passage_facts(shown[0]))
    assert facts["source"] == f"policy.pdf, {facts['pages']}"
    assert (facts["rank"], facts["score"]) == (1, shown[0].logit)
    with pytest.raises(NotFound, match="no collection named 'other'"):
        made(source=engine, collection="other").sync(QUESTION)


@both
def test_texts_give_what_the_retriever_gives(made, texts):
    """No home folder is needed."""
    found = made(source=texts, settings=SearchSettings(3, 2)).sync(ASKED)
    assert [text for text, *_ in found] == [text for _, text in texts.search(ASKED, 3, 2)]
    assert made(source=TwoStageRetriever(FakeEncoder(), FakeCrossEncoder())).sync(ASKED) == []


def test_what_was_learned_is_used_unless_a_blend_is_chosen(engine):
    """As on Compare: a blend takes the place of the learned weights."""
    Tuning(engine.settings.home).adopt(engine.library.collections()[0].id, LEARNED)
    fits = ask(engine, QUESTION, SearchSettings()).settings.second.fits
    assert fits.weights.numbers == LEARNED.weights
    blended = SearchSettings(second=SecondStageSettings(blend=0.5))
    assert ask(engine, QUESTION, blended).settings.second.fits.weights is None


def lang_reranked(top_n, **model):
    documents = [Document(text, id=str(i), metadata={"n": i}) for i, text in enumerate(TEXTS)]
    reranker = langchain.SecondLookReranker(model=RerankModel(**model), top_n=top_n)
    found = reranker.compress_documents(documents, ASKED)
    assert [d.metadata for d in documents] == [{"n": 0}, {"n": 1}, {"n": 2}]
    return [(d.metadata["n"], d.metadata["score"], d.metadata) for d in found]


def llama_reranked(top_n, **model):
    nodes = [
        NodeWithScore(node=TextNode(id_=str(i), text=text, metadata={"n": i}), score=0.5)
        for i, text in enumerate(TEXTS)
    ]
    for item in nodes:  # as readers do with what a model should not read
        item.node.excluded_embed_metadata_keys = ["n"]
    reranker = llamaindex.SecondLookNodeReranker(model=RerankModel(**model), top_n=top_n or 9)
    found = reranker.postprocess_nodes(nodes, query_str=ASKED)
    assert [(n.score, n.metadata) for n in nodes] == [(0.5, {"n": i}) for i in range(3)]
    assert "rank" not in found[0].node.get_content("llm")
    return [(n.metadata["n"], n.score, n.metadata) for n in found]


@pytest.mark.parametrize("reranked", [lang_reranked, llama_reranked])
@pytest.mark.parametrize("windows", [False, True])
def test_what_a_framework_found_is_reranked(reranked, windows):
    """Best first with the raw logits; what was given stays as it is."""
    logits = FakeCrossEncoder().score(ASKED, TEXTS)
    every = reranked(None, windows=windows)
    assert [(n, score) for n, score, _ in every] == [(i, logits[i]) for i in ORDER]
    assert [(facts["rank"], facts["rank_delta"]) for *_, facts in every] == [
        (1, 1),
        (2, 1),
        (3, -2),
    ]
    assert [n for n, *_ in reranked(1, windows=windows)] == ORDER[:1]


def test_nothing_to_rerank_and_no_question():
    """No document is no error; no question is."""
    lang, llama = langchain.SecondLookReranker(), llamaindex.SecondLookNodeReranker()
    assert lang.compress_documents([], ASKED) == llama.postprocess_nodes([], query_str=ASKED) == []
    for ask_nothing in (
        lambda: lang.compress_documents([Document("x")], " "),
        lambda: llama.postprocess_nodes([NodeWithScore(node=TextNode(text="x"))]),
    ):
        with pytest.raises(InputError, match="question"):
            ask_nothing()
    for wrong in {"top_n": 0}, {"topn": 3}, {"model": {"name": 5}}:
        with pytest.raises(ValidationError):
            langchain.SecondLookReranker(**wrong)


async def _answered_meanwhile(waiting, asked):
    """The loop goes on while a model reads: it is the loop that lets the model end."""
    task = asyncio.ensure_future(asked)
    while not waiting.is_set():
        await asyncio.sleep(0.01)
    waiting.clear()
    return await task


class Patient(FakeCrossEncoder):
    """Reads only after somebody has noticed that it began."""

    def __init__(self):
        super().__init__()
        self.waiting = threading.Event()

    def score(self, query, passages):
        """The fake's logits, when the event is cleared."""
        self.waiting.set()
        for _ in range(2000):
            if not self.waiting.is_set():
                return super().score(query, passages)
            threading.Event().wait(0.005)
        raise AssertionError("the event loop stood still")


def _reading(monkeypatch, model, case):
    texts = TwoStageRetriever(FakeEncoder(), model)
    texts.index(TEXTS)
    monkeypatch.setattr(ModelOpener, "cross_encoder", lambda *_: model)
    return {
        "retriever, LangChain": lambda: langchain.SecondLookRetriever(source=texts).ainvoke(ASKED),
        "retriever, LlamaIndex": lambda: llamaindex.SecondLookNodeRetriever(texts).aretrieve(ASKED),
        "reranker, LangChain": lambda: langchain.SecondLookReranker().acompress_documents(
            [Document(text) for text in TEXTS], ASKED
        ),
        "reranker, LlamaIndex": lambda: llamaindex.SecondLookNodeReranker().apostprocess_nodes(
            [NodeWithScore(node=TextNode(text=text)) for text in TEXTS], QueryBundle(ASKED)
        ),
    }[case]


@pytest.mark.parametrize("who", ["LangChain", "LlamaIndex"])
@pytest.mark.parametrize("what", ["retriever", "reranker"])
def test_the_event_loop_goes_on_meanwhile(who, what, monkeypatch):
    """The asynchronous ways work in a thread."""
    model = Patient()
    ask_it = _reading(monkeypatch, model, f"{what}, {who}")

    async def run():
        return await _answered_meanwhile(model.waiting, ask_it())

    assert len(own_loop.run(run())) == len(TEXTS)


def test_copies_and_pickles_are_as_good(engine):
    """A reranker goes to another process by its name; a retriever's copies ask the same engine."""
    for made in langchain.SecondLookReranker(top_n=2), llamaindex.SecondLookNodeReranker(top_n=2):
        for copy in pickle.loads(pickle.dumps(made)), made.model_copy(deep=True):
            assert (copy.top_n, copy.model) == (2, made.model)
    node = llamaindex.SecondLookNodeReranker(top_n=2)
    assert llamaindex.SecondLookNodeReranker.from_json(node.to_json()).model == node.model
    retriever = langchain.SecondLookRetriever(source=engine)
    other = retriever.model_copy(update={"settings": replace(retriever.settings, top_n=1)})
    assert len(other.invoke(QUESTION)) == 1
    assert retriever.model_copy(deep=True).source is engine
    assert retriever.with_config(tags=["x"]).batch([QUESTION] * 2)[0]


@pytest.mark.parametrize(
    ("package", "module"),
    [("langchain_core", "langchain"), ("llama_index", "llamaindex"), ("mcp", "mcp")],
)
def test_a_missing_package_is_an_error_of_ours(package, module, monkeypatch):
    """It says what to install; whoever probes an import sees an ImportError."""
    for name in [n for n in sys.modules if n.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, f"core.integrations.{module}", raising=False)
    with pytest.raises(SecondLookError, match=r"requirements-integrations\.txt") as caught:
        import_module(f"core.integrations.{module}")
    assert isinstance(caught.value, ImportError)
