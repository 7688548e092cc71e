"""Rerankers side by side on the same passages."""

from __future__ import annotations

import numpy as np
import pytest

from core.app.reranker_trials import agreement, measure_opening, memory_megabytes, try_reranker
from core.errors import ModelError
from core.models.scheduler import InferenceScheduler
from core.schema import Chunk
from tests.fakes import FakeCrossEncoder

TEXTS = ("travel", "who pays travel", "who pays", "nothing", "nobody")
CHUNKS = [
    Chunk(f"c{i}", "d", "d.pdf", i, 1, 1, 0, len(text), text, 3) for i, text in enumerate(TEXTS)
]


def test_the_passages_are_ordered_by_logit_and_ties_by_id():
    """Shares of the question's words: 1/3, 3/3, 2/3, 0, 0."""
    opened = measure_opening(FakeCrossEncoder)
    tried = try_reranker("fake", opened, "who pays travel", CHUNKS, InferenceScheduler())
    assert (tried.load_seconds, tried.megabytes) == (opened.seconds, opened.megabytes)
    assert tried.order == ("c1", "c2", "c0", "c3", "c4")
    assert tried.logits == pytest.approx([4, 8 * 2 / 3 - 4, 8 / 3 - 4, -4, -4])
    assert tried.runtime == "fake"
    assert tried.pairs_per_second == pytest.approx(5 / tried.score_seconds)


def test_one_that_cannot_be_opened_says_so():
    """The error is the opener's."""

    def missing():
        raise ModelError("It is not here.", "Choose another.")

    with pytest.raises(ModelError, match="not here"):
        measure_opening(missing)


def test_what_a_model_brings_into_memory_is_counted():
    """One that holds 80 MB of ones adds about that much."""

    def heavy():
        model = FakeCrossEncoder()
        model.weights = np.ones(20_000_000, dtype=np.float32)
        return model

    assert measure_opening(heavy).megabytes > 60


def test_agreement_by_hand():
    """Of the top 2 one is common; of 3 pairs one is turned: (2 - 1) / 3."""
    found = agreement(["a", "b", "c"], ["a", "c", "b"], top=2)
    assert (found.overlap, found.tau) == (1 / 2, pytest.approx(1 / 3))
    same = agreement(["a", "b"], ["a", "b"])
    assert (same.top, same.overlap, same.tau) == (2, 1.0, pytest.approx(1.0))
    assert agreement([], []).overlap == 1.0


def test_this_process_holds_some_memory():
    """Python with numpy takes more than 20 MB, and less than this machine has."""
    assert 20 < memory_megabytes() < 1e6
