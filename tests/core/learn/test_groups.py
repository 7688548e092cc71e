"""What a model learns from: real negatives, and no document on both sides."""

import pytest
from hypothesis import given, strategies as st

from core.errors import InputError
from core.learn.groups import TrainingGroup, mined, split, training_group
from core.schema import SearchSettings
from core.search.pipeline import Corpus, Stages, compare
from core.store.opening import open_store
from tests.fakes import FakeCrossEncoder, FakeEncoder
from tests.strategies import make_chunk

TEXTS = (
    "travel is approved by the manager of the team",
    "travel is approved by the manager of the whole team",
    "leave needs ten days of notice before it begins",
    "lunch is served at noon in the large hall",
    "parking needs a permit from the site office",
)


@pytest.fixture
def comparison():
    """A question over five passages of one document."""
    encoder, store = FakeEncoder(), open_store()
    chunks = [make_chunk(i, text) for i, text in enumerate(TEXTS)]
    store.create("c", encoder.dimension)
    store.upsert("c", "r", chunks, encoder.encode([chunk.passage for chunk in chunks]))
    stages = Stages(encoder, FakeCrossEncoder(), store)
    corpus = Corpus("c", "c", ("r",), "v")
    yield compare("who approved travel", SearchSettings(5, 2), stages, corpus)
    store.close()


def by_text(comparison):
    """Chunk ids by text."""
    return {item.chunk.text: item.chunk.id for item in comparison.reranked}


def test_judged_negatives_come_first_and_twins_of_an_answer_never(comparison):
    """The near copy of the relevant passage is left out, whatever its rank."""
    ids = by_text(comparison)
    grades = {ids[TEXTS[0]]: 3, ids[TEXTS[4]]: 0}
    found = [chunk.text for chunk in mined(comparison, grades, unjudged=True)]
    assert found[0] == TEXTS[4]
    assert TEXTS[1] not in found
    assert set(found) == {TEXTS[2], TEXTS[3], TEXTS[4]}


def test_unjudged_passages_count_as_bad_only_where_that_is_asked_for(comparison):
    """Where people judged two passages, only these two teach."""
    ids = by_text(comparison)
    made = training_group(comparison, {ids[TEXTS[0]]: 2, ids[TEXTS[3]]: 0})
    assert made.passages == (TEXTS[0], TEXTS[3])
    assert made.grades == (2, 0)
    assert made.document_id == "a" * 64


def test_what_teaches_nothing_is_refused(comparison):
    """No relevant passage, or nothing to hold against it."""
    ids = by_text(comparison)
    with pytest.raises(InputError, match="No relevant passage"):
        training_group(comparison, {ids[TEXTS[0]]: 0})
    with pytest.raises(InputError, match="different grades"):
        training_group(comparison, {ids[TEXTS[0]]: 2})


documents = st.lists(st.sampled_from("abcdef"), min_size=10, max_size=60)


@given(documents, st.integers(0, 5))
def test_every_question_is_on_one_side_and_no_document_on_two(names, seed):
    """Nothing is lost or doubled; split by document, the test documents are in no other part."""
    groups = [TrainingGroup(f"q{i}", ("good", "bad"), (1, 0), name) for i, name in enumerate(names)]
    train, dev, test = split(groups, seed)
    together = [*train, *dev, *test]
    assert sorted(g.query for g in together) == sorted(g.query for g in groups)
    assert train
    assert dev
    assert test
    largest = max(names.count(name) for name in names)
    if largest <= 0.3 * len(names):  # then the test side cannot take too much
        learned = {g.document_id for g in (*train, *dev)}
        assert learned.isdisjoint(g.document_id for g in test)


def test_one_document_is_split_by_question():
    """With one document there is no other to test on."""
    groups = [TrainingGroup(f"q{i}", ("good", "bad"), (1, 0), "only") for i in range(20)]
    train, dev, test = split(groups)
    assert (len(train), len(dev), len(test)) == (11, 3, 6)


def test_nine_questions_are_too_few():
    """Less than ten cannot be split three ways."""
    with pytest.raises(InputError, match="too few"):
        split([TrainingGroup(f"q{i}", ("good", "bad"), (1, 0), "d") for i in range(9)])
