"""A Comparison as the comparison component draws it: plain data, every word decided here.

Nothing here imports streamlit, so what the component says can be tested without a browser.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from core.explain.suspicion import Suspicion
from core.schema import Candidate, Chunk, Comparison, Reranked
from core.text.counting import milliseconds, signed
from core.text.words import marked_words, question_stems
from pages.ui.lists import badges as badges_of
from pages.ui.lists.marking import runs
from pages.ui.lists.shapes import (
    BadgeView,
    CardView,
    ColumnView,
    ComparisonData,
    Move,
    PassageView,
    ScoreView,
)

Labels = Mapping[str, Sequence[str]]
Warnings = Mapping[str, Sequence[Suspicion]]

_SCORE_KINDS = {"dense": "cosine", "bm25": "BM25", "fused": "fused"}


def page_span(chunk: Chunk, labels: Labels) -> str:
    """Where a chunk stands: ``p. 12``, ``pp. 12–13``, or ``p. xii (12)`` when pages have labels.

    A text that never had pages (first page 0) stands nowhere.
    """
    if chunk.first_page == 0:
        return ""
    numbers = sorted({chunk.first_page, chunk.last_page})
    known = labels.get(chunk.document_id, ())
    named = [known[n - 1] if n <= len(known) and known[n - 1] else str(n) for n in numbers]
    plain = "–".join(map(str, numbers))
    shown = "–".join(named)
    prefix = "pp." if len(numbers) > 1 else "p."
    return f"{prefix} {shown}" if shown == plain else f"{prefix} {shown} ({plain})"


def movement(delta: int) -> tuple[Move, str, str]:
    """A rank delta as its kind, as arrow and number, and in words.

    >>> movement(14)
    ('rose', '▲ 14', 'rose 14 places')
    """
    if delta == 0:
        return "same", "=", "kept its place"
    kind: Move = "rose" if delta > 0 else "fell"
    size = abs(delta)
    arrow = "▲" if delta > 0 else "▼"
    return kind, f"{arrow} {size}", f"{kind} {size} place{'s' if size > 1 else ''}"


def _label(rank: int, words: list[str], passage: PassageView, scores: list[ScoreView]) -> str:
    where = [passage["document"], passage["pages"], passage["heading"]]
    numbers = [f"{score['kind']} {score['text']}" for score in scores]
    return f"Rank {rank}, {', '.join([*filter(None, [*words, *where]), *numbers])}"


def _second_scores(item: Reranked) -> list[ScoreView]:
    if item.logit is None or item.relevance is None:
        return [{"kind": "cross-encoder", "text": "not read", "bar": None}]
    kind = "quick logit" if item.scored == "cheap" else "logit"
    return [
        {"kind": kind, "text": signed(item.logit), "bar": None},
        {"kind": "relevance", "text": f"{item.relevance:.2f}", "bar": float(item.relevance)},
    ]


class _Drawing:
    """Looks up, for one comparison, what a card needs to know about its twin."""

    def __init__(self, comparison: Comparison, labels: Labels, warnings: Warnings) -> None:
        self.top_n = comparison.settings.top_n
        self.labels = labels
        self.warnings = warnings
        self.stems = question_stems(comparison.query)
        self.retrievers = badges_of.retrievers_of(comparison)
        self.mixed = badges_of.mixed(comparison)
        self.before = {c.chunk.id: c.rank for c in comparison.candidates}
        self.after = {r.chunk.id: r for r in comparison.reranked}
        ordered = sorted(comparison.candidates, key=lambda c: c.rank)
        chunks = [c.chunk for c in ordered] + [r.chunk for r in comparison.reranked]
        self.chunks = {chunk.id: chunk for chunk in chunks}
        self.index = {chunk_id: i for i, chunk_id in enumerate(self.chunks)}
        self.passages = [self.passage(chunk) for chunk in self.chunks.values()]

    def passage(self, chunk: Chunk) -> PassageView:
        item = self.after.get(chunk.id)
        quote = item.quote.span if item and item.quote else None
        return {
            "id": chunk.id,
            "tag": self.index[chunk.id],
            "document": chunk.document_name,
            "pages": page_span(chunk, self.labels),
            "heading": chunk.heading,
            "runs": runs(chunk.text, marked_words(chunk.text, self.stems), quote),
        }

    def candidate(self, candidate: Candidate) -> CardView:
        item = self.after.get(candidate.chunk.id)
        stages = {hit.stage for hit in candidate.hits}
        kind = _SCORE_KINDS.get(stages.pop(), "score") if len(stages) == 1 else "fused"
        score: ScoreView = {"kind": kind, "text": f"{candidate.score:.3f}", "bar": None}
        move: tuple[Move, str, str] = (
            movement(item.rank_delta) if item else ("left", "not reranked", "was not reranked")
        )
        badges = badges_of.moved(candidate.rank, item, self.top_n) if item else []
        badges += badges_of.found_by(candidate, self.retrievers) + badges_of.stands_for(candidate)
        twin = item.rank if item else None
        return self.card(candidate.chunk, candidate.rank, twin, [score], move, badges)

    def reranked(self, item: Reranked) -> CardView:
        before = self.before.get(item.chunk.id)
        scores = _second_scores(item)
        move: tuple[Move, str, str] = (
            movement(item.rank_delta) if before else ("new", "new", "was not a candidate")
        )
        badges = badges_of.moved(before, item, self.top_n)
        badges += badges_of.own_rank(item) if self.mixed else []
        badges += badges_of.cut(item)
        return self.card(item.chunk, item.rank, before, scores, move, badges)

    def card(
        self,
        chunk: Chunk,
        rank: int,
        twin: int | None,
        scores: list[ScoreView],
        move: tuple[Move, str, str],
        badges: list[BadgeView],
    ) -> CardView:
        index = self.index[chunk.id]
        badges = badges + badges_of.warnings(self.warnings.get(chunk.id, ()))
        words = [move[2], *(badge["text"] for badge in badges)]
        return {
            "passage": index,
            "rank": rank,
            "twin": twin,
            "scores": scores,
            "move": move[0],
            "delta": move[1],
            "spoken": move[2],
            "badges": badges,
            "label": _label(rank, words, self.passages[index], scores),
        }


def _maker(
    comparison: Comparison, kind: str, cards: list[CardView], took: str, by: str = ""
) -> str:
    names = " + ".join(model.name for model in comparison.models if model.kind == kind)
    who = f"{names} {took}".rstrip() if names else ""
    by = by or (f"ranked by {cards[0]['scores'][0]['kind']}" if cards else "")
    return " · ".join(filter(None, [who, by]))


def _took(ms: float) -> str:
    return f"in {milliseconds(ms)}" if ms else ""


def _first_stage(comparison: Comparison) -> tuple[str, str]:
    """The name of the list on the left, in full and for a narrow page, by who found it."""
    stages = {hit.stage for candidate in comparison.candidates for hit in candidate.hits}
    if {"bm25", "dense"} <= stages:
        return "First look: BM25 and bi-encoder", "First stage"
    if stages == {"bm25"}:
        return "First look: BM25", "BM25"
    return "First look: bi-encoder", "Bi-encoder"


def _columns(comparison: Comparison, drawing: _Drawing) -> list[ColumnView]:
    title, short = _first_stage(comparison)
    order, order_short = badges_of.order_title(comparison)
    left = [drawing.candidate(c) for c in sorted(comparison.candidates, key=lambda c: c.rank)]
    right = [drawing.reranked(r) for r in sorted(comparison.reranked, key=lambda r: r.rank)]
    took, reason = comparison.timings, badges_of.order_reason(comparison)
    found = _took(took.encode_ms + took.search_ms)
    known = took.pairs > 0 and comparison.cache_hits >= took.pairs
    spent = "from the cache" if known else _took(took.rerank_ms)
    reader = _maker(comparison, "cross_encoder", right, spent, reason)
    read = any(item.scored != "no" for item in comparison.reranked)
    return [
        {
            "title": title,
            "short": short,
            "maker": _maker(comparison, "encoder", left, found),
            "cards": left,
        },
        {
            "title": order,
            "short": order_short,
            "maker": reader if read else "",
            "cards": right,
        },
    ]


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
    drawing = _Drawing(comparison, labels or {}, warnings or {})
    columns = _columns(comparison, drawing)
    moves = [card["move"] for card in columns[1]["cards"]]
    view: ComparisonData = {
        "id": "",
        "query": comparison.query,
        "top_n": comparison.settings.top_n,
        "visible": 0,
        "cut": "The answer may use what is above",
        "passages": drawing.passages,
        "columns": columns,
        "moves": {kind: moves.count(kind) for kind in ("rose", "fell", "same")},
    }
    view["id"] = hashlib.sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()[:16]
    view["visible"] = max(visible, 1)
    return view
