"""The gate's lab: what a threshold would have left out, counted by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.schema import Comparison, GateDecision, SearchSettings, Timings
from core.search.comparison import rerank
from core.search.skip_lab import GateTrial, gate_summary, gate_trial, judged_by
from core.search.skip_predictor import GateModel
from tests.strategies import make_candidates

TRIALS = [
    GateTrial("a", 0.05, 100.0, 1.0, 0),
    GateTrial("b", 0.10, 200.0, 0.5, 1),
    GateTrial("c", 0.90, 300.0, 0.0, None),
    GateTrial("d", 0.50, 400.0, 0.2, 0),
]


def test_a_summary_counts_what_the_threshold_leaves_out():
    """Below 0.2 are a and b: 2 of 4, 300 ms, half a top lost of four, one of three judged."""
    summary = gate_summary(TRIALS, 0.2)
    assert (summary.questions, summary.skipped, summary.saved_ms) == (4, 2, 300.0)
    assert summary.agreement == pytest.approx(1 - (0 + 0.5) / 4)
    assert summary.recall_lost == pytest.approx(100 * 1 / 3)


def test_at_threshold_0_nothing_is_left_out():
    """Nothing saved, nothing lost."""
    summary = gate_summary(TRIALS, 0.0)
    assert (summary.skipped, summary.saved_ms, summary.agreement) == (0, 0.0, 1.0)
    assert summary.recall_lost == 0.0


def test_without_judgments_no_recall_is_claimed():
    """None, not 0."""
    assert gate_summary([TRIALS[2]], 1.0).recall_lost is None
    assert gate_summary([], 1.0).questions == 0


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_higher_threshold_never_skips_fewer(one, other):
    """The slider goes one way."""
    low, high = sorted((one, other))
    assert gate_summary(TRIALS, low).skipped <= gate_summary(TRIALS, high).skipped


def test_a_trial_sees_what_reranking_changed():
    """The answer is passage 3, below the first stage's top 3 and first after reranking."""
    candidates = make_candidates([4, 3, 2, 1])
    logits = np.array([1, 2, 0, 9], dtype=np.float32)
    made = Comparison(
        "q",
        "c",
        SearchSettings(),
        "v",
        candidates,
        rerank(candidates, logits, logits, [False] * 4),
        Timings(0, 0, 30.0, 12.0, 50.0, 4),
        (),
    )
    trial = gate_trial(made, 2, "passage  3")
    assert trial == GateTrial("q", 1.0, 42.0, 1 / 2, 1, changed=True)
    assert gate_trial(made, 2, relevant={candidates[3].chunk.id}).gain == 1
    assert gate_trial(made, 2, relevant={candidates[0].chunk.id}).gain == -0
    kept = replace(made, cache_hits=4)
    assert gate_trial(kept, 2, pair_ms=10.0).milliseconds == 42.0 + 4 * 10.0
    sure = replace(made, gate=GateDecision(True, "", 5.0, 1.0))
    assert gate_trial(sure, 2).likely < 0.01
    assert gate_trial(sure, 2).gain is None


def test_another_gate_gives_the_same_trials_another_chance():
    """Half where it knows nothing; a question that it cannot judge stays certain to be read."""
    seen = GateTrial("q", 0.9, 1.0, 1.0, None, margin=1.0, overlap=0.5)
    blind = replace(seen, overlap=None)
    found = judged_by(GateModel(0.0, 0.0, 0.0, 0.5), [seen, blind])
    assert found == (replace(seen, likely=0.5), blind)
