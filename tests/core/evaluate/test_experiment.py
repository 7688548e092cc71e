"""An evaluation from end to end, with the fake models."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError, NotFound
from core.evaluate.compare import compare
from core.evaluate.datasets import Dataset, Passage
from core.evaluate.experiment import (
    FIRST,
    Plan,
    evaluate,
    evaluate_first_stages,
    questions,
)
from core.evaluate.indexed import indexed_stages
from core.evaluate.report import Latency, Report, latency, report_table
from core.evaluate.runs import ranked
from core.evaluate.stages import FirstStage, Ranking, rerank
from core.serialize import from_json, to_json
from tests.fakes import FakeCrossEncoder, FakeEncoder

SENTENCES = {
    "a": "may I may I may I approve travel",
    "b": "self approval of travel expenses is forbidden for everybody here",
    "c": "the travel desk books flights",
    "d": "expenses are paid within ten days",
    "e": "a picnic in the park",
}
CORPUS = {name: Passage("", text) for name, text in SENTENCES.items()}
DATASET = Dataset(
    "expenses",
    CORPUS,
    {
        "q1": "may I approve travel expenses",
        "q2": "who books flights",
        "q3": "is self approval of travel expenses forbidden",
        "q4": "nobody judged this",
    },
    {"q1": {"b": 1}, "q2": {"c": 1, "gone": 1}, "q3": {"b": 2, "a": 0}},
)


def report(**changes):
    """The evaluation of the small dataset."""
    arguments = {"top_k": 3, **changes}
    return evaluate(DATASET, FakeEncoder(), FakeCrossEncoder(), **arguments)


def test_reports_both_runs_and_their_difference():
    """Two runs a first stage, each with a value for every question and its stages' times."""
    result = report()
    assert [(run.name, run.base) for run in result.runs] == [
        pair for name in FIRST for pair in ((name, ""), (f"{name} reranked", name))
    ]
    assert (result.passages, result.questions, result.left_out, result.missing) == (5, 3, 1, 1)
    assert result.measures == ("nDCG@10", "MRR@10", "R@3")
    assert [model.kind for model in result.models] == ["encoder", "cross_encoder"]
    for run, stages in zip(
        result.runs,
        (["encode", "search", "total"], ["encode", "search", "rerank", "total"]) * 3,
        strict=True,
    ):
        assert all(list(values) == ["q1", "q2", "q3"] for values in run.values.values())
        assert [time.stage for time in run.latencies] == stages
        assert all(0 <= time.median_ms <= time.p95_ms for time in run.latencies)


def test_values_by_hand():
    """q2 asks for one passage that exists and one that does not: recall is 1 / 2 at best."""
    dense = report().run("dense")
    assert dense.values["R@3"]["q2"] == 1 / 2
    assert dense.values["MRR@10"]["q2"] == 1 / 1


def test_differences_are_those_of_the_runs():
    """Each difference compares the reranked run with its own first stage."""
    result = report()
    pairs = [(name, measure) for name in FIRST for measure in result.measures]
    for difference, (name, measure) in zip(result.differences, pairs, strict=True):
        names = (name, f"{name} reranked")
        base, other = (result.run(run).values[measure] for run in names)
        assert difference == compare(base, other, measure, names)


@given(st.integers(1, 7))
def test_reranking_does_not_move_the_ceiling(top_k):
    """Recall of the candidates is the same before and after reranking them."""
    result = report(top_k=top_k)
    for before, after in zip(result.runs[::2], result.runs[1::2], strict=True):
        assert before.values[result.ceiling] == after.values[result.ceiling]


def test_survives_json():
    """The report, with every per-query value, comes back from JSON as it was."""
    result = report()
    assert from_json(Report, to_json(result)) == result


def test_progress_counts_passages_and_questions_to_the_end():
    """5 passages and 3 questions for each of 3 first stages; the corpus is encoded once."""
    steps, encoder = [], FakeEncoder()
    evaluate(DATASET, encoder, FakeCrossEncoder(), 3, lambda *step: steps.append(step))
    assert steps == [(done, 14) for done in range(5, 15)]
    assert [len(texts) for texts in encoder.calls] == [5, *[1] * (2 * 3)]


def test_progress_may_stop_the_work():
    """What the callback raises ends the evaluation, and reaches the caller."""

    def stop(done, total):
        raise KeyboardInterrupt(f"{done} of {total}")

    with pytest.raises(KeyboardInterrupt, match="5 of 14"):
        report(progress=stop)


def test_limit_takes_the_first_measurable_questions():
    """Only the first questions are asked; the corpus stays whole."""
    result = report(limit=2)
    assert (result.questions, result.passages) == (2, 5)
    assert list(result.run("dense").values["nDCG@10"]) == ["q1", "q2"]


@pytest.mark.parametrize("changes", [{"top_k": 0}, {"top_k": 1001}, {"limit": 0}])
def test_numbers_out_of_range(changes):
    """Refused before a model is asked anything."""
    encoder = FakeEncoder()
    with pytest.raises(InputError):
        evaluate(DATASET, encoder, FakeCrossEncoder(), **{"top_k": 3, **changes})
    assert encoder.calls == []


def test_unknown_measure_in_a_plan():
    """A plan with a measure that cannot be computed does not come to be."""
    with pytest.raises(InputError, match="not a known measure"):
        Plan(measures=("nDCG@10", "magic@3"))


def test_nothing_to_measure():
    """Judgments that fit no question are an error with a hint."""
    with pytest.raises(InputError, match="no question with a relevant document"):
        questions(replace(DATASET, qrels={"q1": {"b": 0}}))


def test_dense_search_is_exact():
    """The order is that of the cosines, computed one by one; equal ones go by id."""
    encoder = FakeEncoder()
    corpus = {**CORPUS, "twin": CORPUS["c"], "0": CORPUS["c"]}
    with indexed_stages(corpus, encoder) as stages:
        scores = stages[0].search("who books flights").scores
    query = encoder.encode(["who books flights"])[0]
    cosines = {
        name: float(np.dot(encoder.encode([p.passage])[0], query)) for name, p in corpus.items()
    }
    assert ranked(scores)[:3] == ["0", "c", "twin"]
    assert list(scores) == ranked(scores)
    assert scores == pytest.approx(cosines, abs=1e-6)


@given(
    st.dictionaries(st.sampled_from(sorted(SENTENCES)), st.sampled_from([0.1, 0.5, 0.9])),
    st.integers(1, 6),
)
def test_reranking_laws(scores, top_k):
    """A permutation: the head in the order of its logits, the tail as the first stage had it."""
    query, model = "travel expenses", FakeCrossEncoder()
    result = rerank(query, Ranking(scores, {"search": 1.0}), CORPUS, model, top_k)
    before, after = ranked(scores), ranked(result.scores)
    assert sorted(after) == sorted(before)
    assert after[top_k:] == before[top_k:]
    logits = {name: float(model.score(query, [SENTENCES[name]])[0]) for name in before[:top_k]}
    assert after[:top_k] == sorted(logits, key=lambda name: (-logits[name], name))
    assert {name: result.scores[name] for name in logits} == logits
    assert list(result.timings) == ["search", "rerank"]


def test_other_first_stages_join():
    """A further named search is measured and reranked beside the dense one."""

    def by_id(_query):
        return Ranking({"e": 1.0, "c": 2.0}, {"search": 0.5})

    with indexed_stages(CORPUS, FakeEncoder(), names=["dense"]) as stages:
        every = [*stages, FirstStage("by id", by_id)]
        result = evaluate_first_stages(DATASET, every, FakeCrossEncoder(), Plan(2))
    assert [run.name for run in result.runs] == [
        *("dense", "dense reranked", "by id", "by id reranked"),
    ]
    assert result.run("by id").values["MRR@10"] == {"q1": 0.0, "q2": 1.0, "q3": 0.0}
    assert [(d.base, d.other) for d in result.differences] == [
        *[("dense", "dense reranked")] * 3,
        *[("by id", "by id reranked")] * 3,
    ]
    with pytest.raises(NotFound, match=r"no run 'bm25'.*by id reranked"):
        result.run("bm25")


def test_latency():
    """Median and 95th percentile, interpolated: of 1, 2, 3 the latter is 1 + 0.95 * (3 - 1)."""
    assert latency("search", [3.0, 1.0, 2.0]) == Latency(
        "search", 2.0, pytest.approx(1 + 0.95 * (3 - 1))
    )


def test_table():
    """The table holds every measure as Base -> Reranked, the ceiling, the times, the verdicts."""
    result = report()
    text = report_table(result)
    base, other = (np.mean(list(run.values["nDCG@10"].values())) for run in result.runs[:2])
    assert text.startswith("expenses: 3 questions, 5 passages, the first 3 reranked\n")
    assert "Left out: 1 question without a relevant document." in text
    assert "Not in the corpus: 1 relevant document." in text
    assert f"nDCG@10         {base:.3f} ->   {other:.3f}" in text
    assert f"[{result.differences[0].low:+.3f}, {result.differences[0].high:+.3f}]" in text
    assert "R@3" in text
    assert "the ceiling: reranking cannot find" in text
    for stage in ("encode", "search", "rerank", "total"):
        assert f"\n{stage} " in text
    assert text.count("over 3 questions") == 2 * len(FIRST)
    assert max(len(line) for line in text.splitlines()[:8]) <= 100


def test_table_is_silent_about_what_is_complete():
    """No line about left out questions or missing documents when there are none."""
    complete = Dataset("all", CORPUS, {"q1": "travel"}, {"q1": {"c": 1}})
    text = report_table(evaluate(complete, FakeEncoder(), FakeCrossEncoder(), 3))
    assert "Left out" not in text
    assert "Not in the corpus" not in text
    assert text.startswith("all: 1 question, 5 passages")
