"""Metrics against hand examples and against the oracle."""

import json
from math import log2

import pytest
from hypothesis import given, strategies as st

from core.errors import InputError
from core.evaluate.metrics import check_measure, evaluate_run, judged, mean
from tests.oracle import metrics as oracle
from tests.oracle.make_ranx import KEPT
from tests.oracle.random_runs import MEASURES, random_runs

DOCUMENTS = st.sampled_from(["d1", "d10", "d2", "D3", "a b", "é", "ü", "z"])
QUERIES = st.sampled_from(["q1", "q2", "q3", "q4"])
QRELS = st.dictionaries(QUERIES, st.dictionaries(DOCUMENTS, st.integers(-1, 3)))
TIED_SCORES = st.one_of(
    st.integers(-2, 2).map(float), st.floats(-1e6, 1e6), st.floats(1.0, 1.0 + 1e-9)
)
RUNS = st.dictionaries(
    st.one_of(QUERIES, st.just("unjudged")), st.dictionaries(DOCUMENTS, TIED_SCORES)
)
CUTOFFS = st.integers(1, 12)

WITH_CUTOFF = {
    "nDCG": oracle.ndcg,
    "RR": oracle.reciprocal_rank,
    "MRR": oracle.reciprocal_rank,
    "R": oracle.recall,
    "P": oracle.precision,
    "Success": oracle.success,
    "Judged": oracle.judged_at,
}

HAND_QRELS = {"q": {"a": 3, "b": 1, "c": 0, "missed": 2}}
HAND_RUN = {"q": {"unjudged": 9.0, "a": 8.0, "c": 7.0, "b": 6.0}}
HAND = {
    "nDCG@4": (3 / log2(2 + 1) + 1 / log2(4 + 1))
    / (3 / log2(1 + 1) + 2 / log2(2 + 1) + 1 / log2(3 + 1)),
    "nDCG@2": (3 / log2(2 + 1)) / (3 / log2(1 + 1) + 2 / log2(2 + 1)),
    "RR": 1 / 2,
    "RR@1": 0.0,
    "MRR@10": 1 / 2,
    "R@4": 2 / 3,
    "R@2": 1 / 3,
    "P@4": 2 / 4,
    "P@10": 2 / 10,
    "Success@1": 0.0,
    "Success@2": 1.0,
    "AP": (1 / 2 + 2 / 4 + 0) / 3,
}


@pytest.mark.parametrize("measure", HAND)
def test_hand_example(measure):
    """The ranks 2 and 4 of three relevant documents, put into the formula."""
    values = evaluate_run(HAND_QRELS, HAND_RUN, [measure])
    assert values[measure]["q"] == pytest.approx(HAND[measure], abs=1e-12)


@given(QRELS, RUNS, CUTOFFS)
def test_equals_the_oracle(qrels, run, k):
    """Each measure of each measurable query is that of the slow implementation, to 1e-9."""
    names = [f"{name}@{k}" for name in WITH_CUTOFF]
    values = evaluate_run(qrels, run, [*names, "AP", "Bpref"])
    for query, grades in judged(qrels).items():
        ranking = oracle.order(run.get(query, {}))
        assert values["Bpref"][query] == pytest.approx(oracle.bpref(grades, ranking), abs=1e-9)
        assert values["AP"][query] == pytest.approx(
            oracle.average_precision(grades, ranking), abs=1e-9
        )
        for name, formula in WITH_CUTOFF.items():
            assert values[f"{name}@{k}"][query] == pytest.approx(
                formula(grades, ranking, k), abs=1e-9
            )


@pytest.mark.parametrize("measure", MEASURES)
def test_equals_ranx(measure):
    """60 random queries have the values that ranx 0.3.21 gave them (``tests/oracle/make_ranx.py``).

    19 queries have no document judged 0, for which ranx's Bpref is 0 / 0: no value to compare.
    """
    qrels, run = random_runs()
    ours = list(evaluate_run(qrels, run, [measure])[measure].values())
    theirs = json.loads(KEPT.read_text(encoding="utf-8"))["values"][measure]
    pairs = [(one, other) for one, other in zip(ours, theirs, strict=True) if other is not None]
    assert len(pairs) == (41 if measure == "Bpref" else 60)
    assert [one for one, _ in pairs] == pytest.approx([other for _, other in pairs], abs=1e-9)


@given(QRELS, RUNS)
def test_measures_exactly_the_measurable_queries(qrels, run):
    """An unanswered query counts, as 0; a query without a relevant document does not."""
    values = evaluate_run(qrels, run, ["nDCG@10", "R@3"])
    for per_query in values.values():
        assert list(per_query) == list(judged(qrels))
        assert all(per_query[query] == 0 for query in per_query if not run.get(query))
        assert all(0 <= value <= 1 for value in per_query.values())


@given(QRELS.filter(judged), CUTOFFS)
def test_ideal_order_has_ndcg_1(qrels, k):
    """Ranking by grade itself cannot be beaten."""
    run = {query: {d: float(g) for d, g in grades.items()} for query, grades in qrels.items()}
    values = evaluate_run(qrels, run, [f"nDCG@{k}"])[f"nDCG@{k}"]
    assert list(values.values()) == pytest.approx([1.0] * len(values))


def test_ties_go_by_id_and_not_by_trec_eval_or_by_float32():
    """trec_eval prefers the larger id and reads scores as float32; neither shows here."""
    qrels = {"tie": {"a": 1}, "near": {"b": 1}}
    run = {"tie": {"a": 1.0, "b": 1.0}, "near": {"a": 1.0, "b": 1.0 + 1e-12}}
    assert evaluate_run(qrels, run, ["P@1", "RR", "RR@5"]) == {
        "P@1": {"tie": 1.0, "near": 1.0},
        "RR": {"tie": 1.0, "near": 1.0},
        "RR@5": {"tie": 1.0, "near": 1.0},
    }


@pytest.mark.parametrize(
    "name",
    [
        *("nDCG@0", "nDCG@-1", "nDCG@01", "nDCG@1.5", "nDCG@999999", "P", "R", "Success"),
        *("", "@5", "ndcg@10", "nDCG@10 ", "nDCG@10; AP", "alpha_nDCG@5", "P(rel=2)@5", "NumQ"),
    ],
)
def test_unusable_measures_are_refused(name):
    """What is not on the list never reaches trec_eval, which ends the process on a cutoff of 0."""
    with pytest.raises(InputError):
        evaluate_run(HAND_QRELS, HAND_RUN, [name])
    with pytest.raises(InputError):
        check_measure(name)


def test_not_a_number_is_refused():
    """A NaN score is an error, not a rank."""
    with pytest.raises(InputError, match="not a number"):
        evaluate_run(HAND_QRELS, {"q": {"a": float("nan")}}, ["AP"])


def test_nothing_to_measure():
    """Without judgments there are no values, and their mean is refused rather than invented."""
    values = evaluate_run({"q": {"a": 0}}, HAND_RUN, ["AP"])
    assert values == {"AP": {}}
    with pytest.raises(InputError, match="nothing to measure"):
        mean(values["AP"])


def test_mean():
    """The mean counts the zeros."""
    assert mean({"a": 1.0, "b": 0.0, "c": 0.5}) == (1.0 + 0.0 + 0.5) / 3
