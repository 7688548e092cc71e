"""The choice of a runtime, with fakes that are fast, slow, right and wrong."""

from __future__ import annotations

import time
from dataclasses import replace

from core.errors import ModelError
from core.models.runtime_selection.probe import Group, grouped, sample_texts
from core.models.runtime_selection.selection import tune_cross_encoder, tune_encoder
from core.models.scheduler import InferenceScheduler
from tests.fakes import FakeCrossEncoder, FakeEncoder

GROUPS = [Group("a b c", ("a", "a b", "a b c", "x"), ("y", "z")), Group("d", ("d", "e"))]


class Timed(FakeCrossEncoder):
    """Waits so many seconds for each call, and adds ``drift`` times the passage's length."""

    def __init__(self, runtime, seconds=0.0, drift=0.0):
        super().__init__()
        self._runtime, self._seconds, self._drift = runtime, seconds, drift

    @property
    def info(self):
        """Says which runtime it plays."""
        return replace(super().info, runtime=self._runtime)

    def score(self, query, passages):
        """The fake's logits, late or wrong."""
        time.sleep(self._seconds)
        logits = super().score(query, passages)
        for i, passage in enumerate(passages):
            logits[i] -= self._drift * len(passage)
        return logits


def missing():
    """A runtime that cannot be had."""
    raise ModelError("It is not here.")


def test_the_fastest_that_agrees_is_chosen_and_every_refusal_has_its_reason():
    """Right and fast wins over wrong and faster, and over what is missing."""
    reference, right = Timed("torch-fp32", 0.02), Timed("right", 0.005)
    wrong = Timed("wrong", 0.0, drift=9.0)
    others = {"right": lambda: right, "wrong": lambda: wrong, "missing": missing}
    chosen, choice = tune_cross_encoder(reference, others, GROUPS, InferenceScheduler())
    assert chosen is right
    assert choice.runtime == "right"
    assert "times as fast as torch-fp32" in choice.reason
    refused = {trial.runtime: trial.refused for trial in choice.trials}
    assert refused["torch-fp32"] == refused["right"] == ""
    assert "below 0.95" in refused["wrong"]
    assert refused["missing"] == "It is not here."


def test_the_reference_stays_when_nothing_is_faster():
    """A slower one that agrees is no reason to change."""
    reference = Timed("torch-fp32")
    chosen, choice = tune_cross_encoder(
        reference, {"slow": lambda: Timed("slow", 0.02)}, GROUPS, InferenceScheduler()
    )
    assert chosen is reference
    assert choice.reason.startswith("No other runtime was faster")


def test_vectors_that_differ_are_refused():
    """An encoder with other vectors is not taken, however fast."""

    class Turned(FakeEncoder):
        def encode(self, texts):
            return super().encode(texts)[:, ::-1]

    class Slow(FakeEncoder):
        def encode(self, texts):
            time.sleep(0.01)
            return super().encode(texts)

    reference = Slow()
    chosen, choice = tune_encoder(
        reference, {"turned": Turned}, ["one two", "three"], InferenceScheduler()
    )
    assert chosen is reference
    assert "least cosine" in choice.trials[1].refused


def test_searches_go_first_while_runtimes_are_measured():
    """Every measured call holds a background turn of the scheduler, never more."""
    scheduler, seen = InferenceScheduler(), []

    class Watching(FakeCrossEncoder):
        def score(self, query, passages):
            seen.append((scheduler._taken, len(passages) <= 5))
            return super().score(query, passages)

    tune_cross_encoder(Watching(), {}, GROUPS, scheduler)
    assert seen
    assert set(seen) == {(True, True)}


def test_the_probe_is_made_of_the_samples():
    """Each question comes with its nearest passages first, and with others that are far."""
    questions, passages = sample_texts()
    groups = grouped(questions, passages, FakeEncoder())
    assert len(groups) == len(questions) == 12
    assert all(len(group.passages) == 20 and len(group.far) == 5 for group in groups)
    assert all(not {*group.passages} & {*group.far} for group in groups)
