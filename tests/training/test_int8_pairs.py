"""Which pairs a recipe is fitted to: a person's own first, then the samples'."""

from itertools import islice

import pytest

from core.app.own_passages import StoredPassages
from core.models.runtime_selection.material import sample_texts
from core.schema import SearchSettings
from tests.core.app.made_engine import QUESTION, add, make_engine
from tests.fakes import FakeEncoder
from training import int8_pairs
from training.int8_pairs import calibration_pairs, own_pairs, sample_pairs, some_chunks

PAGES = [
    f"The {thing} must be returned within {n} days. The {thing} is kept by the head of office {n}."
    for n, thing in enumerate(("laptop", "badge", "key", "phone", "car", "card"), start=3)
]


@pytest.fixture
def engine(tmp_path):
    """An engine on an empty folder."""
    made = make_engine(tmp_path)
    yield made
    made.close()


def test_an_empty_collection_gives_the_samples(engine):
    """Nothing of its own, and plenty of theirs."""
    collection = engine.library.collections()[0].id
    assert list(own_pairs(engine, collection)) == []
    first = next(calibration_pairs(engine, collection))
    assert first[1] in sample_texts()[1]


def test_own_questions_come_first_with_near_and_far_passages(engine):
    """What was asked before, then made ones; each pair is of the collection's passages."""
    for number, page in enumerate(PAGES):
        collection, _ = add(engine, f"{number}.pdf", (page,))
    asked = engine.searcher.compare(collection.id, QUESTION, SearchSettings(10, 2))
    engine.history.record(collection.id, asked)
    pairs = list(own_pairs(engine, collection.id))
    assert pairs[0] == (QUESTION, asked.candidates[0].chunk.passage)
    assert pairs[1] == (QUESTION, asked.candidates[4].chunk.passage)
    assert len({question for question, _ in pairs}) > 3
    passages = {chunk.passage for chunk in some_chunks(engine, collection.id)}
    assert len(passages) == len(PAGES)
    assert {passage for _, passage in pairs} <= passages
    both = islice(calibration_pairs(engine, collection.id), len(pairs) + 1)
    assert list(both)[:-1] == pairs


def test_questions_of_the_check_are_left_out_once_it_asks_about_own_documents(engine, monkeypatch):
    """As many passages as it needs: then what it asks is fitted to no more."""
    for number, page in enumerate(PAGES):
        collection, _ = add(engine, f"{number}.pdf", (page,))
    before = {question for question, _ in own_pairs(engine, collection.id)}
    monkeypatch.setattr(int8_pairs, "ENOUGH", len(PAGES))
    own = StoredPassages(engine.storage, engine.corpora)
    checked = {task.query for task in own.material(FakeEncoder()).tasks}
    after = {question for question, _ in own_pairs(engine, collection.id)}
    assert checked & before
    assert after == before - checked


def test_the_samples_leave_out_what_the_agreement_check_asks():
    """A recipe is not checked on the questions it was fitted to; there is enough of the rest."""
    pairs = list(sample_pairs(FakeEncoder()))
    assert not {question for question, _ in pairs} & set(sample_texts()[0])
    assert len(set(pairs)) == len(pairs) > 200
