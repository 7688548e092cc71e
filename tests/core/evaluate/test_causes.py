"""Another ranking, other judgments, both or neither to be known: told apart for each question."""

from __future__ import annotations

from dataclasses import replace
from math import log2

import pytest

from core.evaluate.evaluations import Evaluations
from core.evaluate.judgments import judgment_of
from core.evaluate.outcome import changes
from core.evaluate.regressions import falls
from tests.core.evaluate.test_evaluations import CANDIDATES, PLAN, bench, finished

__all__ = ["bench"]  # a fixture
NAME, MEASURE = "Dense, reranked", "nDCG@10"
QUESTION = "May I?"
FIRST, SECOND = 3, 2
"""Places in CANDIDATES of what reranking puts first and second."""


@pytest.fixture
def evaluations(bench):
    """Evaluations on the bench."""
    made = Evaluations(bench)
    yield made
    made.close()


def run(evaluations, plan=PLAN):
    """One from start to end; its id."""
    ended = finished(evaluations, evaluations.start("c", plan))
    assert ended.status == "done", ended.reason
    return ended.id


def turned(bench, monkeypatch):
    """From now on documents count as changed, and the cross-encoder puts its first one last."""
    bench.version = "v2"
    old = bench.compare

    def compare(*arguments):
        found = old(*arguments)
        one, *rest = found.reranked
        moved = (replace(item, rank=i) for i, item in enumerate([*rest, one], start=1))
        return replace(found, reranked=tuple(moved))

    monkeypatch.setattr(bench, "compare", compare)


def better_known(bench):
    """Somebody finds the passage that is second as good as the one known so far."""
    bench.judgments.add(judgment_of("c", QUESTION, CANDIDATES[FIRST].chunk, 1, "Ada"))
    bench.judgments.add(judgment_of("c", QUESTION, CANDIDATES[SECOND].chunk, 3, "Ada"))


def cause(evaluations, before, after):
    """That of the question, None when its value stayed."""
    found = evaluations.causes(before, after, NAME, MEASURE)
    return next((one for one in found if one.change.question == QUESTION), None)


def test_equal_evaluations_have_nothing_to_explain(evaluations):
    """No change, no cause."""
    assert evaluations.causes(run(evaluations), run(evaluations), NAME, MEASURE) == []


def test_another_ranking_with_the_same_judgments(evaluations, bench, monkeypatch):
    """The only relevant passage falls from first to fourth: 1 becomes 1 / log2(5), all by it."""
    before = run(evaluations)
    turned(bench, monkeypatch)
    found = cause(evaluations, before, run(evaluations))
    assert found.by_ranking == pytest.approx(1 / log2(4 + 1) - 1)
    assert found.by_judgments == pytest.approx(0)
    assert found.words == "the ranking changed"


def test_other_judgments_on_the_same_ranking(evaluations, bench):
    """A fall that no ranking made is named, and is no regression."""
    before = run(evaluations)
    better_known(bench)
    after = run(evaluations)
    found = cause(evaluations, before, after)
    assert found.by_judgments < -0.1
    assert found.by_ranking == pytest.approx(0)
    assert found.words == "the judgments changed, not the ranking"
    ends = evaluations.outcome(before), evaluations.outcome(after)
    (fall,) = falls(*ends, MEASURE, lambda name: evaluations.causes(before, after, name, MEASURE))
    assert not fall.regression
    assert "the judgments changed, not the ranking" in fall.line


def test_both_are_told_apart_and_add_up(evaluations, bench, monkeypatch):
    """Judgments first, then the ranking: both parts make the whole change."""
    before = run(evaluations)
    better_known(bench)
    turned(bench, monkeypatch)
    found = cause(evaluations, before, run(evaluations))
    assert found.by_judgments < 0 < found.by_ranking
    whole = found.change.after - found.change.before
    assert found.by_judgments + found.by_ranking == pytest.approx(whole)
    assert found.words.count("changed") == 2


def test_judgments_of_later_do_not_count(evaluations, bench, monkeypatch):
    """What is said after both evaluations changes nothing about why they differ."""
    before = run(evaluations)
    turned(bench, monkeypatch)
    after = run(evaluations)
    known = cause(evaluations, before, after)
    better_known(bench)
    assert cause(evaluations, before, after) == known


def test_what_cannot_be_found_out_any_more_is_said_and_counts_as_a_regression(
    evaluations, bench, monkeypatch
):
    """A judgment that was taken back made one of the values: nothing is claimed."""
    before = run(evaluations)
    better_known(bench)
    after = run(evaluations)
    bench.judgments.undo("c", "Ada")
    found = cause(evaluations, before, after)
    assert (found.between, found.by_ranking, found.by_judgments) == (None, 0.0, 0.0)
    assert found.kind == "unknown"
    assert "are not to be found" in found.words
    ends = evaluations.outcome(before), evaluations.outcome(after)
    (fall,) = falls(*ends, MEASURE, lambda name: evaluations.causes(before, after, name, MEASURE))
    assert fall.regression
    assert changes(*ends, NAME, MEASURE) == [found.change]
