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


STAYS, ANOTHER = "The same passage is first", "Another passage is first: rank {} → 1"
SAME, NEW = ", and the top 2 are the same passages", ", and {} new"
NOTHING = "Nothing here answers the question well: the best passage scores {}"


@pytest.mark.parametrize(
    ("logits", "relevance", "top_n", "right", "withheld", "sentence"),
    [
        ([9, 8, 7], 1.0, 2, "", False, STAYS + SAME),
        ([8, 9, 7], 1.0, 2, "", False, ANOTHER.format(2) + SAME),
        ([0, 1, 9], 1.0, 2, "", False, ANOTHER.format(3) + NEW.format("1 of the top 2 is")),
        ([0, 1, 8, 9], 1.0, 2, "", False, ANOTHER.format(4) + NEW.format("all of the top 2 are")),
        ([0, 1, 9], 1.0, 1, "", False, ANOTHER.format(3)),
        ([9, 1, 5], [1, 0.01, 0.01], 2, "", False, STAYS),
        ([0, 1, 9], 0.01, 2, "", False, NOTHING.format(0.01)),
        ([0, 1, 9], 0.38, 2, "", True, NOTHING.format(0.38)),
        ([0, 1, 9], 0.01, 2, "3", True, "Better: the answer moved up from rank 3 to rank 1"),
        ([0, 1, 9], 1.0, 2, "1", False, "Worse: the answer moved down from rank 1 to rank 3"),
        ([0, 1, 9], 1.0, 2, "2", False, "The answer stays at rank 2"),
        ([0, 1, 9], 1.0, 2, "13", False, "The answer stays at rank 1"),
    ],
)
def test_the_sentence_says_what_happened_and_praises_only_what_is_known(
    logits, relevance, top_n, right, withheld, sentence
):
    """``right`` are ranks of the first stage whose passages are known to answer."""
    candidates = make_candidates(list(range(len(logits), 0, -1)))
    shown = np.broadcast_to(np.array(relevance, dtype=np.float32), len(logits))
    read = rerank(candidates, np.array(logits, dtype=np.float32), shown, [False] * len(logits))
    known = {candidates[int(rank) - 1].chunk.id for rank in right}
    assert what_happened(read, top_n, known, withheld=withheld) == f"{sentence}."


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
