"""The engine: one home folder, put together, on fakes for the models."""

from contextlib import closing
from dataclasses import replace
from unittest.mock import Mock

import pytest

from core.errors import InputError, LanguageModelError, ModelError, NotFound, StoreError
from core.models.loading import Models
from core.schema import Chunking, SearchSettings
from core.store.opening import open_store
from tests.core.app.made_engine import QUESTION, add, make_engine
from tests.fakes import FakeCrossEncoder, FakeEncoder, FakeLanguageModel
from tests.made_home import SECONDS, engine_on, settings_of, storage_at, wait_until
from tests.same_lists import same_lists


@pytest.fixture
def engine(tmp_path):
    """An engine on an empty folder."""
    made = make_engine(tmp_path)
    yield made
    made.close()


def test_a_new_home_has_one_empty_collection(engine):
    """There is always something to add to."""
    assert [collection.name for collection in engine.library.collections()] == ["My documents"]
    assert engine.library.documents(engine.library.collections()[0].id) == []


def test_everything_is_still_there_after_a_restart(tmp_path):
    """Close and open gives the same documents, chunks and ranking."""
    first = make_engine(tmp_path)
    collection, document = add(first)
    before = first.searcher.compare(collection.id, QUESTION, SearchSettings(10, 2))
    first.close()
    with closing(make_engine(tmp_path)) as second:
        assert second.library.documents(collection.id) == [document]
        after = second.searcher.compare(collection.id, QUESTION, SearchSettings(10, 2))
        assert same_lists(after, before)
        assert after.corpus_version == before.corpus_version


class OtherEncoder(FakeEncoder):
    """The same length of vectors, other weights."""

    @property
    def info(self):
        """Another hash."""
        return replace(super().info, name="other", sha256="2" * 64)


def test_vectors_of_another_encoder_are_never_searched(tmp_path):
    """A changed setting is a message, and the documents are embedded again, once."""
    first = make_engine(tmp_path)
    collection, document = add(first)
    first.close()
    storage = storage_at(tmp_path, open_store(tmp_path / "qdrant"))
    models = Models(OtherEncoder, FakeCrossEncoder)
    with closing(engine_on(settings_of(tmp_path), storage, models)) as second:
        with pytest.raises(StoreError, match=r"another encoder than other.*embedded again"):
            second.searcher.compare(collection.id, QUESTION, SearchSettings(10, 2))
        assert second.jobs.wait(SECONDS)
        found = second.searcher.compare(collection.id, QUESTION, SearchSettings(10, 2))
        assert {model.name for model in found.models} >= {"other"}
        assert len(found.candidates) == document.chunks
        assert len(second.jobs.snapshot(collection.id)) == 1


def test_the_corpus_version_changes_with_the_documents(engine):
    """Adding and deleting change it, and it comes back with the same documents."""
    collection = engine.library.collections()[0]
    empty = engine.library.corpus_version(collection.id)
    _, document = add(engine)
    full = engine.library.corpus_version(collection.id)
    engine.delete_document(collection.id, document.id)
    assert full != empty
    assert engine.library.corpus_version(collection.id) == empty


def test_a_deleted_document_is_gone_everywhere(engine, tmp_path):
    """No chunk is found, no file stays."""
    collection, document = add(engine)
    engine.delete_document(collection.id, document.id)
    assert engine.searcher.compare(collection.id, QUESTION, SearchSettings(10, 2)).candidates == ()
    with pytest.raises(NotFound):
        engine.corpora.chunks(collection.id, document.id)
    wait_until(lambda: not list((tmp_path / "files").iterdir()))


def test_a_page_can_be_drawn_and_its_text_placed(engine):
    """The picture is a PNG; an offset of a chunk is on its page."""
    collection, document = add(engine)
    chunk = engine.corpora.chunks(collection.id, document.id)[0]
    assert engine.pages.picture(document.id, 1, 300).startswith(b"\x89PNG")
    assert engine.pages.page_at(chunk, 0) == chunk.first_page
    assert engine.pages.page_at(chunk, len(chunk.text) - 1) == chunk.last_page
    with pytest.raises(NotFound):
        engine.pages.picture(document.id, 99, 300)


def test_chunking_changes_at_once_when_empty(engine):
    """Nothing to index again."""
    collection = engine.library.collections()[0]
    engine.set_chunking(collection.id, Chunking(100, 20))
    assert engine.library.collections()[0].chunking == Chunking(100, 20)


def test_the_last_collection_is_replaced_by_an_empty_one(engine):
    """Deleting everything leaves a place to begin."""
    collection, _ = add(engine)
    engine.delete_collection(collection.id)
    assert len(engine.library.collections()) == 1
    assert engine.library.collections()[0].id != collection.id


def test_a_written_answer_is_checked(tmp_path):
    """The model's citations are verified against the passages that it got."""
    llm = FakeLanguageModel(["You may not [1]. ", "Ask Bob [9]."])
    with closing(make_engine(tmp_path, llm)) as engine:
        collection, _ = add(engine)
        comparison = engine.searcher.compare(collection.id, QUESTION, SearchSettings(10, 2))
        stream = engine.stream_answer(comparison, "rerank")
        assert "".join(stream) == "You may not [1]. Ask Bob [9]."
        assert [c.verified for c in stream.answer.citations] == [True, False]


def test_without_a_language_model_only_quotes(engine):
    """Not configured is an error only when a model is asked for."""
    collection, _ = add(engine)
    comparison = engine.searcher.compare(collection.id, QUESTION, SearchSettings(10, 2))
    assert engine.quote_answer(comparison, "rerank").mode == "quotes"
    with pytest.raises(LanguageModelError):
        list(engine.stream_answer(comparison, "rerank"))


def test_models_that_do_not_load_fail_the_question_not_the_start(tmp_path):
    """The page can open, and every later question says why it cannot be answered."""
    broken = Mock(side_effect=ModelError("The weights are damaged.", "Fetch them again."))
    models = Models(broken, FakeCrossEncoder)
    with closing(engine_on(settings_of(tmp_path), storage_at(tmp_path), models)) as engine:
        with pytest.raises(ModelError, match="damaged"):
            engine.searcher.compare(engine.library.collections()[0].id, QUESTION, SearchSettings())
        assert engine.models.status.state == "failed"


def test_collection_names_are_unique_and_not_empty(engine):
    """A clash is a message."""
    with pytest.raises(InputError, match="exists"):
        engine.library.create_collection("My documents", Chunking())
    with pytest.raises(InputError):
        engine.library.create_collection("  ", Chunking())
