"""What many searches say together, worked by hand."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy import stats  # type: ignore[import-untyped]

from core.errors import InputError
from core.history.facts import AnswerFacts, Facts, SearchFacts, answer_facts, search_facts
from core.history.history import History
from core.history.monitoring import FEWEST_SEARCHES, Share, drifts, exposition, monitor, percentile
from core.history.records import Feedback
from core.schema import SkipDecision, Timings
from core.serialize import from_json, to_json
from core.settings import HistorySettings
from tests.core.history.made import NOON, answer, comparison, library_with


def facts(number: int = 0, *, version: str = "v", logit: float = 2.0, **changed: object) -> Facts:
    """A search asked so many minutes after noon."""
    at = NOON + timedelta(minutes=number)
    made = search_facts(at, "c", replace(comparison(f"q{number}"), asked_at=at))
    values: dict[str, object] = {"corpus_version": version, "top_logit": logit, **changed}
    return Facts(replace(made, **values))


def took(milliseconds):
    """The times of a search that took so long."""
    return replace(comparison().timings, total_ms=milliseconds)


def test_the_figures_of_a_search_come_from_its_record():
    """Logits 0.5, 2, -1: the second passage comes first, moved up by one."""
    found = search_facts(NOON, "c", comparison())
    assert (found.top_logit, found.deltas, found.skip) == (2.0, (1, -1), "not asked")
    assert found.timings == Timings(1.0, 2.0, 3.0, 4.0, 10.0, 3)
    assert found.reranker == "cross (torch-fp32)"
    assert from_json(SearchFacts, to_json(found)) == found


@pytest.mark.parametrize(
    ("skip", "acts", "word"),
    [(False, True, "let through"), (True, False, "would skip"), (True, True, "skipped")],
)
def test_what_the_skip_predictor_decided_and_whether_it_acted(skip, acts, word):
    """A skip predictor that only watches is not said to have skipped."""
    asked = comparison()
    second = replace(asked.settings.second, skip_predictor=acts)
    asked = replace(asked, settings=replace(asked.settings, second=second))
    decided = replace(asked, skip=SkipDecision(skip, "why", 0.1, None))
    assert search_facts(NOON, "c", decided).skip == word


@given(st.lists(st.floats(0, 1e6), min_size=1), st.integers(1, 100))
def test_a_percentile_is_numpys_nearest_rank(values, percent):
    """The independent implementation agrees on every list."""
    expected = np.percentile(values, percent, method="inverted_cdf")
    assert percentile(values, percent) == pytest.approx(float(expected), abs=0)


def test_there_is_no_percentile_of_nothing():
    """Asking for it is an error with words."""
    with pytest.raises(InputError):
        percentile([], 50)


def test_a_day_of_searches_worked_by_hand():
    """Four searches of 10 to 40 ms, one shown twice from memory, 6 of 12 pairs from the cache."""
    searches = [
        facts(i, timings=took(10.0 * (i + 1)), cache_hits=[0, 0, 3, 3][i]) for i in range(4)
    ]
    given_ = AnswerFacts("rerank", "quotes", False, 4, 3, 2, 1)
    abstained = AnswerFacts("rerank", "quotes", True, 0, 0, 1, 0)
    searches[0] = replace(searches[0], answers=(given_, abstained), liked=(True, False))
    again = replace(searches[1], search=replace(searches[1].search, asked_at=NOON))
    found = monitor([*searches, again])
    assert (found.searches, found.measured) == (5, 4)
    assert found.times["total"] == (20.0, 40.0, 40.0)
    assert list(found.times) == ["encode", "search", "rerank", "quotes", "total"]
    assert (found.cached, found.abstained) == (Share(6, 12), Share(1, 2))
    assert (found.verified, found.supported, found.liked) == (Share(3, 4), Share(1, 2), Share(1, 2))
    assert (found.deltas, found.unmoved) == ({-1: 4, 1: 4}, Share(0, 8))
    assert [(day.searches, day.median_ms) for day in found.days] == [(4, 20.0)]


def test_nothing_is_said_of_nothing():
    """Without searches there are no times and no shares."""
    found = monitor([])
    assert (found.times, found.days, found.abstained.value) == ({}, (), None)
    assert found.abstained.interval == (0.0, 1.0)


def test_a_change_that_moves_the_scores_is_named():
    """Logits of 5 before and 1 after, on enough searches; the same question fell by 4."""
    before = [facts(i, version="v1", logit=5.0) for i in range(FEWEST_SEARCHES)]
    after = [facts(100 + i, version="v2", logit=1.0) for i in range(FEWEST_SEARCHES)]
    after[0] = replace(after[0], search=replace(after[0].search, query="q3"))
    (drift,) = drifts([*before, *after])
    assert drift.p_value is not None
    assert drift.p_value < 0.001
    assert drift.same_questions == (-4.0,)
    assert "median +5.0 before, +1.0 after" in drift.sentence
    assert "distributed differently (p < 0.001)" in drift.sentence
    assert "The median change of the 1 question asked in both periods is −4.0." in drift.sentence


def test_few_searches_say_nothing_and_two_models_are_not_compared():
    """One search less than needed; and a change of the reranker is no change of the documents."""
    before = [facts(i, version="v1", logit=5.0) for i in range(FEWEST_SEARCHES - 1)]
    after = [facts(100 + i, version="v2", logit=1.0) for i in range(FEWEST_SEARCHES)]
    (drift,) = drifts([*before, *after])
    assert drift.p_value is None
    assert "too few to compare" in drift.sentence
    other = [
        facts(100 + i, version="v2", reranker="another (torch-fp32)")
        for i in range(FEWEST_SEARCHES)
    ]
    assert drifts([*before, *other]) == []


@given(st.integers(0, 50))
def test_the_same_distribution_is_rarely_called_another(seed):
    """The verdict on two samples of one distribution is the test's, and its p-value no smaller."""
    values = np.random.default_rng(seed).normal(size=(3, 20))
    made = [
        facts(100 * v + i, version=f"v{v}", logit=float(x))
        for v, row in enumerate(values)
        for i, x in enumerate(row)
    ]
    newest, oldest = drifts(made)
    alone = stats.ks_2samp(values[1], values[2]).pvalue
    assert newest.p_value is not None
    assert oldest.p_value is not None
    assert newest.p_value >= alone
    assert ("no difference" in newest.sentence) == (newest.p_value >= 0.05)


def test_facts_are_kept_with_their_search(tmp_path):
    """Written at once, gone with it."""
    library, collection = library_with(tmp_path, "one.pdf")
    history = History(tmp_path / "h.sqlite", HistorySettings(), library, lambda: NOON)
    asked = comparison()
    id_ = history.record(collection, asked)
    history.record_answer(id_, "rerank", answer(asked))
    history.rate(id_, Feedback("rerank", "quotes", "answer", True))
    expected = Facts(
        search_facts(NOON, collection, asked), (answer_facts("rerank", answer(asked)),), (True,)
    )
    assert history.facts() == [expected]
    history.delete(id_)
    assert history.facts() == []
    history.close()
    library.close()


def test_the_text_for_prometheus_is_the_format_and_the_figures():
    """Every sample has its HELP and TYPE, names and labels are legal, the numbers are ours."""
    searches = [facts(i, timings=took(10.0 * (i + 1))) for i in range(4)]
    lines = exposition(monitor(searches)).splitlines()
    assert "second_look_searches 4" in lines
    assert 'second_look_stage_seconds{stage="total",quantile="0.5"} 0.02' in lines
    described = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    named = {line.split("{")[0].split()[0] for line in lines if not line.startswith("#")}
    assert named == described
    assert "second_look_answers_abstained 0" in lines
