"""Remarks on cards: who found a passage and where, what it stands for, which order is which."""

from dataclasses import replace

from core.schema import Comparison
from core.search_settings import Fits, Fitted, SecondStageSettings
from core.text.counting import milliseconds
from pages.ui.rankings.lists import comparison_data
from tests.browser.made_comparison import made_comparison, made_hybrid

MADE = made_comparison(6)


def notes(made: Comparison, side: int, place: int = 0) -> list[tuple[str, str]]:
    """Text and hint of the plain remarks on one card."""
    card = comparison_data(made)["columns"][side]["cards"][place]
    return [(b["text"], b["hint"]) for b in card["badges"] if b["kind"] == "note"]


def blended(**second: object) -> Comparison:
    """Every passage read, its own rank turned around."""
    n = len(MADE.reranked)
    turned = tuple(replace(item, model_rank=n + 1 - item.rank) for item in MADE.reranked)
    settings = replace(MADE.settings, second=SecondStageSettings(**second))  # type: ignore[arg-type]
    return replace(MADE, reranked=turned, settings=settings)


def test_a_passage_says_who_found_it_at_which_rank():
    """Both ranks, or a dash and the reason; nothing when only one searched."""
    hybrid = made_hybrid(12)
    for place, candidate in enumerate(hybrid.candidates):
        (text, hint), *rest = notes(hybrid, 0, place)
        ranks = {hit.stage: hit.rank for hit in candidate.hits}
        assert text == f"bi-encoder {ranks.get('dense', '–')} · BM25 {ranks.get('bm25', '–')}"
        assert ("did not find it" in hint) == (len(ranks) < 2)
        assert rest == []
    assert notes(MADE, 0) == []


def test_a_passage_says_how_many_it_stands_for():
    """Two collapsed behind the first one."""
    first = replace(MADE.candidates[0], duplicates=("x", "y"))
    made = replace(MADE, candidates=(first, *MADE.candidates[1:]))
    assert [text for text, _ in notes(made, 0)] == ["+2 near-duplicates"]
    assert notes(made, 0, 1) == []


def test_a_blended_list_says_so_and_keeps_the_cross_encoders_own_rank():
    """On every card, so that both orders can be compared; not where they are the same order.

    Its three scores stand there too.
    """
    made = blended(blend=0.4)
    counted = tuple(replace(candidate, bm25=1.5) for candidate in made.candidates)
    card = comparison_data(replace(made, candidates=counted))["columns"][1]["cards"][0]
    assert [score["kind"] for score in card["scores"]] == ["logit", "relevance", "cosine", "BM25"]
    assert card["scores"][-1]["text"] == "1.500"
    column = comparison_data(made)["columns"][1]
    assert (column["title"], column["short"]) == ("Second stage: 40% cross-encoder", "Blended")
    assert column["maker"].endswith("ranked by logit, cosine and BM25")
    assert [text for text, _ in notes(made, 1)] == ["cross-encoder alone: 6"]
    assert "cross-encoder alone: 6" in column["cards"][0]["label"]
    fits = Fits(weights=Fitted((0.0, 0.0, 1.0, 0.0, 0.0)))
    learned = comparison_data(blended(fits=fits))["columns"][1]
    assert learned["short"] == "Learned"
    assert learned["maker"].endswith("ranked by learned weights")
    alone = blended()
    assert comparison_data(alone)["columns"][1]["title"] == "Second stage: cross-encoder"
    assert comparison_data(alone)["columns"][1]["maker"].endswith("ranked by logit")
    assert notes(alone, 1) == []


def test_each_list_says_what_it_took_or_that_its_scores_were_known():
    """The first stage's milliseconds together; no time for scores that all came from the cache."""
    first, second = comparison_data(replace(MADE, cache_hits=0))["columns"]
    times = MADE.timings
    assert f"in {milliseconds(times.encode_ms + times.search_ms)}" in first["maker"]
    assert f"in {milliseconds(times.rerank_ms)}" in second["maker"]
    known = replace(MADE, cache_hits=times.pairs)
    assert "from the cache" in comparison_data(known)["columns"][1]["maker"]


def test_a_list_that_nobody_reranked_is_not_called_the_cross_encoders():
    """It is the first stage's order, whatever blend was chosen."""
    unread = tuple(replace(item, scored="no", logit=None, relevance=None) for item in MADE.reranked)
    settings = replace(MADE.settings, second=SecondStageSettings(enabled=False, blend=0.5))
    column = comparison_data(replace(MADE, reranked=unread, settings=settings))["columns"][1]
    assert column["short"] == "Not reranked"
    assert notes(replace(MADE, reranked=unread, settings=settings), 1) == []
