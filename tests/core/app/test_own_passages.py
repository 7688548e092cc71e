"""A person's own passages, and questions about them that a search has passages for."""

from unittest.mock import Mock

import pytest

from core.app import own_passages
from core.app.own_passages import questions_about
from core.models.runtime_selection.material import CANDIDATES, FAR, QUESTIONS
from core.samples import sample_documents
from tests.fakes import FakeEncoder
from tests.made_home import SECONDS, engine_on, settings_of


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """The samples in one collection, two of them in another."""
    made = engine_on(settings_of(tmp_path_factory.mktemp("home")))
    (first,) = made.library.collections()
    other = made.library.create_collection("Other", first.chunking)
    made.jobs.add(first.id, sample_documents())
    made.jobs.add(other.id, sample_documents()[:2])
    assert made.jobs.wait(SECONDS)
    yield made
    made.close()


def test_all_passages_are_counted(engine):
    """Of all collections."""
    own = engine.model_manager._measuring().own_passages
    stored = [engine.library.documents(c.id) for c in engine.library.collections()]
    assert own.count() == sum(d.chunks for documents in stored for d in documents) > 200


def test_questions_come_with_what_a_search_finds(engine):
    """Real passages of the documents, none of them both near and far, the collections in turns."""
    own = engine.model_manager._measuring().own_passages
    material = own.material(FakeEncoder())
    known = {
        chunk.passage
        for collection in engine.library.collections()
        for document in engine.library.documents(collection.id)
        for chunk in engine.corpora.chunks(collection.id, document.id)
    }
    assert material.own_passages == own.count()
    assert len(material.tasks) == QUESTIONS
    assert known.issuperset(material.texts)
    for task in material.tasks:
        assert known.issuperset((*task.passages, *task.far))
        assert not set(task.passages) & set(task.far)
        assert len(set(task.passages)) == len(task.passages) <= CANDIDATES
        assert len(task.far) <= FAR


def test_few_documents_are_read_of_many(engine, monkeypatch):
    """Evenly chosen, so that a large collection does not fill the memory."""
    monkeypatch.setattr(own_passages, "MOST_DOCUMENTS", 1)
    own = engine.model_manager._measuring().own_passages
    first = engine.library.collections()[0]
    corpus = engine.corpora.corpus(
        first.id, engine.model_manager._settings and own_passages.SearchSettings()
    )
    chunks = own._some(corpus)
    assert {chunk.document_id for chunk in chunks} == {engine.library.documents(first.id)[0].id}


def test_where_no_rule_fits_first_sentences_are_asked(engine, monkeypatch):
    """The rules know English only."""
    refused = Mock(side_effect=own_passages.InputError("No sentence fits a rule."))
    monkeypatch.setattr(own_passages, "make_questions", refused)
    first = engine.library.collections()[0]
    chunks = engine.corpora.chunks(first.id, engine.library.documents(first.id)[0].id)
    asked = questions_about(chunks, most=4)
    assert len(asked) == 4
    assert all(any(chunk.text.startswith(question) for chunk in chunks) for question in asked)
