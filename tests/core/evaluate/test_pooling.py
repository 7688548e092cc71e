"""Pools hide ranks; the queue asks first where the lists differ."""

from hypothesis import given
from hypothesis import strategies as st

from core.evaluate.pooling import Waiting, pool, progress, queue, waiting

LISTS = st.lists(st.lists(st.sampled_from("abcdefghij"), unique=True), min_size=1, max_size=4)


@given(LISTS, st.integers(1, 8))
def test_a_pool_is_the_union_of_the_tops_in_a_steady_order(lists, depth):
    """Each passage once; the same order again, whatever the order of the lists."""
    members = pool(lists, depth, "Ada", "q")
    assert set(members) == {id_ for ids in lists for id_ in ids[:depth]}
    assert len(members) == len(set(members))
    assert pool(lists[::-1], depth, "Ada", "q") == members


def test_two_judges_and_two_questions_see_other_orders():
    """The order of a pool of 20 says nothing about the ranks."""
    ids = [f"c{i:02}" for i in range(20)]
    orders = {tuple(pool([ids], 20, who, q)) for who in ("Ada", "Ben") for q in ("q1", "q2")}
    assert len(orders) == 4
    assert tuple(ids) not in orders


def test_lists_that_differ_most_are_asked_about_first():
    """Two new passages before one, before another order, before the same list, before done."""
    base = ["a", "b", "c"]
    questions = {
        "same": base,
        "order": ["b", "a", "c"],
        "one new": ["a", "b", "x"],
        "two new": ["a", "y", "x"],
    }
    rows = [waiting(q, [base, other], 3, [], base) for q, other in questions.items()]
    rows.append(waiting("done", [base, ["x", "y", "z"]], 3, base, base))
    assert [w.query for w in queue(rows)] == ["two new", "one new", "order", "same", "done"]
    assert [w.entered for w in queue(rows)] == [2, 1, 0, 0, 3]


def test_one_list_differs_from_nobody():
    """A single configuration gives a queue too."""
    assert waiting("q", [["a"]], 5, [], ["a"]) == Waiting("q", 0, 0.0, 1)


def test_progress_counts_the_pool_alone():
    """Judgments on other passages do not count."""
    assert progress(["a", "b", "c"], {"a": 0, "z": 3}) == (1, 3)
