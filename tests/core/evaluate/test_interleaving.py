"""Team draft: its laws, and who gets the credit."""

from itertools import cycle, islice

from hypothesis import given, strategies as st

from core.evaluate.online import Draft, coins, credit, team_draft

IDS = [f"p{i}" for i in range(12)]
RANKINGS = st.permutations(IDS).flatmap(
    lambda order: st.integers(1, len(IDS)).map(lambda n: list(order)[:n])
)
COINS = st.lists(st.booleans(), min_size=30, max_size=30)
OTHER = {"a": "b", "b": "a"}


@given(RANKINGS, RANKINGS, st.integers(0, 12), COINS)
def test_the_list_is_made_of_prefixes_and_no_team_is_more_than_one_ahead(a, b, n, flips):
    """Each id once, each the best that its team had left, balanced after every turn."""
    draft = team_draft(a, b, n, iter(flips))
    assert len(set(draft.ids)) == len(draft.ids) == len(draft.teams) <= n
    for place, (id_, team) in enumerate(zip(draft.ids, draft.teams, strict=True)):
        before = draft.ids[:place]
        assert id_ == next(x for x in (a if team == "a" else b) if x not in before)
        so_far = draft.teams[: place + 1]
        assert abs(so_far.count("a") - so_far.count("b")) <= 1


@given(st.permutations(IDS), st.permutations(IDS), COINS)
def test_two_orders_of_the_same_passages_give_a_permutation(a, b, flips):
    """When neither has anything of its own, everything is dealt."""
    draft = team_draft(a, b, len(IDS), iter(flips))
    assert sorted(draft.ids) == sorted(IDS)


@given(RANKINGS, RANKINGS, COINS, st.sets(st.sampled_from(IDS)))
def test_exchanging_the_sides_exchanges_the_credit(a, b, flips, clicked):
    """With every coin turned over, the list stays, and the winner is the other one."""
    draft = team_draft(a, b, 10, iter(flips))
    turned = team_draft(b, a, 10, (not flip for flip in flips))
    assert turned.ids == draft.ids
    assert turned.teams == tuple(OTHER[team] for team in draft.teams)
    assert credit(turned, clicked) == -credit(draft, clicked)


def test_the_published_example():
    """Radlinski et al. 2008, figure 1: A = a b c d g h, B = b e a f g h, first a then b chooses."""
    draft = team_draft(list("abcdgh"), list("beafgh"), 4, iter([True, False]))
    assert draft == Draft(tuple("abec"), ("a", "b", "b", "a"))


def test_the_same_names_give_the_same_coins_and_they_are_fair():
    """Deterministic by seed; of 4,000 coins 2,000 +/- 4.5 standard deviations fall on each side."""
    flips = list(islice(coins("experiment", "session", "question"), 4000))
    assert flips == list(islice(coins("experiment", "session", "question"), 4000))
    assert flips[:30] != list(islice(coins("experiment", "session", "another"), 30))
    assert abs(sum(flips) - 2000) < 4.5 * (4000 / 4) ** 0.5


def test_credit_counts_passages_not_clicks():
    """Two of b against one of a; ids that are not in the list count for nobody."""
    draft = team_draft(["x", "y"], ["u", "v"], 4, cycle([True]))
    assert draft == Draft(("x", "u", "y", "v"), ("a", "b", "a", "b"))
    assert credit(draft, {"u", "v", "x"}) == 1
    assert credit(draft, ["x", "x", "u"]) == 0
    assert credit(draft, {"elsewhere"}) == 0
