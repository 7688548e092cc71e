"""What the comparison component is given to draw."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from core.explain.suspicion import Suspicion
from core.schema import Candidate, Comparison, Hit, Quote, Reranked, SearchSettings, Span
from pages.ui.rankings.builder import MARK, QUOTE, movement, runs
from pages.ui.rankings.lists import CUT_BY_MODEL, comparison_data
from tests.browser.made_comparison import made_chunk, made_comparison, made_hybrid

text_and_spans = st.text(max_size=80).flatmap(
    lambda text: st.tuples(
        st.just(text),
        st.lists(
            st.tuples(st.integers(0, len(text) + 3), st.integers(0, len(text) + 3)).map(sorted),
            max_size=4,
        ).map(lambda pairs: [Span(a, b) for a, b in pairs]),
    )
)


def _reordered(before: list[int], top_n: int = 2) -> Comparison:
    """A comparison whose cross-encoder order lists these candidate ranks."""
    chunks = [made_chunk(i) for i in range(len(before))]
    candidates = tuple(
        Candidate(chunk, 0.5, rank, (Hit(chunk.id, 0.5, rank, "dense"),))
        for rank, chunk in enumerate(chunks, 1)
    )
    reranked = tuple(
        Reranked(chunks[old - 1], -1.0 * rank, 0.5, rank, old - rank, truncated=False)
        for rank, old in enumerate(before, 1)
    )
    settings = SearchSettings(top_k=len(before), top_n=min(top_n, len(before)))
    made = made_comparison(len(before))
    return replace(made, settings=settings, candidates=candidates, reranked=reranked)


@given(st.permutations(list(range(1, 9))))
def test_both_cards_of_a_passage_tell_the_same_movement(before):
    """Whatever the order, both sides show the delta: candidate rank minus reranked rank."""
    view = comparison_data(_reordered(before))
    left, right = (column["cards"] for column in view["columns"])
    told = {card["passage"]: (card["move"], card["delta"], card["spoken"]) for card in left}
    for card in right:
        assert told[card["passage"]] == movement((card["twin"] or 0) - card["rank"])
    assert sum(view["moves"].values()) == 8


def test_entered_and_dropped_are_about_the_top_n_and_colours_about_the_candidates():
    """With the top 2 of 4: the third moves in, the first moves out, the others stay.

    The colour tag is the candidate's index, on both sides, whatever the new order.
    """
    view = comparison_data(_reordered([2, 3, 1, 4]))
    cards = view["columns"][1]["cards"]
    badges = [[badge["text"] for badge in card["badges"]] for card in cards]
    assert badges == [[], ["entered top 2"], ["dropped from top 2"], []]
    assert [view["passages"][card["passage"]]["tag"] for card in cards] == [1, 2, 0, 3]


@pytest.mark.parametrize(
    ("delta", "told"),
    [
        (14, ("rose", "▲ 14", "rose 14 places")),
        (1, ("rose", "▲ 1", "rose 1 place")),
        (0, ("same", "=", "kept its rank")),
        (-3, ("fell", "▼ 3", "fell 3 places")),
    ],
)
def test_a_movement_is_told_in_a_sign_and_in_words(delta, told):
    """Arrow, number and spoken text agree, and one place is not 'places'."""
    assert movement(delta) == told


def test_a_passage_in_one_list_only_has_no_twin():
    """A candidate that was not reranked and a passage that was no candidate are both drawn."""
    made = _reordered([1, 2, 3])
    newcomer = replace(made.reranked[2], chunk=made_chunk(7))
    left, right = (
        column["cards"]
        for column in comparison_data(replace(made, reranked=(*made.reranked[:2], newcomer)))[
            "columns"
        ]
    )
    assert (left[2]["twin"], left[2]["move"], left[2]["delta"]) == (None, "left", "not reranked")
    assert (right[2]["twin"], right[2]["move"], right[2]["delta"]) == (None, "new", "new")


def test_scores_carry_their_kind():
    """The left number is a cosine, the right ones a signed logit and a relevance with a bar.

    Two retrievers behind a candidate: its score is of another kind.
    """
    view = comparison_data(_reordered([1, 2]))
    left, right = (column["cards"][0]["scores"] for column in view["columns"])
    assert left == [{"kind": "cosine", "text": "0.500", "bar": None}]
    assert [score["kind"] for score in right] == ["logit", "relevance"]
    assert [score["text"] for score in right] == ["−1.00", "0.50"]
    assert right[1]["bar"] == 0.5
    made = _reordered([1])
    hits = (*made.candidates[0].hits, Hit(made.candidates[0].chunk.id, 7.0, 1, "bm25"))
    view = comparison_data(replace(made, candidates=(replace(made.candidates[0], hits=hits),)))
    assert view["columns"][0]["cards"][0]["scores"][0]["kind"] == "fused"


def test_a_truncated_passage_says_so_on_the_right_only():
    """The bi-encoder's card does not blame the cross-encoder's window."""
    made = _reordered([1])
    view = comparison_data(replace(made, reranked=(replace(made.reranked[0], truncated=True),)))
    left, right = (column["cards"][0]["badges"] for column in view["columns"])
    assert (left, [badge["text"] for badge in right]) == ([], [CUT_BY_MODEL])


def test_the_label_reads_a_card_aloud():
    """Rank, movement, place and scores are in the accessible name."""
    label = comparison_data(_reordered([2, 3, 1, 4]))["columns"][1]["cards"][1]["label"]
    assert label == (
        "Rank 2, rose 1 place, entered top 2, travel-and-expenses-policy.pdf, p. 7, "
        "6.2 Allowances abroad, logit −2.00, relevance 0.50"
    )


def test_the_id_is_of_what_was_asked_and_not_of_how_much_is_known_or_shown():
    """Asking again is another picture; a part of it, or showing more of it, is the same."""
    made = _reordered([3, 1, 2])
    view = comparison_data(made, visible=1)
    assert view["visible"] == 1
    assert view["id"] == comparison_data(made, visible=3)["id"]
    again = replace(made, asked_at=datetime(2026, 1, 2, tzinfo=UTC))
    assert view["id"] != comparison_data(again)["id"]
    parts = [comparison_data(replace(made, reranked=made.reranked[:n])) for n in range(4)]
    assert {part["id"] for part in parts} == {view["id"]}
    assert [part["settled"] for part in parts] == [False, False, False, True]
    assert [part["known"] for part in parts] == sorted({part["known"] for part in parts})


def test_before_the_order_is_settled_no_card_claims_a_move():
    """The left list has what is visible, the right one what was read, and says how much that is."""
    made = _reordered([1, 2, 3, 4])
    read = replace(made, reranked=made.reranked[:2])
    part = comparison_data(read, visible=3)
    left, right = part["columns"]
    assert [len(left["cards"]), len(right["cards"]), len(part["passages"])] == [3, 2, 3]
    assert part["passages"] == comparison_data(read)["passages"][:3]
    assert {card["delta"] for card in (*left["cards"], *right["cards"])} == {""}
    assert right["maker"] == "2 of 4 passages read"
    assert sum(part["moves"].values()) == 0


def test_the_view_survives_json():
    """What arrives in the browser is what was built, with lists in place of tuples."""
    view = comparison_data(made_comparison(60))
    again = json.loads(json.dumps(view))
    assert json.dumps(again) == json.dumps(view)


def test_nothing_found_is_two_empty_lists():
    """A comparison without candidates can be drawn."""
    empty = replace(made_comparison(1), candidates=(), reranked=())
    view = comparison_data(empty)
    assert [column["cards"] for column in view["columns"]] == [[], []]


@given(text_and_spans, st.booleans())
def test_runs_reproduce_the_text_without_empty_lines(made, quoted):
    """Whatever is marked, the pieces joined are the text, and neighbours differ in style."""
    text, spans = made
    pieces = runs(text, spans[1:], spans[:1] if quoted else [])
    kept = "".join(piece for piece, _ in pieces)
    assert [line for line in kept.split("\n") if line] == [
        line for line in text.split("\n") if line
    ]
    assert "\n\n" not in kept
    assert all(a[1] != b[1] for a, b in pairwise(pieces))


@given(text_and_spans)
def test_runs_mark_exactly_what_was_asked(made):
    """Character by character, the style is the union of the spans over it."""
    text, spans = made
    text = text.replace("\n", " ")
    styles = [style for piece, style in runs(text, spans, [Span(1, 3)]) for _ in piece]
    for index, style in enumerate(styles):
        marked = any(span.start <= index < span.end for span in spans)
        assert bool(style & MARK) == marked
        assert bool(style & QUOTE) == (1 <= index < 3)


def test_the_quote_is_where_the_record_says():
    """The run of the best sentence is exactly its span of the chunk's text."""
    made = _reordered([1])
    text = made.candidates[0].chunk.text
    first = text.index(". ") + 1
    item = replace(made.reranked[0], quote=Quote(Span(0, first), 1.0))
    passage = comparison_data(replace(made, reranked=(item,)))["passages"][0]
    quote = "".join(piece for piece, style in passage["runs"] if style & QUOTE)
    assert quote == text[:first]


def test_a_suspicious_passage_is_marked_on_both_cards():
    """The badge, its evidence on pointing, and the same words read aloud; others have none."""
    made = _reordered([2, 1])
    bad = made.candidates[0].chunk.id
    warnings = {bad: [Suspicion("instruction", "Ignore {all} <b>"), Suspicion("hidden", "9 signs")]}
    view = comparison_data(made, warnings=warnings)
    left, right = (column["cards"] for column in view["columns"])
    for card, others in ((left[0], left[1:]), (right[1], right[:1])):
        badges = [badge for badge in card["badges"] if badge["kind"] == "warn"]
        assert [badge["text"] for badge in badges] == ["looks like an instruction", "hidden text"]
        assert "Ignore {all} <b>" in badges[0]["hint"]
        assert "looks like an instruction, hidden text" in card["label"]
        assert not [b for other in others for b in other["badges"] if b["kind"] == "warn"]


def test_the_left_list_is_named_by_who_found_it():
    """By the bi-encoder, by BM25, or by both; on a narrow page in fewer words."""
    hybrid = made_hybrid(12)
    only = tuple(
        replace(c, hits=(Hit(c.chunk.id, 1.0, c.rank, "bm25"),)) for c in hybrid.candidates
    )
    names = {
        "Bi-encoder": made_comparison(12),
        "First stage": hybrid,
        "BM25": replace(hybrid, candidates=only),
    }
    for short, made in names.items():
        column = comparison_data(made)["columns"][0]
        assert column["short"] == short
    assert "BM25 and bi-encoder" in comparison_data(hybrid)["columns"][0]["title"]
