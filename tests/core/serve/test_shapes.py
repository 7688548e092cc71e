"""Each endpoint as its clients write and read it: every trap that was seen is a line here."""

import base64
import json

import httpx2
import numpy as np
import pytest

from tests.fakes import FakeCrossEncoder, FakeEncoder

QUERY = "who approves travel expenses"
TEXTS = ["Cats sleep.", "The manager approves travel expenses.", "Travel is fun."]
BEST_FIRST = [1, 2, 0]
DOCUMENTS = {"query": QUERY, "documents": TEXTS}
COHERE = ["/v1/rerank", "/v2/rerank", "/v1/v2/rerank"]
ALL_DOCUMENTS = [*COHERE, "/rerank"]


def strict(response):
    """The JSON of a reply, which has no NaN in it."""

    def refuse(word):
        raise AssertionError(word)

    return json.loads(response.text, parse_constant=refuse)


def test_texts_get_a_bare_list_with_every_index_once(post):
    """Text Embeddings Inference: no wrapper, no cut, best first; raw scores are the logits."""
    reply = strict(post("/rerank", {"query": QUERY, "texts": TEXTS}))
    assert [item["index"] for item in reply] == BEST_FIRST
    assert all(set(item) == {"index", "score"} and 0 <= item["score"] <= 1 for item in reply)
    body = {"query": QUERY, "texts": TEXTS, "raw_scores": True, "return_text": True}
    raw = strict(post("/rerank", body))
    logits = FakeCrossEncoder().score(QUERY, TEXTS).tolist()
    assert [(r["index"], r["score"], r["text"]) for r in raw] == [
        (i, logits[i], TEXTS[i]) for i in BEST_FIRST
    ]


@pytest.mark.parametrize("path", ALL_DOCUMENTS)
def test_documents_get_results_best_first(post, path):
    """Null is as good as nothing, unknown fields are passed over, documents may be objects."""
    body = DOCUMENTS | {"top_n": None, "max_tokens_per_doc": None, "max_chunks_per_doc": None}
    body |= {"documents": [TEXTS[0], {"text": TEXTS[1], "id": 7}, TEXTS[2]], "priority": 3}
    reply = strict(post(path, body | {"model": "rerank-v3.5"}))
    assert {"id", "results", "meta"} <= set(reply)
    assert reply["model"] == "fake-cross-encoder"
    assert [item["index"] for item in reply["results"]] == BEST_FIRST
    for item in reply["results"]:
        assert set(item) == {"index", "relevance_score"}
        assert isinstance(item["relevance_score"], float)


@pytest.mark.parametrize(("path", "wrapped"), [*[(path, True) for path in COHERE], ("/rerank", 0)])
def test_documents_come_back_as_their_client_reads_them(post, path, wrapped):
    """Cohere and Jina read an object, infinity a string."""
    reply = strict(post(path, DOCUMENTS | {"return_documents": True, "top_n": 1}))
    expected = {"text": TEXTS[1]} if wrapped else TEXTS[1]
    assert [item["document"] for item in reply["results"]] == [expected]


def test_ranked_fields_and_beginnings_are_what_is_read(post):
    """``rank_fields`` chooses the fields of an object, ``max_tokens_per_doc`` cuts its end."""
    documents = [{"text": QUERY, "title": "Cats"}, {"text": "Cats", "title": QUERY}]
    reply = strict(post("/v1/rerank", DOCUMENTS | {"documents": documents}))
    assert reply["results"][0]["index"] == 0
    fields = {"documents": documents, "rank_fields": ["title"]}
    reply = strict(post("/v1/rerank", DOCUMENTS | fields))
    assert reply["results"][0]["index"] == 1
    cut = {"documents": [f"Cats sleep here. {QUERY}", "travel"], "max_tokens_per_doc": 3}
    assert strict(post("/v2/rerank", DOCUMENTS | cut))["results"][0]["index"] == 1


@pytest.mark.parametrize("form", ["float", "base64", None])
def test_embeddings_keep_the_order_and_the_form_asked_for(post, form):
    """Little-endian float32 in padded base64, or numbers."""
    body = {"model": "x", "input": TEXTS} | ({"encoding_format": form} if form else {})
    reply = strict(post("/v1/embeddings", body))
    rows = [item["embedding"] for item in reply["data"]]
    assert [item["index"] for item in reply["data"]] == [0, 1, 2]
    if form == "base64":
        rows = [np.frombuffer(base64.b64decode(row, validate=True), "<f4") for row in rows]
    assert np.array_equal(np.array(rows, np.float32), FakeEncoder().encode(TEXTS))
    assert reply["usage"]["prompt_tokens"] == 10


def one(path, **body):
    """A case: a path and what is wrong with its body."""
    return path, body


REFUSED = [
    (422, one("/rerank")),
    (422, one("/rerank", query=QUERY)),
    (422, one("/rerank", query=QUERY, texts=[])),
    (422, one("/rerank", query=" ", texts=TEXTS)),
    (422, one("/rerank", query=QUERY, texts=[None])),
    (422, one("/rerank", query=QUERY, texts=["half a pair: \ud83d"])),
    (422, one("/rerank", query=QUERY, texts=TEXTS, truncation_direction="Left")),
    (413, one("/rerank", query=QUERY, texts=["long " * 300], truncate=False)),
    (413, one("/rerank", query=QUERY, texts=["x"] * 2049)),
    *((422, one(path, query=QUERY, documents=[])) for path in ALL_DOCUMENTS),
    *((422, one(path, query=QUERY, documents=TEXTS, top_n=0)) for path in ALL_DOCUMENTS),
    *((422, one(path, query=QUERY, documents=TEXTS, top_n="high")) for path in ALL_DOCUMENTS),
    *((413, one(path, query=QUERY, documents=["x"] * 2049)) for path in ALL_DOCUMENTS),
    *((404, one(path, query=QUERY, documents=TEXTS, model="collection:x")) for path in COHERE),
    (422, one("/v1/embeddings", input=[])),
    (422, one("/v1/embeddings", input=[1, 2, 3])),
    (422, one("/v1/embeddings", input=TEXTS, dimensions=3)),
    (422, one("/v1/embeddings", input=TEXTS, encoding_format="hex")),
    (404, one("/search", query=QUERY)),
    (422, one("/search", query=QUERY, settings={"top_k": 0})),
    (404, one("/collections/x/rerank", query=QUERY, texts=TEXTS)),
    (404, one("/nothing", query=QUERY)),
]


@pytest.mark.parametrize(("status", "case"), REFUSED)
def test_a_refusal_has_the_shape_that_its_client_reads(post, status, case):
    """And a status that is not tried again, for it will not get better."""
    path, body = case
    response = post(path, body)
    assert response.status_code == status, response.text
    reply = strict(response)
    if not path.endswith("/rerank") or "/v" in path:
        words = reply["message"]
        assert words == reply["detail"] == reply["error"]["message"]
        assert {"type", "code"} <= set(reply["error"])
    elif "documents" in body:
        assert set(reply) == {"detail"}
        words = reply["detail"][0]["msg"]
        assert set(reply["detail"][0]) == {"loc", "msg", "type"}
    else:
        assert set(reply) == {"error", "error_type"}
        words = reply["error"]
    assert words
    assert "function" not in words


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b"\xff", b'{"query": NaN}'])
@pytest.mark.parametrize("path", [*ALL_DOCUMENTS, "/v1/embeddings", "/search"])
def test_a_body_that_is_no_object_is_refused_in_words(address, path, content):
    """Whatever it is."""
    json_type = {"content-type": "application/json"}
    response = httpx2.post(address + path, content=content, headers=json_type)
    assert response.status_code in {400, 422}
    assert strict(response)


def test_a_form_is_not_taken_for_json(post, address):
    """A page of somebody else can send a form to this machine without asking, JSON it cannot."""
    response = httpx2.post(
        f"{address}/rerank", content=json.dumps({"query": QUERY, "texts": TEXTS})
    )
    assert response.status_code == 422
    assert "application/json" in response.json()["error"]


def test_the_page_of_the_endpoints_needs_nobody_else(address):
    """It names every endpoint and field, runs no script and loads nothing."""
    page = httpx2.get(f"{address}/docs").text
    paths = httpx2.get(f"{address}/openapi.json").json()["paths"]
    assert {"/rerank", "/v1/rerank", "/v2/rerank", "/v1/embeddings", "/search"} <= set(paths)
    words = [*paths, "max_tokens_per_doc", "encoding_format", "array of string", "raw_scores"]
    assert [word for word in words if word not in page] == []
    assert [word for word in ("<script", "http://", "https://", "src=") if word in page] == []
