"""The laws of reranking, and the sentence that sums it up."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from core.schema import Comparison, Hit, SearchSettings
from core.search.comparison import dropped, entered, rows, to_csv, what_happened
from core.search_settings import FirstStageSettings
from core.serialize import from_json, to_json
from tests.strategies import first_and_second_stage, make_candidates, make_comparison, rerank


def reranked_of(candidates, logits):
    """Rerank without caring about display values."""
    return rerank(candidates, logits, logits, [False] * len(candidates))


@given(first_and_second_stage())
def test_reranking_is_a_permutation_of_its_candidates(lists):
    """No passage is lost, added or doubled, and ranks count from 1 without gaps."""
    candidates, logits = lists
    result = reranked_of(candidates, logits)
    assert sorted(r.chunk.id for r in result) == sorted(c.chunk.id for c in candidates)
    assert [r.rank for r in result] == list(range(1, len(candidates) + 1))


@given(first_and_second_stage())
def test_rank_deltas_sum_to_zero_and_name_the_old_place(lists):
    """A place won is a place lost by others; rank + delta is the candidate's rank."""
    candidates, logits = lists
    result = reranked_of(candidates, logits)
    before = {c.chunk.id: c.rank for c in candidates}
    assert sum(r.rank_delta for r in result) == 0
    assert all(r.rank + r.rank_delta == before[r.chunk.id] for r in result)


@given(first_and_second_stage())
def test_logits_fall_and_ties_go_by_chunk_id(lists):
    """The order is by raw logit; equal logits are ordered by id, so it is never arbitrary."""
    result = reranked_of(*lists)
    keys = [(-r.logit, r.chunk.id) for r in result]
    assert keys == sorted(keys)


@given(first_and_second_stage(), st.randoms())
def test_the_order_does_not_depend_on_the_order_of_the_candidates(lists, random):
    """Shuffled input gives the same reranked ids."""
    candidates, logits = lists
    order = list(range(len(candidates)))
    random.shuffle(order)
    shuffled = reranked_of([candidates[i] for i in order], logits[order])
    assert [r.chunk.id for r in shuffled] == [r.chunk.id for r in reranked_of(candidates, logits)]


@given(first_and_second_stage(), st.integers(1, 30))
def test_as_many_enter_the_top_n_as_drop_out_of_it(lists, top_n):
    """The top n has a fixed size."""
    result = reranked_of(*lists)
    assert len(entered(result, top_n)) == len(dropped(result, top_n))


@given(first_and_second_stage(), st.integers(1, 5))
def test_a_comparison_survives_json(lists, top_n):
    """Save and load is the identity, to the last bit of every score."""
    comparison = make_comparison(*lists, SearchSettings(50, top_n))
    assert from_json(Comparison, to_json(comparison)) == comparison


def test_saturated_relevance_does_not_decide_the_order():
    """Logits 20 and 30 have the same sigmoid in float32; the higher one is still first."""
    candidates = make_candidates([0.9, 0.8])
    logits = np.array([20.0, 30.0], dtype=np.float32)
    relevance = np.array([1.0, 1.0], dtype=np.float32)
    assert [r.logit for r in rerank(candidates, logits, relevance, [False] * 2)] == [30.0, 20.0]


def test_the_sentence_tells_of_the_passage_that_is_first_now():
    """Ranks 5 and 4 enter the top 2: its way is the one that is told, and both are counted."""
    result = reranked_of(
        make_candidates([5, 4, 3, 2, 1]), np.array([0, 0.1, 0.2, 8, 9], dtype=np.float32)
    )
    sentence = what_happened(result, 2)
    assert "from rank 5 to rank 1" in sentence
    assert "all of the top 2 are new" in sentence


def test_the_sentence_tells_of_the_best_newcomer_not_the_one_that_rose_furthest():
    """Rank 5 rose to 3, rank 4 to 2, the first stayed: the one at rank 2 is meant."""
    candidates = make_candidates([0.9, 0.8, 0.7, 0.6, 0.5])
    result = reranked_of(candidates, np.array([9, 1, 0, 5, 4], dtype=np.float32))
    assert "from rank 4 to rank 2" in what_happened(result, 3)


@pytest.mark.parametrize(
    ("logits", "sentence"),
    [
        ([9, 8, 7], "Nothing important changed"),
        ([8, 9, 7], "The top 2 are the same passages in a different order"),
    ],
)
def test_the_sentence_says_when_nothing_important_or_only_the_order_changed(logits, sentence):
    """The same first passage and the same top n is no change; another order of them is not new."""
    result = reranked_of(make_candidates([3, 2, 1]), np.array(logits, dtype=np.float32))
    assert sentence in what_happened(result, 2)


def test_the_sentence_for_no_result_at_all():
    """An empty list is said to be empty."""
    assert what_happened((), 5) == "No passage was found."


def test_the_table_has_every_score_of_every_passage():
    """Rows follow the reranked order; the CSV reads back with as many lines."""
    candidates = make_candidates([0.3, 0.2, 0.1])
    formula = replace(candidates[0], chunk=replace(candidates[0].chunk, text="=1+1"))
    comparison = make_comparison((formula, *candidates[1:]), [1, 3, 2])
    table = rows(comparison)
    assert [(r["rank"], r["candidate_rank"], r["rank_delta"]) for r in table] == [
        (1, 2, 1),
        (2, 3, 1),
        (3, 1, -2),
    ]
    assert [(r["cosine"], r["bm25"], r["fused"]) for r in table] == [
        (0.2, None, None),
        (0.1, None, None),
        (0.3, None, None),
    ]
    read = list(csv.DictReader(io.StringIO(to_csv(comparison))))
    assert [float(r["logit"]) for r in read] == [3, 2, 1]
    assert read[-1]["text"] == "'=1+1"


def test_a_score_stands_under_the_name_of_who_gave_it():
    """A passage that only BM25 found has no cosine, and a fused score is none."""
    both, words = make_candidates([0.03, 0.02])
    both = replace(both, hits=(*both.hits, Hit(both.chunk.id, 7.0, 1, "bm25")))
    words = replace(words, hits=(Hit(words.chunk.id, 5.0, 2, "bm25"),))
    found = make_comparison((both, words), [2, 1])
    first = FirstStageSettings(kind="hybrid")
    hybrid = replace(found, settings=replace(found.settings, first=first))
    read = list(csv.DictReader(io.StringIO(to_csv(hybrid))))
    assert [(r["cosine"], r["bm25"], r["fused"]) for r in read] == [
        ("0.03", "7.0", "0.03"),
        ("", "5.0", "0.02"),
    ]
    first = FirstStageSettings(kind="bm25")
    alone = rows(replace(found, settings=replace(found.settings, first=first)))
    assert [(r["bm25"], r["fused"]) for r in alone] == [(7.0, None), (5.0, None)]
