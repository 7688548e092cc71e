"""Another engine's list on the left, with everything else as for own documents."""

import json
from dataclasses import replace

import numpy as np
import pytest

from core.errors import InputError
from core.search.ordering import blended_order
from core.search_settings import FirstStageSettings, SearchSettings, SecondStageSettings
from tests.core.app.made_engine import make_engine
from tests.engine_lists import ASKED, LINE, TEXTS
from tests.made_home import SECONDS

GIVEN = SearchSettings(first=FirstStageSettings(kind="given"), top_k=10, top_n=2)


@pytest.fixture
def asked(tmp_path):
    """An engine whose only collection has one file of lists."""
    engine = make_engine(tmp_path)
    collection = engine.library.collections()[0]
    engine.jobs.add(collection.id, [("elastic.jsonl", json.dumps(LINE).encode())])
    assert engine.jobs.wait(SECONDS)
    yield engine, collection.id
    engine.close()


def test_the_list_is_the_first_stage_and_the_cross_encoder_reads_it(asked):
    """Each passage whole and once, in the engine's order, with its score, its id and BM25."""
    engine, collection_id = asked
    comparison = engine.searcher.compare(collection_id, ASKED.upper(), GIVEN)
    assert [c.chunk.labels for c in comparison.candidates] == [(name,) for name in TEXTS]
    assert [c.chunk.text for c in comparison.candidates] == [t.strip() for t in TEXTS.values()]
    assert [(h.stage, h.score, h.rank) for c in comparison.candidates for h in c.hits] == [
        ("given", 9.0, 1), ("given", 8.0, 2), ("given", 7.0, 3)
    ]  # fmt: skip
    assert comparison.candidates[2].bm25 > 0 == comparison.candidates[0].bm25
    ranks = {item.chunk.labels[0]: (item.rank, item.rank_delta) for item in comparison.reranked}
    assert ranks["answer"] == (1, 2)
    plain = replace(GIVEN, second=SecondStageSettings(enabled=False), top_k=2)
    kept = engine.searcher.compare(collection_id, ASKED, plain).reranked
    assert [item.chunk.labels[0] for item in kept] == ["cat", "long"]


def test_other_questions_and_other_first_stages(asked):
    """A question without a list is told so; the passages can be searched as any others."""
    engine, collection_id = asked
    with pytest.raises(InputError, match="list of another engine"):
        engine.searcher.compare(collection_id, "something else", GIVEN)
    own = engine.searcher.compare(collection_id, "do cats sleep", SearchSettings(top_k=10))
    assert {c.chunk.labels[0] for c in own.candidates} == set(TEXTS)
    assert own.candidates[0].chunk.labels == ("cat",)


@pytest.mark.parametrize(
    ("second", "word"),
    [
        (SecondStageSettings(), ""),
        (SecondStageSettings(blend=0.5), "blended with BM25 alone"),
        (SecondStageSettings(enabled=False, blend=0.5), ""),
    ],
)
def test_its_score_never_counts_as_a_cosine(asked, second, word):
    """Whatever the scores are, a blend is the same; and a sentence says what it lacks."""
    engine, collection_id = asked
    comparison = engine.searcher.compare(collection_id, ASKED, replace(GIVEN, second=second))
    said = " ".join(note.text for note in comparison.notes if note.kind == "no cosine")
    assert (word in said) if word else not said
    logits = np.array([1.0, 0.5, 0.0], dtype=np.float32)
    tenfold = [
        replace(c, score=10 * c.score, hits=tuple(replace(h, score=-h.score) for h in c.hits))
        for c in comparison.candidates
    ]
    orders = [blended_order(each, logits, 0.5) for each in (comparison.candidates, tenfold)]
    assert orders[0] == orders[1]


def test_stop_words_are_no_obstacle_where_words_are_not_searched(tmp_path):
    """The other engine may have understood a question that is nothing but stop words."""
    engine = make_engine(tmp_path)
    collection_id = engine.library.collections()[0].id
    line = {"query": "who is it", "passages": [{"id": "a", "text": "It is Ann."}]}
    engine.jobs.add(collection_id, [("a.jsonl", json.dumps(line).encode())])
    assert engine.jobs.wait(SECONDS)
    notes = engine.searcher.compare(collection_id, "who is it", GIVEN).notes
    assert "no words" not in {note.kind for note in notes}
    engine.close()


def test_a_rebuilt_home_still_has_the_lists(asked, tmp_path):
    """They lie in the file itself: nothing beside it can be lost."""
    engine, collection_id = asked
    assert [file.lists.questions for file in engine.corpora.given(collection_id)] == [[ASKED]]
    engine.close()
    again = make_engine(tmp_path)
    assert again.corpora.given(collection_id)[0].name == "elastic.jsonl"
    assert len(again.searcher.compare(collection_id, ASKED, GIVEN).candidates) == 3
    again.close()
