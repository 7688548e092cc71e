"""A collection of a Qdrant server becomes a file: its own lists on the left, or passages alone."""

import json
from contextlib import closing
from dataclasses import replace

import pytest

from core.app.qdrant_import import ImportPlan, encoder_named, import_file
from core.errors import InputError
from core.ingest.texts.results import read_lists
from core.search_settings import FirstStageSettings, SearchSettings
from core.settings import Limits
from core.store.qdrant_source import QdrantSource
from tests.core.app.made_engine import make_engine
from tests.fakes import FakeEncoder
from tests.made_home import SECONDS
from tests.source_collections import ASKED, DEEP, TEXTS, fill, params

PLAN = ImportPlan("theirs", "metadata.text", "metadata.title", [ASKED, ASKED.upper()])
GIVEN = SearchSettings(first=FirstStageSettings(kind="given"), top_k=10, top_n=2)


@pytest.fixture
def source(server):
    """A server with named vectors and a point without a text."""
    payloads = {**DEEP, 4: {"metadata": {"title": "Empty"}}}
    fill(server, "theirs", {"v": params(), "w": params(8)}, payloads, ("v",), bare=(12,))
    with closing(QdrantSource(server.url)) as made:
        yield made


def test_its_lists_are_left_and_reranked(source, tmp_path):
    """In its order with its scores; a question without a list is searched here like any other."""
    engine = make_engine(tmp_path)
    made = import_file(source, PLAN, Limits(), FakeEncoder())
    assert (made.passages, made.points, made.without_text, made.lists) == (3, 4, 1, 1)
    assert made.words == "3 of 4 points read, 1 had no text there, 1 list of its own."
    collection = engine.library.collections()[0].id
    engine.jobs.add(collection, [(made.name, made.data)])
    assert engine.jobs.wait(SECONDS)
    comparison = engine.searcher.compare(collection, ASKED, GIVEN)
    assert [c.chunk.labels for c in comparison.candidates] == [("13",), ("11",)]
    theirs = source.search("theirs", FakeEncoder().encode_query(ASKED), "v", 9, [])
    scores = [hit.score for hit in theirs if hit.id != "4"]
    assert [c.hits[0].score for c in comparison.candidates] == pytest.approx(scores)
    assert comparison.candidates[0].chunk.text == TEXTS[13]
    assert comparison.reranked[0].chunk.labels == ("13",)
    own = engine.searcher.compare(collection, "where do cats sleep", SearchSettings())
    assert own.candidates[0].chunk.labels == ("12",)
    engine.close()


def test_passages_alone_are_no_list(source, tmp_path):
    """The other engine is not offered for them; they can be searched."""
    engine = make_engine(tmp_path)
    made = import_file(source, replace(PLAN, questions=()), Limits())
    assert read_lists(made.data, Limits()).rows(ASKED) == ()
    collection = engine.library.collections()[0].id
    engine.jobs.add(collection, [(made.name, made.data)])
    assert engine.jobs.wait(SECONDS)
    assert engine.corpora.given(collection) == []
    with pytest.raises(InputError, match="list of another engine"):
        engine.searcher.compare(collection, ASKED, GIVEN)
    found = engine.searcher.compare(collection, ASKED, SearchSettings())
    assert {c.chunk.labels[0] for c in found.candidates} == {"11", "12", "13"}
    engine.close()


@pytest.mark.parametrize(
    ("limit", "limits"),
    [(2, Limits()), (9, Limits(chunks=2)), (9, Limits(characters=len(TEXTS[13]) + 50))],
)
def test_what_fits_is_read_and_what_was_found_comes_first(source, limit, limits):
    """A limit of points, chunks or characters ends the reading; the file says how far it came."""
    made = import_file(source, replace(PLAN, limit=limit), limits, FakeEncoder())
    assert list(read_lists(made.data, limits).passages) == ["13", "11"]
    assert made.words.startswith("2 of 4 points read")


@pytest.mark.parametrize(
    ("changed", "encoder", "words"),
    [
        ({"text": "metadata.body"}, FakeEncoder(), "No point of 'theirs' has a text"),
        ({}, None, "need the encoder that made the vectors"),
        ({}, FakeEncoder(32), r"vectors of 32 numbers; 'theirs' has v \(64\), w \(8\)"),
        ({"using": "w"}, FakeEncoder(), "gives vectors of 64 numbers"),
    ],
)
def test_what_cannot_be_asked_is_said(source, changed, encoder, words):
    """With what is there."""
    with pytest.raises(InputError, match=words):
        import_file(source, replace(PLAN, **changed), Limits(), encoder)


def test_several_vectors_of_one_length_must_be_chosen_from(server, source):
    """Nobody guesses; the unnamed one needs no name."""
    fill(server, "two", {"v": params(), "w": params()}, wrapped=("v", "w"))
    fill(server, "plain", params())
    with pytest.raises(InputError, match="several vectors of that length: v, w"):
        import_file(source, replace(PLAN, collection="two"), Limits(), FakeEncoder())
    for collection, using in (("two", "w"), ("plain", "")):
        plan = replace(PLAN, collection=collection, using=using)
        lines = import_file(source, plan, Limits(), FakeEncoder()).data.decode().splitlines()
        assert [row["id"] for row in json.loads(lines[-1])["passages"]] == ["13", "11", "12"]


def test_an_encoder_is_the_one_that_is_on_or_another_one(tmp_path):
    """By its name; a name that can be none's is refused."""
    engine = make_engine(tmp_path)
    assert encoder_named(engine, "bundled").info == engine.models.wait()[0].info
    with pytest.raises(InputError):
        encoder_named(engine, "../nowhere/at/all")
    engine.close()
