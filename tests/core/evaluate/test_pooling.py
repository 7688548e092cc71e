"""Pools hide ranks; the queue asks first where the lists differ."""

from hypothesis import given, strategies as st

from core.evaluate.pooling import Waiting, pool, queue, waiting

LISTS = st.lists(st.lists(st.sampled_from("abcdefghij"), unique=True), min_size=1, max_size=4)


def row(query, lists, members, judged=()):
    """A question whose first list is the first stage's, and all others are reranked."""
    reranked = [i > 0 for i in range(len(lists))]
    return waiting(query, lists, reranked, sum(id_ not in judged for id_ in members))


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
    rows = [row(q, [base, other], base) for q, other in questions.items()]
    rows.append(row("done", [base, ["x", "y", "z"]], base, judged=base))
    rows += [Waiting(query, 0, 0.0, 5, asked=False) for query in ("unknown", "also unknown")]
    waiting_first = ["two new", "one new", "order", "same", "unknown", "also unknown", "done"]
    assert [w.query for w in queue(rows)] == waiting_first
    assert [w.entered for w in queue(rows)] == [2, 1, 0, 0, 0, 0, 3]


def test_one_list_differs_from_nobody():
    """A single configuration gives a queue too."""
    assert row("q", [["a"]], ["a"]) == Waiting("q", 0, 0.0, 1)


def test_rerankers_that_disagree_come_before_a_first_stage_that_differs():
    """Both questions have one new passage between first stage and rerankers, one is contested."""
    first = ["a", "b", "c"]
    agreed = row("a: they agree", [first, ["a", "b", "x"], ["x", "b", "a"]], first)
    split = row("b: they do not", [first, ["a", "b", "x"], ["a", "b", "y"]], first)
    assert [(w.entered, w.contested) for w in (agreed, split)] == [(1, 0), (1, 1)]
    assert queue([agreed, split]) == [split, agreed]


@given(LISTS)
def test_what_rerankers_disagree_about_is_part_of_how_lists_differ(lists):
    """Never more than all lists; nothing with one reranked list; the order of lists is nothing."""
    found = row("q", lists, [])
    assert found.contested <= found.entered
    assert row("q", lists[::-1], []).entered == found.entered
    alone = [i == 0 for i in range(len(lists))]
    assert waiting("q", lists, alone, 0).contested == 0
