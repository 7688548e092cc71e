"""The second stage on fakes and a clock that only reading moves."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from core.schema import Note
from core.search.cache import CachedCrossEncoder, ScoreCache
from core.search.cascade import beginning
from core.search.quotes import with_quotes
from core.search.reading import SLICE_PAIRS, Deadline, PairReader, read_in_time
from core.search.second_stage import second_in_parts
from core.search_settings import Fits, Fitted, SecondStageSettings
from tests.fakes import FakeCrossEncoder, ShortSighted, SlowCrossEncoder
from tests.strategies import falling, first_and_second_stage, make_candidates

QUERY = "approve report"


class Given(FakeCrossEncoder):
    """Gives prepared logits by passage."""

    def __init__(self, by_passage):
        super().__init__()
        self.by_passage = by_passage

    def score(self, query, passages):
        """What was prepared."""
        self.pairs.extend((query, passage) for passage in passages)
        return np.array([self.by_passage[text] for text in passages], dtype=np.float32)


def asked(model, budget_ms=0, scores=None):
    """The question, on that model and its clock."""
    clock = getattr(model, "clock", lambda: 0.0)
    reader = CachedCrossEncoder(model, scores)
    return PairReader(QUERY, reader, Deadline.after(budget_ms, clock))


def second_stage(candidates, reader, settings):
    """Its result, of everything read at once."""
    *_, whole = second_in_parts(candidates, reader, settings, len(candidates))
    return whole


def made(n, text="a passage number {i}"):
    """Candidates with falling scores; every third passage answers."""
    return falling([text.format(i=i) + " approve report" * (i % 3 == 2) for i in range(n)])


def ids(items):
    """Chunk ids in order."""
    return [item.chunk.id for item in items]


def test_switched_off_nothing_is_read_and_the_first_stages_order_stays():
    """No model call, no logit, and a sentence that says so."""
    model, candidates = FakeCrossEncoder(), made(7)
    result = second_stage(candidates, asked(model), SecondStageSettings(enabled=False))
    assert ids(result.reranked) == ids(candidates)
    assert {(r.scored, r.logit, r.relevance, r.rank_delta) for r in result.reranked} == {
        ("no", None, None, 0)
    }
    assert "switched off" in result.notes[0].text
    chosen = set(ids(candidates))
    quoted, _ = with_quotes(result.reranked, chosen, asked(model))
    assert all(item.quote is None for item in quoted)
    assert model.pairs == []


def test_without_limits_all_are_read_in_one_call():
    """The default reads everything, and needs no note."""
    result = second_stage(made(30), asked(FakeCrossEncoder()), SecondStageSettings())
    assert {item.scored for item in result.reranked} == {"full"}
    assert [item.model_rank for item in result.reranked] == list(range(1, 31))
    assert (result.notes, result.pairs, result.hits) == ((), 30, 0)


def test_a_budget_reads_in_candidate_order_as_much_as_fits():
    """10 ms a pair: 200 ms are two slices of 8; a third would end at 240 ms."""
    model, candidates = SlowCrossEncoder(0.01), made(50)
    result = second_stage(candidates, asked(model, 200), SecondStageSettings(budget_ms=200))
    read = [item for item in result.reranked if item.scored == "full"]
    assert {item.chunk.id for item in read} == set(ids(candidates[: 2 * SLICE_PAIRS]))
    assert ids(result.reranked[2 * SLICE_PAIRS :]) == ids(candidates[2 * SLICE_PAIRS :])
    assert model.seconds == pytest.approx(0.16)
    assert result.notes == (Note("not read", "34 of 50 passages were not read within 200 ms."),)
    assert result.pairs == 2 * SLICE_PAIRS


def test_known_scores_cost_nothing_of_a_budget():
    """PairReader a second time, the budget is spent on the passages that were not read before."""
    model, candidates, scores = SlowCrossEncoder(0.01), made(30), ScoreCache()
    for expected in (16, 30):
        asking = asked(model, 200, scores)
        result = second_stage(candidates, asking, SecondStageSettings(budget_ms=200))
        assert [item.scored for item in result.reranked].count("full") == expected
    assert (result.hits, result.pairs, result.notes) == (16, 30, ())


@given(st.integers(0, 60), st.integers(1, 700), st.sampled_from([0.001, 0.01, 0.2]))
def test_a_budget_is_only_exceeded_by_the_first_slice(n, budget_ms, cost):
    """At an even pace, what is begun after the first slice ends in time."""
    model = SlowCrossEncoder(cost)
    second_stage(made(n), asked(model, budget_ms), SecondStageSettings(budget_ms=budget_ms))
    assert model.seconds <= max(budget_ms / 1000, cost * SLICE_PAIRS) + 1e-9


@given(st.integers(1, 40), st.integers(1, 500), st.integers(0, 50), st.floats(0, 1))
def test_whatever_is_left_out_every_passage_stays_in_the_list(n, budget_ms, cascade, blend):
    """Each choice gives a permutation: the full model's, then the cheap pass's, then the rest."""
    settings = SecondStageSettings(blend=blend, cascade=cascade, budget_ms=budget_ms)
    candidates = made(n)
    result = second_stage(candidates, asked(SlowCrossEncoder(0.01), budget_ms), settings)
    kinds = ["full", "cheap", "no"]
    order = [kinds.index(item.scored) for item in result.reranked]
    assert order == sorted(order)
    assert sorted(ids(result.reranked)) == sorted(ids(candidates))
    assert [item.rank for item in result.reranked] == list(range(1, n + 1))
    assert sum(item.rank_delta for item in result.reranked) == 0
    assert all((item.logit is None) == (item.scored == "no") for item in result.reranked)


def test_a_cascade_reads_the_best_of_the_cheap_pass_in_full():
    """The full model reads the ten best beginnings; the others stay below in cheap order."""
    long = "word " * 100
    candidates = made(30, long + "{i}")
    by_passage = {}
    for i, item in enumerate(candidates):
        by_passage[beginning(item.chunk.passage)] = 0.0
        by_passage[item.chunk.passage] = float(i)
    result = second_stage(candidates, asked(Given(by_passage)), SecondStageSettings(cascade=10))
    full = result.reranked[:10]
    assert {item.scored for item in full} == {"full"}
    assert set(ids(full)) == set(ids(candidates[:10]))  # all beginnings are equal
    assert [item.logit for item in full] == sorted((r.logit for r in full), reverse=True)
    assert {(item.scored, item.truncated) for item in result.reranked[10:]} == {("cheap", True)}
    assert result.pairs == 40
    assert result.notes == (
        Note(
            "quick pass only",
            "20 of 30 passages had only the quick pass: their first 300 characters.",
        ),
    )


def test_a_cascade_larger_than_the_list_is_the_full_pass():
    """Nothing is gained by reading twice."""
    model = FakeCrossEncoder()
    result = second_stage(made(10), asked(model), SecondStageSettings(cascade=10))
    assert {item.scored for item in result.reranked} == {"full"}
    assert len(model.pairs) == 10


def test_the_cheap_pass_may_take_half_of_a_budget():
    """50 slow beginnings do not leave the full model without time."""
    model = SlowCrossEncoder(0.01)
    settings = SecondStageSettings(cascade=20, budget_ms=320)
    result = second_stage(made(50), asked(model, 320), settings)
    kinds = [item.scored for item in result.reranked]
    assert (kinds.count("full"), kinds.count("cheap"), kinds.count("no")) == (16, 0, 34)


@given(first_and_second_stage(), st.sampled_from([0.0, 0.3, 1.0]))
def test_a_blend_keeps_the_models_own_order_beside_its_own(lists, blend):
    """``model_rank`` counts by logit, ties by id, whatever the final order is."""
    candidates, logits = lists
    by_passage = {c.chunk.passage: logit for c, logit in zip(candidates, logits, strict=True)}
    result = second_stage(candidates, asked(Given(by_passage)), SecondStageSettings(blend=blend))
    own = sorted(result.reranked, key=lambda item: (-item.logit, item.chunk.id))
    assert [item.model_rank for item in own] == list(range(1, len(candidates) + 1))
    if blend == 0.0:
        assert ids(result.reranked) == ids(candidates)
    if blend == 1.0:
        assert list(result.reranked) == own


def test_the_skip_predictor_is_asked_always_and_obeyed_only_when_it_is_on():
    """An outstanding first passage with all the words of the question can do without."""
    scores = [10.0, *(1.0 - i / 100 for i in range(29))]
    candidates = make_candidates(scores, [QUERY, *(f"other words {i}" for i in range(29))])
    model = FakeCrossEncoder()
    off = second_stage(candidates, asked(model), SecondStageSettings(skip_predictor=False))
    assert (off.skip.advised, off.pairs) == (True, 30)
    read = len(model.pairs)
    on = second_stage(candidates, asked(model), SecondStageSettings(skip_predictor=True))
    assert on.skip == off.skip
    assert len(model.pairs) == read
    assert ids(on.reranked) == ids(candidates)
    assert on.notes[0].text.startswith("The cross-encoder was skipped. ")
    even = Fits(skip_predictor=Fitted((0.0, 0.0, 0.0, 0.1)))  # always 50 %
    never = SecondStageSettings(skip_predictor=True, fits=even)
    own = second_stage(candidates, asked(model), never)
    assert (own.skip.advised, own.pairs) == (False, 30)
    assert "50 of 100" in own.skip.reason


def test_no_candidates_are_no_work():
    """An empty list is neither read nor an error."""
    model = FakeCrossEncoder()
    result = second_stage((), asked(model, 100), SecondStageSettings(cascade=5, budget_ms=100))
    assert (result.reranked, result.pairs, model.pairs) == ((), 0, [])


def test_sentences_too_are_only_read_in_time():
    """A passage whose sentences were not all read has no quote, and a note says how many."""
    candidates = made(20, "One {i} is here. Two {i} is there. Three {i}.")
    model = SlowCrossEncoder(0.01)
    asking = asked(model, 400)
    result = second_stage(candidates, asking, SecondStageSettings(budget_ms=400))
    quoted, notes = with_quotes(result.reranked, set(ids(candidates[:10])), asking)
    with_one = sum(item.quote is not None for item in quoted)
    assert 0 < with_one < 10
    (note,) = notes
    assert note.text == (
        f"The time limit was reached before the best sentence of {10 - with_one} passages was "
        "found."
    )
    assert model.seconds <= 0.4


def test_reading_without_a_deadline_is_one_call():
    """Batches are the model's own business then."""
    calls = []

    class Counting(FakeCrossEncoder):
        def score(self, query, passages):
            calls.append(len(passages))
            return super().score(query, passages)

    assert read_in_time(asked(Counting()), ["a"] * 3 + ["b"]).tolist() == [-4.0] * 4
    assert calls == [2]  # equal texts are read once


def test_windows_find_what_stands_behind_the_models_window():
    """The answer is at the end of a passage that the model does not see whole."""
    text = "filler word " * 40 + "approve report"
    candidates = falling(["lunch 0", text, "lunch 2"])
    for windows, first in ((False, -4.0), (True, 4.0)):
        asking = replace(asked(ShortSighted(max_length=12)), windows=windows)
        result = second_stage(candidates, asking, SecondStageSettings(windows=windows))
        assert result.reranked[0].logit == first
        assert any(item.truncated for item in result.reranked) == (not windows)
