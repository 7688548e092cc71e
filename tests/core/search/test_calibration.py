"""The noise floor of a collection, and the relevance that is made from it."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from core.errors import InputError
from core.schema import Calibration
from core.search.calibration import (
    Noise,
    anchored,
    floor_of,
    probe_questions,
    relevance,
    unanswered,
)

SCORES = st.floats(-12, 12, width=32)
LINES = st.builds(Calibration, st.floats(0.2, 3), st.floats(-4, 4))


def test_there_are_fifty_different_probes():
    """As many as the quantile needs; each is a question of its own."""
    probes = probe_questions()
    assert len(probes) == len(set(probes)) == 50
    assert all(probe.endswith("?") or " " in probe for probe in probes)


def test_probes_that_cannot_be_read_are_named(tmp_path):
    """No file, no TOML, no probes."""
    (tmp_path / "empty.toml").write_text("other = 1")
    for name in ("missing.toml", "empty.toml"):
        with pytest.raises(InputError, match=name):
            probe_questions(tmp_path / name)


def test_the_floor_is_the_value_that_19_of_20_probes_do_not_pass():
    """Of the scores 1 to 20 the 95% quantile is the 19th, of each stage for itself."""
    noises = [Noise(cosine=(21 - i) / 100, logit=float(i)) for i in range(1, 21)]
    assert floor_of(noises) == Noise(cosine=19 / 100, logit=19.0)
    # one that the collection answers does not lift it
    assert floor_of([Noise(0.1, -5.0)] * 49 + [Noise(0.9, 9.0)]) == Noise(0.1, -5.0)
    with pytest.raises(InputError, match="no probe question"):
        floor_of([])


@given(st.lists(st.tuples(st.floats(-1, 1), SCORES), min_size=1, max_size=60))
def test_the_floor_does_not_depend_on_the_order_and_is_a_score_that_was_seen(scores):
    """A quantile without interpolation."""
    noises = [Noise(*pair) for pair in scores]
    floor = floor_of(noises)
    assert floor == floor_of(noises[::-1])
    assert floor.logit in {noise.logit for noise in noises}
    assert floor.cosine in {noise.cosine for noise in noises}


@given(LINES, SCORES)
def test_the_line_goes_through_its_anchor_and_is_never_steeper_than_the_models_own(own, floor):
    """0.05 at the floor; the slope is positive and at most the model's own."""
    line = anchored(own, floor)
    assert 0 < line.slope <= own.slope * (1 + 1e-9)
    at_floor = relevance(np.array([floor]), line)[0]
    assert at_floor == pytest.approx(0.05, abs=1e-3)


def test_the_middle_stays_where_the_model_has_it_when_the_floor_is_low():
    """Own middle 2 (slope 1), floor -4: sigmoid is 1/2 at 2 and 1/20 at -4."""
    line = anchored(Calibration(1.0, -2.0), -4.0)
    assert line.slope == pytest.approx(math.log(19) / 6)
    values = relevance(np.array([2.0, -4.0]), line)
    assert values == pytest.approx([1 / 2, 1 / 20], abs=1e-6)


def test_a_high_floor_moves_the_middle_up_and_keeps_the_slope():
    """Floor at the own middle: 1/20 there, and 1/2 only ln 19 above."""
    line = anchored(Calibration(1.0, 0.0), 0.0)
    assert line.slope == pytest.approx(1.0)
    assert relevance(np.array([math.log(19)]), line)[0] == pytest.approx(1 / 2)


@given(LINES, st.lists(SCORES, min_size=2, max_size=20), st.none() | st.floats(-6, 6))
def test_relevance_is_between_0_and_1_and_never_turns_the_order_around(own, logits, floor):
    """Calibration is for display: it keeps the order of the logits, with a floor and without."""
    calibration = own if floor is None else anchored(own, floor)
    values = relevance(np.sort(np.array(logits, dtype=np.float32)), calibration)
    assert (np.diff(values) >= 0).all()
    assert ((values >= 0) & (values <= 1)).all()


def test_relevance_by_hand():
    """sigmoid(0) = 1/2, and sigmoid(ln 3) = 3/4."""
    values = relevance(np.array([0.0, math.log(3)], dtype=np.float32), Calibration())
    assert values == pytest.approx([1 / 2, 3 / 4], abs=1e-6)


def test_probes_that_the_collection_answers_make_no_floor():
    """A plain sigmoid is 0.5 at 0; when more than half are answered, all count."""
    noises = [Noise(0.1, -3.0), Noise(0.2, -0.1), Noise(0.9, 0.1)]
    assert unanswered(noises, Calibration()) == noises[:2]
    answered = [Noise(0.9, 3.0), Noise(0.8, 2.0), Noise(0.1, -3.0)]
    assert unanswered(answered, Calibration()) == answered
