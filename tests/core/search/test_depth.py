"""A depth curve from one pass is what another pass at each depth would give."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from core.errors import InputError
from core.search.depth import DepthPoint, depth_curve, fully_read, knee
from tests.strategies import first_and_second_stage, make_candidates, make_comparison, rerank


def point(depth, agreement, quality=None):
    """A point whose time does not matter."""
    return DepthPoint(depth, agreement, quality, 0.0)


@given(first_and_second_stage(), st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_one_pass_gives_what_reranking_again_at_each_depth_gives(lists, depths):
    """The law the whole curve stands on."""
    candidates, logits = lists
    seen = []
    curve = depth_curve(candidates, logits, depths, 3, quality=lambda ids: seen.append(ids) or 0.0)
    for spot, order in zip(curve, seen, strict=True):
        head = candidates[: spot.depth]
        again = rerank(head, logits[: spot.depth], logits[: spot.depth], [False] * len(head))
        assert order == [item.chunk.id for item in again]


@given(first_and_second_stage())
def test_the_deepest_agrees_with_itself(lists):
    """The last point is 1, and no point is outside 0 to 1."""
    candidates, logits = lists
    curve = depth_curve(candidates, logits, range(1, 41), top_n=5, milliseconds=100.0)
    assert curve[-1].agreement == 1.0
    assert curve[-1].milliseconds == 100.0
    assert all(0.0 <= spot.agreement <= 1.0 for spot in curve)
    assert [spot.depth for spot in curve] == list(range(1, len(candidates) + 1))


def test_agreement_is_the_shared_part_of_the_top():
    """The best two of four are ranks 4 and 1: at depth 2 one of the two is there."""
    candidates = make_candidates([4, 3, 2, 1])
    logits = np.array([5, 1, 0, 9], dtype=np.float32)
    curve = depth_curve(candidates, logits, [1, 2, 4], top_n=2, milliseconds=8.0)
    assert [spot.agreement for spot in curve] == [1 / 2, 1 / 2, 2 / 2]
    assert [spot.milliseconds for spot in curve] == [8 * 1 / 4, 8 * 2 / 4, 8.0]


def test_nothing_found_is_an_empty_curve():
    """No candidate, no point."""
    assert depth_curve((), np.zeros(0, np.float32), [10]) == ()


@pytest.mark.parametrize(("depths", "top_n"), [([0], 5), ([10], 0)])
def test_a_depth_of_nothing_is_refused(depths, top_n):
    """It would divide by it."""
    with pytest.raises(InputError):
        depth_curve(make_candidates([1]), np.ones(1, np.float32), depths, top_n)


def test_the_knee_is_farthest_above_the_chord_of_the_quality_where_it_is_judged():
    """Above it by 0, 0.9 - 0.25, 0.95 - 0.5 and 0; agreement rises late, quality early."""
    unjudged = [point(10, 0.0), point(20, 0.9), point(30, 0.95), point(50, 1.0)]
    judged = [point(10, 0.0, 0.5), point(20, 0.1, 0.9), point(30, 1.0, 0.9)]
    assert [knee(curve).depth for curve in (unjudged, judged)] == [20, 20]


@pytest.mark.parametrize(
    "curve",
    [
        [],
        [point(10, 0.5), point(20, 1.0)],
        [point(10, 1.0), point(20, 1.0), point(30, 1.0)],
        [point(10, 0.0), point(20, 0.5), point(30, 1.0)],
        [point(10, 0.0), point(20, 0.1), point(30, 1.0)],
    ],
)
def test_a_curve_without_a_bend_has_no_knee(curve):
    """Too few points, flat, straight, or rising at the end only."""
    assert knee(curve) is None


def test_a_comparison_that_was_cut_short_gives_no_curve():
    """What nobody read has no place in it."""
    candidates = make_candidates([2, 1])
    whole = make_comparison(candidates, [1, 2])
    assert fully_read(whole) == (candidates, [1.0, 2.0])
    with pytest.raises(InputError, match="1 of 2"):
        fully_read(replace(whole, reranked=whole.reranked[:1]))
