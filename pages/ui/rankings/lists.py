"""A Comparison as two lists of cards: plain data, every word decided here. No streamlit here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.explain.suspicion import Suspicion
from core.schema import Candidate, Chunk, Comparison, Reranked, Stage
from core.search.comparison import settled
from core.search.ordering import retriever_scores
from core.text.counting import counted, milliseconds
from core.text.pages import page_words
from core.text.words import marked_words, stems_of
from pages.ui.rankings.builder import (
    SCORE_KINDS,
    Row,
    count_moves,
    movement,
    quoted_spans,
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


CUT_BY_MODEL = "truncated: the model did not see the end"
_RETRIEVERS: Mapping[Stage, tuple[str, str]] = {
    "dense": ("bi-encoder", "the bi-encoder"),
    "bm25": ("BM25", "BM25"),
    "given": ("other engine", "the other engine"),
}
_WARNINGS: Mapping[str, tuple[str, str]] = {
    "instruction": (
        "looks like an instruction",
        "It says “{}”. A language model is told to treat passages as text only.",
    ),
    "hidden": ("hidden text", "It contains {}. People who read the page do not see this text."),
}


def _moved(before: int | None, item: Reranked, top_n: int) -> list[BadgeView]:
    """Whether it came into the top n or left it."""
    was_in, is_in = before is not None and before <= top_n, item.rank <= top_n
    if is_in and not was_in:
        return [{"kind": "entered", "text": f"entered top {top_n}", "hint": ""}]
    if was_in and not is_in:
        return [{"kind": "dropped", "text": f"dropped from top {top_n}", "hint": ""}]
    return []


def _found_by(candidate: Candidate, retrievers: Sequence[Stage]) -> list[BadgeView]:
    """At which rank each retriever found it; nothing when only one searched."""
    if len(retrievers) < 2:
        return []
    ranks = {hit.stage: hit.rank for hit in candidate.hits}
    short = [f"{_RETRIEVERS[stage][0]} {ranks.get(stage, '–')}" for stage in retrievers]
    long = [
        f"{_RETRIEVERS[stage][1]} found it at rank {ranks[stage]}"
        if stage in ranks
        else f"{_RETRIEVERS[stage][1]} did not find it"
        for stage in retrievers
    ]
    hint = ", ".join(long)
    return [{"kind": "note", "text": " · ".join(short), "hint": f"{hint[0].upper()}{hint[1:]}."}]


def _stands_for(candidate: Candidate) -> list[BadgeView]:
    """How many nearly equal passages were collapsed into it."""
    n = len(candidate.duplicates)
    if not n:
        return []
    hint = "Also found: passages with the same numbers and at least nine of ten words the same."
    return [{"kind": "note", "text": f"+{counted(n, 'near-duplicate')}", "hint": hint}]


def _own_rank(item: Reranked) -> list[BadgeView]:
    """The cross-encoder's own rank, where the final order is another one."""
    if item.model_rank is None:
        return []
    hint = "Its rank by the cross-encoder's logit alone, among the passages read in full."
    return [{"kind": "note", "text": f"cross-encoder alone: {item.model_rank}", "hint": hint}]


def _warnings(suspicions: Sequence[Suspicion]) -> list[BadgeView]:
    """What is suspicious about its text."""
    badges: list[BadgeView] = []
    for suspicion in suspicions:
        text, hint = _WARNINGS[suspicion.kind]
        badges.append({"kind": "warn", "text": text, "hint": hint.format(suspicion.evidence[:120])})
    return badges


def _mixed(comparison: Comparison) -> bool:
    """Whether something beside the cross-encoder's logit makes the final order."""
    second = comparison.settings.second
    read = any(item.model_rank is not None for item in comparison.reranked)
    return read and (second.blend < 1 or bool(second.fits.weights))


def _order(comparison: Comparison) -> tuple[str, str, str]:
    """The final list's name, in full and in short; what it is ranked by, if not the logit alone."""
    second = comparison.settings.second
    if comparison.reranked and all(item.scored == "no" for item in comparison.reranked):
        return "Not reranked: the same order", "Not reranked", ""
    if not _mixed(comparison):
        return "Second stage: cross-encoder", "Cross-encoder", ""
    if second.fits.weights:
        return "Second stage: learned weights", "Learned", "ranked by learned weights"
    title = f"Second stage: {second.blend:.0%} cross-encoder"
    return title, "Blended", "ranked by logit, cosine and BM25"


def _label(rank: int, words: list[str], passage: PassageView, scores: list[ScoreView]) -> str:
    place = [passage["document"], passage["pages"], passage["heading"]]
    numbers = [f"{score['kind']} {score['text']}" for score in scores]
    return f"Rank {rank}, {', '.join([*filter(None, [*words, *place]), *numbers])}"


class _Cards:
    """The cards of one comparison; looks up what a card needs to know about its twin."""

    def __init__(self, comparison: Comparison, visible: int, warnings: Warnings) -> None:
        self.top_n = comparison.settings.top_n
        self.warnings = warnings
        self.stems = stems_of(comparison.query)
        self.retrievers = retrievers_of(comparison)
        self.mixed = _mixed(comparison)
        self.settled = settled(comparison)
        drawn = None if self.settled else visible
        self.first, self.final = (it.rows[:drawn] for it in rankings_of(comparison)[-2:])
        self.candidates = {c.chunk.id: c for c in comparison.candidates}
        self.reranked = {r.chunk.id: r for r in comparison.reranked}
        chunks = {row.chunk.id: row.chunk for row in (*self.first, *self.final)}
        self.index = {id_: i for i, id_ in enumerate(chunks)}
        self.passages = [self.passage(chunk) for chunk in chunks.values()]

    def passage(self, chunk: Chunk) -> PassageView:
        quote = quoted_spans(self.reranked.get(chunk.id))
        return {
            "id": chunk.id,
            "tag": self.index[chunk.id],
            "document": chunk.document_name,
            "pages": page_words(chunk),
            "heading": chunk.heading,
            "runs": runs(chunk.text, marked_words(chunk.text, self.stems), quote),
        }

    def before(self, row: Row) -> CardView:
        """A card of the left list."""
        candidate, item = self.candidates[row.chunk.id], self.reranked.get(row.chunk.id)
        badges = _moved(candidate.rank, item, self.top_n) if item else []
        move = self.move(item, candidate)
        badges += _found_by(candidate, self.retrievers) + _stands_for(candidate)
        return self.card(row, item, [_score(row)], move, badges)

    def after(self, row: Row) -> CardView:
        """A card of the right list."""
        item, candidate = self.reranked[row.chunk.id], self.candidates.get(row.chunk.id)
        move = self.move(item, candidate)
        scores = [_score(row)]
        if item.relevance is not None:
            bar = float(item.relevance)
            scores.append({"kind": "relevance", "text": f"{bar:.2f}", "bar": bar})
        if self.mixed and candidate:
            scores += [
                {"kind": SCORE_KINDS[stage], "text": f"{score:.3f}", "bar": None}
                for stage, score in retriever_scores(candidate).items()
            ]
        badges = _moved(candidate.rank if candidate else None, item, self.top_n)
        badges += _own_rank(item) if self.mixed and self.settled else []
        badges += [{"kind": "cut", "text": CUT_BY_MODEL, "hint": ""}] if item.truncated else []
        return self.card(row, candidate, scores, move, badges)

    def move(self, item: Reranked | None, candidate: Candidate | None) -> tuple[Move, str, str]:
        """How a passage moved, in a sign and in words; nothing before the order is settled."""
        if item is not None and candidate is None:
            return "new", "new", "was not a candidate"
        if not self.settled:
            return "left", "", "not ranked yet"
        return movement(item.rank_delta) if item else ("left", "not reranked", "was not reranked")

    def card(
        self,
        row: Row,
        twin: Candidate | Reranked | None,
        scores: list[ScoreView],
        move: tuple[Move, str, str],
        badges: list[BadgeView],
    ) -> CardView:
        index = self.index[row.chunk.id]
        badges = badges + _warnings(self.warnings.get(row.chunk.id, ()))
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
    title, short = "First stage: bi-encoder", "Bi-encoder"
    if len(retrievers) > 1:
        title, short = "First stage: BM25 and bi-encoder", "First stage"
    elif retrievers == {"bm25"}:
        title, short = "First stage: BM25", "BM25"
    elif retrievers == {"given"}:
        file = comparison.candidates[0].chunk.document_name
        title, short = f"Other engine: {file}", "Other engine"
    took = _took(comparison.timings.encode_ms + comparison.timings.search_ms)
    by = f"ranked by {cards[0]['scores'][0]['kind']}" if cards else ""
    maker = by if "given" in retrievers else _maker(comparison, "encoder", took, by)
    return {"title": title, "short": short, "maker": maker, "cards": cards}


def _second_column(comparison: Comparison, cards: list[CardView]) -> ColumnView:
    """The list on the right, named by what ordered it."""
    title, short, reason = _order(comparison)
    if not settled(comparison):
        read, n = len(comparison.reranked), counted(len(comparison.candidates), "passage")
        return {"title": title, "short": short, "maker": f"{read} of {n} read", "cards": cards}
    timings = comparison.timings
    cached = timings.pairs > 0 and comparison.cache_hits >= timings.pairs
    took = "from the cache" if cached else _took(timings.rerank_ms)
    by = f"ranked by {cards[0]['scores'][0]['kind']}" if cards else ""
    maker = _maker(comparison, "cross_encoder", took, reason or by)
    read = any(item.scored != "no" for item in comparison.reranked)
    return {"title": title, "short": short, "maker": maker if read else "", "cards": cards}


def comparison_data(
    comparison: Comparison,
    visible: int = 10,
    warnings: Warnings | None = None,
) -> ComparisonData:
    """What the component draws of ``comparison``; before it is settled only the visible cards.

    Args:
        comparison: the complete record of one question.
        visible: how many cards a list shows before "Show all" is pressed, at least 1.
        warnings: for each chunk id what is suspicious about it, if anything is.

    Returns:
        Data that survives JSON unchanged, except that the tuples of the runs become lists.
    """
    cards = _Cards(comparison, max(visible, 1), warnings or {})
    after = [cards.after(row) for row in cards.final]
    ids = [candidate.chunk.id for candidate in comparison.candidates]
    quotes = sum(item.quote is not None for item in comparison.reranked)
    return {
        "id": view_id([comparison.query, str(comparison.asked_at), ids]),
        "known": len(comparison.reranked) + quotes,
        "settled": settled(comparison),
        "query": comparison.query,
        "top_n": comparison.settings.top_n,
        "visible": max(visible, 1),
        "cut": "The answer can use the passages above",
        "passages": cards.passages,
        "columns": [
            _first_column(comparison, [cards.before(row) for row in cards.first]),
            _second_column(comparison, after),
        ],
        "moves": count_moves([card["move"] for card in after]),
    }
