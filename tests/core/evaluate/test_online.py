"""Experiments: who gets what, what was done, and intervals that cover simulated people."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy import stats  # type: ignore[import-untyped]

from core.errors import InputError
from core.evaluate.configurations import presets
from core.evaluate.online import (
    FOLLOWS,
    Action,
    Draft,
    Experiment,
    Impression,
    Preference,
    Seen,
    coins,
    effect_words,
    effects,
    followed,
    preference,
    preference_words,
    team_draft,
    team_of,
    welch,
)
from core.serialize import from_json, to_json
from tests.core.history.made import NOON

A, B = presets()[:2]
EXPERIMENT = Experiment("e", "c", "split", A, B, NOON, NOON + timedelta(days=7))
BOTH = Draft(("x", "u", "y", "v"), ("a", "b", "a", "b"))


def seen(session, number, *acts, draft=BOTH, minutes=0.0):
    """A list shown so many minutes after noon, with (act, passage, seconds later)."""
    at = NOON + timedelta(minutes=minutes)
    entry = f"{session}-{number}"
    actions = tuple(Action(entry, act, id_, at + timedelta(seconds=s)) for act, id_, s in acts)
    return Seen(Impression("e", session, entry, f"q{number}", at, draft), actions)


def of_one(team):
    """A list that belongs to one side."""
    return Draft(("x", "y"), (team, team))


def test_an_experiment_survives_json_and_ends():
    """It runs from its start to before its end."""
    assert from_json(Experiment, to_json(EXPERIMENT)) == EXPERIMENT
    shown = seen("s", 1).shown
    assert from_json(Impression, to_json(shown)) == shown
    assert EXPERIMENT.runs(NOON)
    assert not EXPERIMENT.runs(NOON + timedelta(days=7))


@pytest.mark.parametrize("changed", [{"b": A}, {"ends_at": NOON + timedelta(days=91)}])
def test_what_compares_nothing_or_never_ends_is_refused(changed):
    """With words, before anybody is shown anything."""
    with pytest.raises(InputError):
        replace(EXPERIMENT, **changed)


def test_a_session_keeps_its_side_and_sides_are_fair():
    """The same session always falls the same way; of 4,000 about a half on each side."""
    sides = [team_of("e", f"session {i}") for i in range(4000)]
    assert sides == [team_of("e", f"session {i}") for i in range(4000)]
    assert abs(sides.count("a") - 2000) < 4.5 * (4000 / 4) ** 0.5


def test_what_was_done_with_a_list_worked_by_hand():
    """Opened after 3 and 8 seconds; the last thumb on a passage counts, one taken back does not."""
    one = seen(
        "s", 1,
        ("up", "x", 2), ("open", "x", 8), ("cite", "y", 3), ("down", "x", 9), ("none", "y", 9),
    )  # fmt: skip
    assert one.first_click == 3.0
    assert len(one.clicks) == 2
    assert one.thumbs == [False]
    assert seen("s", 2).first_click is None


def test_a_follow_up_is_another_question_of_the_same_session_soon():
    """Not the same question again, not another session, not an hour later."""
    soon, late = FOLLOWS.total_seconds() / 60, 100.0
    lists = [
        seen("s", 1), seen("s", 2, minutes=soon), seen("t", 3, minutes=soon),
        seen("s", 2, minutes=soon + 1), seen("s", 4, minutes=late),
    ]  # fmt: skip
    assert followed(lists) == {"s-1"}


def test_lists_that_were_won_worked_by_hand():
    """Two for b, one for a, one tie; a question asked again in the session counts once."""
    found = preference(
        [
            seen("s", 1, ("open", "x", 1)),
            seen("s", 1, ("open", "u", 1)),
            seen("s", 2, ("open", "v", 1)),
            seen("t", 1, ("open", "y", 1)),
            seen("t", 2),
        ]
    )
    assert found == Preference(a=1, b=2, ties=1)
    assert preference_words(found, EXPERIMENT).startswith("No clear winner between Dense and")
    settled = preference_words(Preference(1, 19, 3), EXPERIMENT)
    assert settled.startswith(
        "People open more passages of Dense, reranked: Dense, reranked won 19 of 20"
    )
    assert "no list" in preference_words(Preference(0, 0, 3), EXPERIMENT).lower()


def test_the_session_counts_not_the_question():
    """One session with nine questions weighs as much as one with a single question."""
    lists = [seen("busy", i, ("open", "x", 1), draft=of_one("a")) for i in range(9)]
    lists += [seen("idle", 1, draft=of_one("a"))]
    clicks = effects(lists)[0]
    assert (clicks.name, clicks.a, clicks.b) == ("Questions with a click", 0.5, None)
    assert clicks.sessions == (2, 0)
    assert effect_words(clicks, EXPERIMENT) == "at least 5 browsers are needed on each side"


SAMPLES = st.lists(st.floats(-100, 100), min_size=2, max_size=12)


@pytest.mark.filterwarnings("ignore:Precision loss")
@given(SAMPLES, SAMPLES)
def test_welchs_interval_is_that_of_his_formula_and_turns_around(a, b):
    """By the variances u and v of both means; exchanging the sides mirrors the interval."""
    interval = welch(a, b)
    if interval is None:
        assert np.var(a) + np.var(b) < 1e-15
        return
    u, v = (np.var(side, ddof=1) / len(side) for side in (a, b))
    freedom = (u + v) ** 2 / (u**2 / (len(a) - 1) + v**2 / (len(b) - 1))
    middle, half = np.mean(b) - np.mean(a), stats.t.ppf(0.975, freedom) * np.sqrt(u + v)
    assert interval == pytest.approx((middle - half, middle + half), rel=1e-6, abs=1e-6)
    assert welch(b, a) == pytest.approx((-interval[1], -interval[0]))


def simulated_list(rng, quality_a, quality_b, number):
    """A person who opens relevant passages; ``quality`` is how far a ranking puts these up."""
    relevant = [f"r{i}" for i in range(3)]
    other = [f"n{i}" for i in range(9)]

    def ranking(quality):
        noise = rng.normal(size=12)
        scores = dict(
            zip([*relevant, *other], noise + np.repeat([quality, 0.0], [3, 9]), strict=True)
        )
        return sorted(scores, key=scores.__getitem__, reverse=True)

    draft = team_draft(ranking(quality_a), ranking(quality_b), 5, coins("e", str(number)))
    acts = [("open", id_, 1.0) for id_ in draft.ids if id_ in relevant and rng.random() < 0.6]
    return seen("s", number, *acts, draft=draft)


@pytest.mark.parametrize(("quality_a", "quality_b"), [(1.0, 1.0), (0.5, 1.5)])
def test_the_interval_of_interleaving_covers_simulated_people(quality_a, quality_b):
    """95% +/- 3 % of 300 experiments of 40 questions cover the share of very many questions."""
    rng = np.random.default_rng(7)
    wins = np.array([
        (found.a, found.b)
        for found in (
            preference([simulated_list(rng, quality_a, quality_b, 40 * e + q) for q in range(40)])
            for e in range(300)
        )
    ])  # fmt: skip
    truth = wins[:, 1].sum() / wins.sum()
    if quality_a == quality_b:
        assert truth == pytest.approx(0.5, abs=0.02)
        truth = 0.5
    else:
        assert truth > 0.6
    bounds = [Preference(int(a), int(b), 0).interval for a, b in wins]
    covered = np.mean([low <= truth <= high for low, high in bounds])
    assert 0.92 <= covered <= 0.985


def test_the_interval_of_a_split_covers_simulated_sessions():
    """Sessions differ in how much they click; b adds 0.1: 92 to 98 % of intervals cover it."""
    rng = np.random.default_rng(11)
    hits = []
    for _ in range(300):
        lists = []
        for session in range(40):
            team = "b" if session % 2 else "a"
            rate = rng.beta(4, 4) * 0.8 + (0.1 if team == "b" else 0.0)
            for question in range(int(rng.integers(1, 6))):
                acts = [("open", "x", 1.0)] if rng.random() < rate else []
                lists.append(seen(f"s{session}", question, *acts, draft=of_one(team)))
        effect = effects(lists)[0]
        hits.append(effect.low <= 0.1 <= effect.high)
    assert 0.92 <= np.mean(hits) <= 0.98
