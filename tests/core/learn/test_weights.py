"""Weights from judgments: they find what decides, and are refused where nothing does."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as hnp

from core.errors import InputError
from core.learn.weights import (
    WeightQuestion,
    fit_weights,
    leave_one_out,
    pairwise_weights,
    preferences,
    weight_question,
)
from core.schema import SearchSettings
from core.search.ordering import FEATURES
from core.search.pipeline import Corpus, Stages, compare
from core.store.opening import open_store
from tests.fakes import FakeCrossEncoder, FakeEncoder
from tests.strategies import make_chunk

LOGIT = FEATURES.index("logit")


def made(seed, passages=8, decides=LOGIT, noise=0.0):
    """A question whose grades follow one feature, and whose order of today is random."""
    random = np.random.default_rng(seed)
    rows = random.normal(size=(passages, len(FEATURES)))
    order = rows[:, decides] + noise * random.normal(size=passages)
    grades = (order > np.median(order)).astype(np.int64)
    return WeightQuestion(f"question {seed}", rows, grades, random.normal(size=passages))


def test_the_feature_that_decides_gets_the_largest_weight():
    """Twelve questions whose grades follow the logit: its weight is 1, the others are far below."""
    weights = pairwise_weights([made(seed) for seed in range(12)])
    assert weights[LOGIT] == 1.0
    assert np.abs(np.delete(weights, LOGIT)).max() < 0.5


def test_learned_weights_are_accepted_where_they_help():
    """Held-out questions rank almost perfectly, so the weights may be used."""
    learned = fit_weights([made(seed) for seed in range(12)])
    assert learned.accepted
    assert learned.difference.wins > learned.difference.losses
    assert learned.difference.other_mean > 0.9


def test_weights_that_help_nobody_are_refused():
    """Grades that follow nothing, under an order that is right already: refused, with a reason."""
    random = np.random.default_rng(3)
    questions = []
    for seed in range(10):
        base = made(seed)
        grades = random.permutation(base.grades)
        questions.append(
            WeightQuestion(base.text, base.features, grades, grades.astype(np.float64))
        )
    learned = fit_weights(questions)
    assert not learned.accepted
    assert learned.verdict.startswith("Refused")


def test_a_held_out_question_does_not_teach_its_own_weights():
    """Turning the grades of one question round changes its measure, not the weights it meets."""
    questions = [made(seed, noise=0.5) for seed in range(5)]
    weights = pairwise_weights(questions[1:])
    first = questions[0]
    _, learned = leave_one_out(questions)
    run = {f"{n}": value for n, value in enumerate(first.features @ weights)}
    ordered = sorted(run, key=lambda name: (-run[name], name))
    gains = [int(first.grades[int(name)]) for name in ordered][:10]
    got = sum(gain / np.log2(place + 2) for place, gain in enumerate(gains))
    ideal = sorted(first.grades.tolist(), reverse=True)[:10]
    best = sum(gain / np.log2(place + 2) for place, gain in enumerate(ideal))
    assert learned["0"] == pytest.approx(got / best)


@given(hnp.arrays(np.int64, st.integers(1, 12), elements=st.integers(0, 3)))
def test_one_preference_for_every_pair_of_different_grades(grades):
    """As many rows as pairs, and every row has the higher grade first."""
    rows = np.zeros((len(grades), len(FEATURES)))
    rows[:, 0] = grades
    found = preferences(WeightQuestion("q", rows, grades, rows[:, 0]))
    pairs = sum(a > b for a in grades for b in grades)
    assert len(found) == pairs
    assert (found[:, 0] > 0).all()


def test_too_little_is_said_so():
    """Without differing grades nothing can be learned; two questions cannot check themselves."""
    with pytest.raises(InputError, match="different grades"):
        pairwise_weights([])
    with pytest.raises(InputError, match="2 questions"):
        fit_weights([made(1), made(2)])


def test_features_come_from_the_comparison():
    """Every number is one that the comparison shows, standardised within the question."""
    encoder, cross_encoder, store = FakeEncoder(), FakeCrossEncoder(), open_store()
    chunks = [make_chunk(i, f"rule {i} about leave and travel") for i in range(6)]
    store.create("c", encoder.dimension)
    store.upsert("c", "r", chunks, encoder.encode([chunk.passage for chunk in chunks]))
    comparison = compare(
        "travel rule 3",
        SearchSettings(6, 2),
        Stages(encoder, cross_encoder, store),
        Corpus("c", "c", ("r",), "v"),
    )
    store.close()
    first = comparison.reranked[0].chunk.id
    judged = weight_question(comparison, {first: 3, "unknown": 1})
    assert judged.grades.tolist() == [3]
    assert judged.baseline.tolist() == [-1.0]
    assert not judged.teaches
    logits = [item.logit for item in comparison.reranked]
    z = (logits[0] - np.mean(logits)) / np.std(logits)
    assert judged.features[0, LOGIT] == pytest.approx(z, abs=1e-5)
