"""What was learned for a collection, over HTTP: the order, the threshold, and who says it."""

from contextlib import closing
from dataclasses import replace

import httpx2
import pytest

from core.evaluate.claims import tally
from core.learn.abstention_fit import AbstentionFit
from core.learn.fits import Tuning
from core.schema import Comparison
from core.serialize import from_json
from core.serve.ranking import _candidates
from core.serve.service import Service, open_service
from tests.core.app.made_engine import QUESTION, add, make_engine
from tests.core.learn.fitted import LEARNED, ON
from tests.fakes import open_fakes
from tests.made_home import settings_of
from tests.serving import serving

NAME = "My documents"
PAGES = (
    "Expense reports are approved by the manager. Reports go to the portal every month.",
    "You may not approve your own expense report. Ask another manager to do it for you.",
    "An expense is an expense. Own expense, own report.",
    "May I? The month of May has 31 days. I approve of it.",
)
WEIGHTS = replace(LEARNED, weights=(0.9, -1.5, 0.4, 0.3, 0.0))
COUNT = tally([(True, False)])


def threshold(value):
    """An abstention threshold as if it was fitted."""
    return AbstentionFit(value, COUNT, COUNT, True, "fine", ON)


@pytest.fixture
def home(tmp_path):
    """A home folder that is open, with a document: a client of its server, engine, collection."""
    engine = make_engine(tmp_path)
    for number, page in enumerate(PAGES):
        collection, _ = add(engine, f"{number}.pdf", [page])
    assert collection.name == NAME
    with serving(Service(engine.models, engine)) as url, httpx2.Client(base_url=url) as client:
        yield client, engine, collection.id


def search(client, **body):
    """The comparison, and whether it abstains."""
    response = client.post("/search", json={"query": QUESTION, "collection": NAME} | body)
    assert response.status_code == 200, response.text
    return from_json(Comparison, response.text), response.headers.get("x-second-look-abstains")


def test_texts_are_ranked_as_a_search_ranks_them(home):
    """With learned weights, by each way to name the collection; without it by the logits."""
    client, engine, collection_id = home
    plain, _ = search(client)
    Tuning(engine.settings.home).adopt(collection_id, WEIGHTS)
    learned, _ = search(client)
    order = [item.chunk.id for item in learned.reranked]
    assert order != [item.chunk.id for item in plain.reranked]
    assert [r.chunk.id for r in search(client, learned=False)[0].reranked] != order
    passages = [candidate.chunk.passage for candidate in learned.candidates]
    body = {"query": QUESTION, "documents": passages, "model": f"collection:{NAME}"}
    replies = [client.post(path, json=body).json() for path in ("/v1/rerank", "/v2/rerank")]
    body["model"] = "any"
    replies.append(client.post(f"/collections/{NAME}/v2/rerank", json=body).json())
    results = [reply["results"] for reply in replies]
    body = {"query": QUESTION, "texts": passages}
    results.append(client.post(f"/collections/{NAME}/rerank", json=body).json())
    for found in results:
        assert [learned.candidates[item["index"]].chunk.id for item in found] == order
    assert replies[0]["meta"]["second_look"]["order"] == "learned weights"
    alone = client.post("/rerank", json=body).json()
    assert [plain.candidates[item["index"]].chunk.id for item in alone] == [
        item.chunk.id for item in plain.reranked
    ]


def test_the_words_of_a_collection_count_as_the_store_counts_them(home):
    """BM25 of a text is what the store would give the same passage."""
    client, engine, collection_id = home
    found, _ = search(client, settings={"first": {"kind": "hybrid"}})
    corpus = engine.corpora.corpus(collection_id, found.settings)
    texts = [candidate.chunk.passage for candidate in found.candidates]
    made = _candidates(engine.storage.store, corpus, engine.models.wait()[0], QUESTION, texts)
    assert [c.bm25 for c in made] == pytest.approx([c.bm25 for c in found.candidates], abs=2e-4)
    assert len({c.bm25 for c in made}) > 2


@pytest.mark.parametrize(("value", "said"), [(-9.0, "false"), (9.0, "true")])
def test_a_fitted_threshold_is_told_by_every_endpoint(home, value, said):
    """In a header, which every client lets through, and in the reply where there is a place."""
    client, engine, collection_id = home
    Tuning(engine.settings.home).adopt(collection_id, threshold(value))
    comparison, abstains = search(client)
    assert abstains == said
    texts = [item.chunk.passage for item in comparison.reranked]
    response = client.post(f"/collections/{NAME}/rerank", json={"query": QUESTION, "texts": texts})
    assert response.headers["x-second-look-abstains"] == said
    body = {"query": QUESTION, "documents": texts, "model": f"collection:{NAME}"}
    applied = client.post("/v2/rerank", json=body).json()["meta"]["second_look"]
    assert (applied["threshold"], applied["abstains"]) == (value, said == "true")


def test_what_was_fitted_with_other_models_is_not_used(home):
    """And a note says so."""
    client, engine, collection_id = home
    Tuning(engine.settings.home).adopt(collection_id, replace(WEIGHTS, models="a@1/2 + b@3/4"))
    body = {"query": QUESTION, "documents": list(PAGES), "model": f"collection:{NAME}"}
    applied = client.post("/v1/rerank", json=body).json()["meta"]["second_look"]
    assert applied["order"] == "cross-encoder"
    assert "weights" in applied["notes"][0]


def test_a_search_is_remembered_and_its_settings_are_those_of_the_page(home):
    """Depth, first stage and filters; a question of the API stands in the history."""
    client, engine, collection_id = home
    settings = {"top_k": 2, "top_n": 1, "first": {"kind": "bm25"}}
    comparison, _ = search(client, settings=settings)
    assert (len(comparison.candidates), comparison.settings.first.kind) == (2, "bm25")
    engine.history.flush()
    assert engine.history.questions(collection_id) == [QUESTION]
    names = [model["id"] for model in client.get("/v1/models").json()["data"]]
    assert f"collection:{NAME}" in names
    response = client.post("/search", json={"query": " ", "collection": NAME})
    assert response.status_code == 422


def test_beside_the_app_models_are_served_and_collections_are_refused(tmp_path, monkeypatch):
    """The folder is the app's; what cannot be done is said in words, and no client asks again."""
    open_fakes(monkeypatch)
    settings = settings_of(tmp_path)
    with closing(open_service(settings)) as app:
        assert app.engine is not None
        beside = {"Another Second Look": False, "--models-only": True}
        for why, models_only in beside.items():
            with serving(open_service(settings, models_only=models_only)) as url:
                body = {"query": QUESTION, "texts": list(PAGES)}
                assert len(httpx2.post(f"{url}/rerank", json=body).json()) == len(PAGES)
                refused = httpx2.post(f"{url}/search", json={"query": QUESTION})
                assert refused.status_code == 404
                assert "No collection can be used here" in refused.json()["message"]
                assert why in refused.json()["message"]
