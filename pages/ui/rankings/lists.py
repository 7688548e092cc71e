"""A Comparison as two lists of cards: plain data, every word decided here. No streamlit here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.explain.suspicion import Suspicion
from core.schema import Candidate, Chunk, Comparison, Reranked
from core.text.counting import milliseconds
from core.text.words import marked_words, question_stems
from pages.ui.rankings import badges as badges_of
from pages.ui.rankings.builder import (
    Labels,
    Row,
    count_moves,
    movement,
    page_span,
    quote_of,
    rankings_of,
    retrievers_of,
    runs,
    view_id,
)
from pages.ui.rankings.shapes import (
    BadgeView,
    CardView,
    ColumnView,
    ComparisonData,
    Move,
    PassageView,
    ScoreView,
)

Warnings = Mapping[str, Sequence[Suspicion]]


def _label(rank: int, words: list[str], passage: PassageView, scores: list[ScoreView]) -> str:
    place = [passage["document"], passage["pages"], passage["heading"]]
    numbers = [f"{score['kind']} {score['text']}" for score in scores]
    return f"Rank {rank}, {', '.join([*filter(None, [*words, *place]), *numbers])}"


class _Cards:
    """The cards of one comparison; looks up what a card needs to know about its twin."""

    def __init__(self, comparison: Comparison, labels: Labels, warnings: Warnings) -> None:
        self.top_n = comparison.settings.top_n
        self.labels = labels
        self.warnings = warnings
        self.stems = question_stems(comparison.query)
        self.retrievers = retrievers_of(comparison)
        self.mixed = badges_of.mixed(comparison)
        *_, self.first, self.final = rankings_of(comparison)
        self.candidates = {c.chunk.id: c for c in comparison.candidates}
        self.reranked = {r.chunk.id: r for r in comparison.reranked}
        chunks = {row.chunk.id: row.chunk for row in (*self.first.rows, *self.final.rows)}
        self.index = {id_: i for i, id_ in enumerate(chunks)}
        self.passages = [self.passage(chunk) for chunk in chunks.values()]

    def passage(self, chunk: Chunk) -> PassageView:
        quote = quote_of(self.reranked.get(chunk.id))
        return {
            "id": chunk.id,
            "tag": self.index[chunk.id],
            "document": chunk.document_name,
            "pages": page_span(chunk, self.labels),
            "heading": chunk.heading,
            "runs": runs(chunk.text, marked_words(chunk.text, self.stems), quote),
        }

    def before(self, row: Row) -> CardView:
        """A card of the left list."""
        candidate, item = self.candidates[row.chunk.id], self.reranked.get(row.chunk.id)
        move: tuple[Move, str, str] = (
            movement(item.rank_delta) if item else ("left", "not reranked", "was not reranked")
        )
        badges = badges_of.moved(candidate.rank, item, self.top_n) if item else []
        badges += badges_of.found_by(candidate, self.retrievers) + badges_of.stands_for(candidate)
        return self.card(row, item, [_score(row)], move, badges)

    def after(self, row: Row) -> CardView:
        """A card of the right list."""
        item, candidate = self.reranked[row.chunk.id], self.candidates.get(row.chunk.id)
        move: tuple[Move, str, str] = (
            movement(item.rank_delta) if candidate else ("new", "new", "was not a candidate")
        )
        scores = [_score(row)]
        if item.relevance is not None:
            bar = float(item.relevance)
            scores.append({"kind": "relevance", "text": f"{bar:.2f}", "bar": bar})
        badges = badges_of.moved(candidate.rank if candidate else None, item, self.top_n)
        badges += badges_of.own_rank(item) if self.mixed else []
        badges += badges_of.cut(item)
        return self.card(row, candidate, scores, move, badges)

    def card(
        self,
        row: Row,
        twin: Candidate | Reranked | None,
        scores: list[ScoreView],
        move: tuple[Move, str, str],
        badges: list[BadgeView],
    ) -> CardView:
        index = self.index[row.chunk.id]
        badges = badges + badges_of.warnings(self.warnings.get(row.chunk.id, ()))
        words = [move[2], *(badge["text"] for badge in badges)]
        return {
            "passage": index,
            "rank": row.rank,
            "twin": twin.rank if twin else None,
            "scores": scores,
            "move": move[0],
            "delta": move[1],
            "spoken": move[2],
            "badges": badges,
            "label": _label(row.rank, words, self.passages[index], scores),
        }


def _score(row: Row) -> ScoreView:
    return {"kind": row.kind, "text": row.score_text, "bar": None}


def _maker(comparison: Comparison, kind: str, took: str, by: str) -> str:
    names = " + ".join(model.name for model in comparison.models if model.kind == kind)
    return " · ".join(filter(None, [f"{names} {took}".rstrip() if names else "", by]))


def _took(ms: float) -> str:
    return f"in {milliseconds(ms)}" if ms else ""


def _first_column(comparison: Comparison, cards: list[CardView]) -> ColumnView:
    """The list on the left, named by who found it."""
    retrievers = set(retrievers_of(comparison))
    title, short = "First look: bi-encoder", "Bi-encoder"
    if len(retrievers) > 1:
        title, short = "First look: BM25 and bi-encoder", "First stage"
    elif retrievers == {"bm25"}:
        title, short = "First look: BM25", "BM25"
    took = _took(comparison.timings.encode_ms + comparison.timings.search_ms)
    by = f"ranked by {cards[0]['scores'][0]['kind']}" if cards else ""
    maker = _maker(comparison, "encoder", took, by)
    return {"title": title, "short": short, "maker": maker, "cards": cards}


def _second_column(comparison: Comparison, cards: list[CardView]) -> ColumnView:
    """The list on the right, named by what ordered it."""
    title, short = badges_of.order_title(comparison)
    timings = comparison.timings
    cached = timings.pairs > 0 and comparison.cache_hits >= timings.pairs
    took = "from the cache" if cached else _took(timings.rerank_ms)
    by = f"ranked by {cards[0]['scores'][0]['kind']}" if cards else ""
    maker = _maker(comparison, "cross_encoder", took, badges_of.order_reason(comparison) or by)
    read = any(item.scored != "no" for item in comparison.reranked)
    return {"title": title, "short": short, "maker": maker if read else "", "cards": cards}


def comparison_data(
    comparison: Comparison,
    visible: int = 10,
    labels: Labels | None = None,
    warnings: Warnings | None = None,
) -> ComparisonData:
    """What the component draws of ``comparison``.

    Args:
        comparison: the complete record of one question.
        visible: how many cards a list shows before "Show all" is pressed, at least 1.
        labels: for each document id its page labels, the label of page 1 first; pages of a
            document that is missing are named by their number.
        warnings: for each chunk id what is suspicious about it, if anything is.

    Returns:
        Data that survives JSON unchanged, except that the tuples of the runs become lists.
    """
    cards = _Cards(comparison, labels or {}, warnings or {})
    after = [cards.after(row) for row in cards.final.rows]
    view: ComparisonData = {
        "id": "",
        "query": comparison.query,
        "top_n": comparison.settings.top_n,
        "visible": 0,
        "cut": "The answer may use what is above",
        "passages": cards.passages,
        "columns": [
            _first_column(comparison, [cards.before(row) for row in cards.first.rows]),
            _second_column(comparison, after),
        ],
        "moves": count_moves([card["move"] for card in after]),
    }
    view["id"] = view_id(view)
    view["visible"] = max(visible, 1)
    return view
