"""Collections of other programs: every kind of vectors and payloads, and nothing is written."""

import json
from contextlib import closing

import pytest
from qdrant_client import models

from core.errors import InputError, StoreError, StoreUnavailable
from core.store.qdrant_source import QdrantSource, text_at
from tests.source_collections import ASKED, DEEP, ENCODER, TEXTS, fill, params

NODE = {"_node_content": json.dumps({"text": "As LlamaIndex keeps it.", "n": 1}), "doc_id": "d"}
MANY = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
SPARSE = {"words": models.SparseVectorParams()}


@pytest.fixture
def source(server):
    """Reads the small server."""
    with closing(QdrantSource(server.url, "a-key")) as made:
        yield made


@pytest.mark.parametrize(
    ("payload", "path", "text"),
    [
        (DEEP[11], "metadata.text", TEXTS[11]),
        (DEEP[11], "metadata.year", "2011"),
        (NODE, "_node_content.text", "As LlamaIndex keeps it."),
        ({"a.b": {"c": " x "}}, '"a.b".c', "x"),
        ({"lines": ["one", 2, "two"]}, "lines", "one\ntwo"),
        ({"a": {"b": True}}, "a.b", ""),
        ({"a": "no JSON {"}, "a.b", ""),
        ({"a": None}, "a", ""),
        ({}, "", ""),
    ],
)
def test_a_path_leads_to_a_text_or_to_nothing(payload, path, text):
    """Through records, JSON that is kept as a text, and quoted names."""
    assert text_at(payload, path) == text


@pytest.mark.parametrize(
    ("vectors", "wrapped", "found"),
    [
        (params(), (), {"": 64}),
        ({"dense": params(), "small": params(8)}, ("dense",), {"dense": 64, "small": 8}),
        ({"dense": params(), "many": params(multivector_config=MANY)}, ("dense",), {"dense": 64}),
    ],
)
def test_a_preview_says_what_can_be_chosen(server, source, vectors, wrapped, found):
    """Paths with the longest texts first; neither sparse vectors nor many a point."""
    fill(server, "theirs", vectors, wrapped=wrapped, sparse_vectors_config=SPARSE)
    assert source.collections() == ["theirs"]
    preview = source.preview("theirs")
    assert (preview.points, preview.vectors) == (3, found)
    assert preview.text_paths == ("metadata.text", "metadata.title")
    assert preview.payloads == tuple(DEEP.values())


@pytest.mark.parametrize("distance", ["Cosine", "Dot", "Euclid", "Manhattan"])
def test_a_search_is_theirs_and_nearer_is_higher(server, source, distance):
    """Their order by falling score, also where a distance falls; points without vector never."""
    fill(server, "theirs", {"v": params(distance=distance)}, wrapped=("v",), bare=(12,))
    found = source.search("theirs", ENCODER.encode_query(ASKED), "v", 9, ["metadata.text"])
    assert [point.id for point in found] == ["13", "11"]
    assert found[0].score > found[1].score
    assert text_at(found[0].payload, "metadata.text") == TEXTS[13]
    assert [point.id for point in source.points("theirs", ["metadata.text"])] == ["11", "12", "13"]


def test_only_the_wanted_part_of_a_payload_is_asked_for(server, source):
    """By its outermost key, which may have a dot; many points come in many answers."""
    payloads = {n: {"a.b": {"c": f"text {n}"}, "large": "x"} for n in range(1, 600)}
    fill(server, "theirs", params(), payloads)
    read = list(source.points("theirs", ['"a.b".c']))
    assert [point.payload for point in read] == [{"a.b": {"c": f"text {n}"}} for n in payloads]


def test_requests_are_written_down_first_and_not_sent_when_they_cannot_be(server):
    """Host and size of each that carries something; what stopped it is said as it was."""
    told = []
    fill(server, "theirs", params())
    with closing(QdrantSource(server.url, "", lambda *said: told.append(said))) as source:
        source.preview("theirs")
    assert [(host, size > 0) for host, size, _ in told] == [(source.host, True)]

    def full(*_):
        raise StoreError("The disk is full.", "Free some space.")

    requests = server.requests
    with closing(QdrantSource(server.url, "", full)) as source, pytest.raises(StoreError) as failed:
        list(source.points("theirs", ["a"]))
    assert failed.value.message == "The disk is full."
    assert server.requests == requests


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("localhost:6333", ""),
        ("ftp://here", ""),
        ("http://me:word@here", ""),
        ("", ""),
        ("http://localhost", "a\nkey"),
        ("http://localhost", "clé"),
    ],
)
def test_what_is_no_address_or_no_key_is_never_asked(url, key):
    """And the key stands in no message."""
    with pytest.raises(InputError) as refused:
        QdrantSource(url, key)
    assert not key or key not in str(refused.value)


def test_a_server_that_fails_is_told_by_what_was_typed(server, source):
    """The advice is about the address and the key on the page, not about our own settings."""
    for mood, words in (("refusing", "Check the API key"), ("broken", "HTTP 500")):
        server.sulk(mood)
        with pytest.raises(StoreUnavailable) as failed:
            source.collections()
        assert words in f"{failed.value.message} {failed.value.advice}"
        server.cheer_up()
    with pytest.raises(StoreUnavailable, match="could not look into 'none'"):
        source.preview("none")
    server.stop()
    with pytest.raises(StoreUnavailable, match="did not answer") as failed:
        source.collections()
    assert "QDRANT_URL" not in failed.value.advice
