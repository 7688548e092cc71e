"""Configurations beside each other: passages of two chunkings are aligned by where they stand."""

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from core.errors import InputError
from core.explain.side_by_side import SideBySide, align, ranks, side_by_side
from core.schema import Chunk, Comparison, SearchSettings
from core.serialize import from_json, to_json
from tests.core.explain.passages import compared
from tests.strategies import make_chunk


def piece(start: int, end: int, document: str = "a" * 64) -> Chunk:
    """The characters from ``start`` to ``end`` of a document."""
    made = make_chunk(0, "x" * (end - start), document)
    return replace(made, id=f"{document[0]}-{start}-{end}", start=start, end=end)


pieces = st.builds(
    lambda start, size, document: piece(start, start + size, document),
    st.integers(0, 300),
    st.integers(1, 120),
    st.sampled_from(["a" * 64, "b" * 64]),
)
lists = st.lists(pieces, max_size=8, unique_by=lambda chunk: chunk.id)


def ranked(chunks: list[Chunk], top_n: int = 2, query: str = "who") -> Comparison:
    """A comparison that ends in this order."""
    made = compared(query)
    return replace(
        made,
        settings=SearchSettings(top_k=10, top_n=top_n),
        reranked=tuple(
            replace(made.reranked[0], chunk=chunk, rank=rank)
            for rank, chunk in enumerate(chunks, start=1)
        ),
    )


def test_half_of_the_shorter_passage_makes_one_place():
    """100 and 40 characters that share 20, half of the shorter; 19 are too few."""
    assert align([[piece(0, 100)], [piece(80, 120)]]) == ((0,), (0,))
    assert align([[piece(0, 100)], [piece(81, 121)]]) == ((0,), (1,))
    assert align([[piece(0, 100)], [piece(0, 100, "b" * 64)]]) == ((0,), (1,))


def test_small_chunks_share_the_place_of_the_large_one_and_their_best_rank_counts():
    """Two halves lie in one whole; a passage at the border joins what it shares most with."""
    places = align(
        [[piece(0, 100), piece(100, 200)], [piece(90, 130), piece(0, 50), piece(50, 90)]]
    )
    assert places == ((0, 1), (1, 0, 0))
    assert ranks(places[1]) == {1: 1, 0: 2}


def test_overlapping_neighbours_of_one_list_stay_two():
    """Half of each is in the other, and still they are two passages of one list."""
    assert align([[piece(0, 100), piece(50, 150)]]) == ((0, 1),)
    assert align([[], [piece(0, 100), piece(50, 150)]]) == ((), (0, 1))


@given(lists)
def test_a_list_beside_itself_is_aligned_passage_by_passage(chunks):
    """Every passage is its own place again, however much its neighbours overlap."""
    once, again = align([chunks, chunks])
    assert once == again == tuple(range(len(chunks)))


@given(st.lists(lists, max_size=3))
def test_places_are_numbered_as_met_and_joined_only_across_lists(rankings):
    """Every passage has one place; a place not met before has the next number."""
    met = -1
    for ranking, line in zip(rankings, align(rankings), strict=True):
        assert len(line) == len(ranking)
        new = [place for place in line if place > met]
        assert new == list(range(met + 1, met + 1 + len(new)))
        met = max([met, *line])


def test_what_one_alone_found_has_its_ranks_elsewhere():
    """Of the top 2, C has a passage that A ranks third and B does not have at all."""
    a, b, c = (piece(200 * n, 200 * n + 100) for n in range(3))
    made = side_by_side([ranked([a, b, c]), ranked([b, a]), ranked([a, c])])
    assert made.places == ((0, 1, 2), (1, 0), (0, 2))
    assert [[alone.place for alone in one] for one in made.alone] == [[], [], [2]]
    assert made.alone[2][0].elsewhere == (3, None, 2)
    assert made.alone[2][0].item.chunk == c


def test_the_matrix_has_every_pair_by_places():
    """A and B have the same top 2; A and C share one of three: 1/3; so do B and C."""
    a, b, c = (piece(200 * n, 200 * n + 100) for n in range(3))
    made = side_by_side([ranked([a, b]), ranked([b, a]), ranked([a, c])])
    found = {(p.first, p.second): p.difference for p in made.pairs}
    assert {pair: d.jaccard for pair, d in found.items()} == {
        (0, 1): 1.0,
        (0, 2): 1 / 3,
        (1, 2): 1 / 3,
    }
    assert found[0, 1].tau == -1.0


@given(lists)
def test_equal_configurations_agree_wholly(chunks):
    """RBO and Jaccard are 1, and none found anything alone."""
    made = side_by_side([ranked(chunks)] * 3)
    assert all(p.difference.rbo == pytest.approx(1.0) for p in made.pairs)
    assert all(p.difference.jaccard == 1.0 for p in made.pairs)
    assert made.alone == ((), (), ())


def test_it_survives_json():
    """What the page offers to download is complete."""
    made = side_by_side([ranked([piece(0, 9)]), ranked([piece(0, 5)])])
    assert from_json(SideBySide, to_json(made)) == made


def test_one_question_and_two_or_three_configurations():
    """Anything else cannot be compared, and the message says so."""
    one = ranked([piece(0, 9)])
    for wrong in ([one], [one] * 4):
        with pytest.raises(InputError, match="configurations can be compared"):
            side_by_side(wrong)
    with pytest.raises(InputError, match="different questions"):
        side_by_side([one, ranked([piece(0, 9)], query="when")])
