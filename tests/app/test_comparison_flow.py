"""What the flow is given to draw: every figure is the comparison's own."""

import json
from dataclasses import replace

import pytest

from core.schema import Comparison
from pages.ui.rankings.builder import rankings_of
from pages.ui.rankings.flow import flow_data
from tests.browser.made_comparison import made_comparison, made_hybrid

MADE = {"two lists": made_comparison(60), "four lists": made_hybrid(60)}


@pytest.fixture(params=MADE.values(), ids=MADE.keys())
def made(request):
    """A comparison of 60 passages, from one retriever or from two."""
    comparison: Comparison = request.param
    return comparison


def _ids(view, column):
    rows = view["columns"][column]["rows"]
    return [view["passages"][row["passage"]]["id"] for row in rows]


def test_a_hybrid_search_has_the_lists_of_both_retrievers():
    """BM25 and bi-encoder hold what they found, by their rank; the rest is counted."""
    made = MADE["four lists"]
    view = flow_data(made)
    titles = [column["title"] for column in view["columns"]]
    assert titles == ["BM25", "Bi-encoder", "Fused", "Cross-encoder"]
    for column, stage in ((0, "bm25"), (1, "dense")):
        hits = sorted(
            (hit.rank, c.chunk.id) for c in made.candidates for hit in c.hits if hit.stage == stage
        )
        assert _ids(view, column) == [id_ for _, id_ in hits]
        assert view["columns"][column]["missing"] == len(made.candidates) - len(hits) == 10


def test_every_way_joins_the_places_of_one_passage(made):
    """From each list to the next, for all candidates; the sizes of the last gap are the deltas."""
    view = flow_data(made)
    deltas = {item.chunk.id: item.rank_delta for item in made.reranked}
    for way in view["ways"]:
        left, right = view["columns"][way["gap"]], view["columns"][way["gap"] + 1]
        for place, column in ((way["before"], left), (way["after"], right)):
            found = [row["place"] for row in column["rows"] if row["passage"] == way["passage"]]
            assert found == ([] if place is None else [place])
        if way["gap"] == len(view["columns"]) - 2:
            assert way["size"] == abs(deltas[view["passages"][way["passage"]]["id"]])
    assert len(view["ways"]) == len(made.candidates) * (len(view["columns"]) - 1)
    assert view["largest"] == max(way["size"] for way in view["ways"])


def test_marks_are_the_passages_that_cross_the_cut(made):
    """Entered: in the new top n and not in the old; dropped: the other way round."""
    view, n = flow_data(made), made.settings.top_n
    old, new = set(_ids(view, -2)[:n]), set(_ids(view, -1)[:n])
    for kind, wanted in (("entered", new - old), ("dropped", old - new)):
        marked = {view["passages"][w["passage"]]["id"] for w in view["ways"] if w["mark"] == kind}
        assert marked == wanted


def test_a_floor_below_every_score_or_unknown_draws_no_band():
    """Then nothing on screen is noise, or nobody knows."""
    made = MADE["two lists"]
    lowest = min(item.logit or 0.0 for item in made.reranked)
    for floor in (None, lowest - 1):
        axis = flow_data(replace(made, noise_floor=floor))["columns"][-1]["axis"]
        assert (axis["noise"], axis["noise_text"]) == (None, "")


def test_a_passage_that_was_not_read_has_no_dot():
    """It says so, and stands where the record puts it."""
    made = MADE["two lists"]
    unread = replace(made.reranked[-1], logit=None, relevance=None, scored="no")
    row = flow_data(replace(made, reranked=(*made.reranked[:-1], unread)))["columns"][-1]["rows"][
        -1
    ]
    assert (row["x"], row["score"]) == (None, "not read")


def test_the_snippet_is_a_part_of_the_passage_around_its_quote(made):
    """White space aside, the shown text stands in the chunk, and the quote is wholly in it."""
    texts = {item.chunk.id: item for item in made.reranked}
    for passage in flow_data(made)["passages"]:
        item = texts[passage["id"]]
        shown = "".join(text for text, _ in passage["runs"]).removeprefix("… ")
        assert "".join(shown.split()) in "".join(item.chunk.text.split())
        quoted = "".join(text for text, style in passage["runs"] if style & 2)
        if item.quote:
            span = item.quote.span
            assert quoted.split() == item.chunk.text[span.start : span.end].split()


def test_a_far_quote_begins_the_snippet():
    """A best sentence behind the first 420 characters is what is shown first."""
    made = made_comparison(3, texts=("A filler sentence. " * 60 + "The answer.",))
    item = made.reranked[[r.chunk.id for r in made.reranked].index(made.candidates[0].chunk.id)]
    text = item.chunk.text
    quote = replace(item.quote, span=replace(item.quote.span, start=len(text) - 11, end=len(text)))
    others = [replace(r, quote=quote) if r.chunk.id == item.chunk.id else r for r in made.reranked]
    passage = flow_data(replace(made, reranked=tuple(others)))["passages"][0]
    assert [text for text, _ in passage["runs"]][:2] == ["… ", "The answer."]


def test_the_data_survives_json_and_is_named_by_what_it_shows(made):
    """Equal comparisons have one id, so an order that has arrived does not arrive again."""
    view = flow_data(made)
    assert json.loads(json.dumps(view))["passages"][0]["id"] == view["passages"][0]["id"]
    assert flow_data(made)["id"] == view["id"]
    assert flow_data(replace(made, noise_floor=1.0))["id"] != view["id"]


def test_the_rankings_of_one_retriever_are_two():
    """The retriever's list is the candidates' list, so it is not drawn twice."""
    assert [ranking.stage for ranking in rankings_of(MADE["two lists"])] == ["dense", "rerank"]
