"""Lists with unjudged passages: left out or counted, but never silently."""

from math import log2

import pytest
from hypothesis import given, strategies as st

from core.evaluate.compare import measure_both
from core.evaluate.metrics import condensed, evaluate_lists
from tests.oracle import metrics as oracle

IDS = st.lists(st.sampled_from("abcdefgh"), unique=True)
GRADES = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 3), min_size=1)
QRELS = {"Who pays?": {"a": 3, "b": 0}, "Who flies?": {"x": 1}}


@given(IDS, GRADES, st.integers(1, 10))
def test_measures_equal_the_oracle(ids, grades, k):
    """Measures of grades on both kinds of list, Judged on the whole one."""
    if not any(grades.values()):
        return
    names = [f"nDCG@{k}", "Bpref", f"Judged@{k}"]
    for leave_out in (False, True):
        found = evaluate_lists({"q": grades}, {"q": ids}, names, leave_out_unjudged=leave_out)
        seen = [i for i in ids if i in grades] if leave_out else ids
        assert found[f"nDCG@{k}"]["q"] == pytest.approx(oracle.ndcg(grades, seen, k), abs=1e-9)
        assert found["Bpref"]["q"] == pytest.approx(oracle.bpref(grades, ids), abs=1e-9)
        assert found[f"Judged@{k}"]["q"] == pytest.approx(oracle.judged_at(grades, ids, k))


@given(IDS, GRADES)
def test_condensing_keeps_the_order_and_only_what_is_judged(ids, grades):
    """Twice is the same as once."""
    short = condensed(ids, grades)
    assert set(short) == set(ids) & set(grades)
    assert condensed(short, grades) == short
    assert sorted(short, key=ids.index) == short


def test_an_unjudged_passage_above_the_answer_is_no_mistake():
    """Condensed, the answer at rank 2 has its full worth; counted as wrong, 1 / log2(3) of it."""
    lists = {"Who pays?": ["new", "a", "b"]}
    one = {"Who pays?": QRELS["Who pays?"]}
    left_out = evaluate_lists(one, lists, ["nDCG@10"], leave_out_unjudged=True)
    counted = evaluate_lists(one, lists, ["nDCG@10"], leave_out_unjudged=False)
    assert left_out["nDCG@10"]["Who pays?"] == 1.0
    assert counted["nDCG@10"]["Who pays?"] == pytest.approx(1 / log2(3))


def test_both_lists_of_the_judged_questions():
    """Questions without a ranking stay out; the judged share is that of each list."""
    first, final = {"Who pays?": ["b", "a"]}, {"Who pays?": ["a", "new"]}
    both = measure_both(QRELS, first, final, k=2)
    assert both.first == {"Who pays?": pytest.approx(1 / log2(3))}
    assert both.final == {"Who pays?": 1.0}
    assert both.judged == (1.0, 0.5)
    assert both.difference is not None
    assert (both.difference.wins, both.difference.losses) == (1, 0)


def test_without_a_relevant_passage_there_is_nothing_to_say():
    """Only zeros judged: no difference instead of one of 0."""
    both = measure_both({"q": {"a": 0}}, {"q": ["a"]}, {"q": ["a"]})
    assert (both.first, both.difference, both.judged) == ({}, None, (0.0, 0.0))
