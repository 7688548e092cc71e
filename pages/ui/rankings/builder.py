"""Every ranking of a question as rows, and what all drawings say of a passage. No streamlit here.

A passage travels to the browser as *runs*, pieces of text with a style, and not as offsets:
JavaScript counts UTF-16 units where Python counts characters, so offsets would slip after the
first emoji.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from operator import is_

import numpy as np

from core.schema import Answer, Chunk, Comparison, Reranked, Span, Stage
from core.text.counting import signed
from core.text.quote_units import unit_at
from pages.ui.rankings.shapes import Move, Run

PLAIN, MARK, QUOTE, _LEFT_OUT = 0, 1, 2, 4
_EMPTY_LINE = re.compile(r"(?<![^\n])\n")
TITLES = {
    "bm25": "BM25",
    "dense": "Bi-encoder",
    "fused": "Fused",
    "given": "Other engine",
    "rerank": "Cross-encoder",
}
SCORE_KINDS = {
    "bm25": "BM25", "dense": "cosine", "fused": "fused", "given": "engine score", "rerank": "logit"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A passage in one ranking: its rank there, from 1, and the score with its kind."""

    chunk: Chunk
    rank: int
    score: float | None
    kind: str

    @property
    def score_text(self) -> str:
        """The score as it is read."""
        return score_text(self.kind, self.score)

    @property
    def kind_and_score(self) -> str:
        """The score with its kind in front, or that there is none."""
        return self.score_text if self.score is None else f"{self.kind} {self.score_text}"


@dataclass(frozen=True, slots=True)
class Ranking:
    """One list, best first; off-topic questions too reach scores up to ``floor``."""

    stage: str
    rows: tuple[Row, ...]
    floor: float | None = None

    @property
    def kind(self) -> str:
        """The kind of its scores."""
        return SCORE_KINDS[self.stage]

    def first(self, n: int) -> Ranking:
        """The part down to rank n."""
        return Ranking(self.stage, self.rows[:n], self.floor)


def score_text(kind: str, score: float | None) -> str:
    """A score as it is read; a cross-encoder's has its sign."""
    if score is None:
        return "not read"
    return signed(score) if kind.endswith("logit") else f"{score:.3f}"


def retrievers_of(comparison: Comparison) -> list[Stage]:
    """Who searched, as the hits tell: the bi-encoder first."""
    stages = {hit.stage for candidate in comparison.candidates for hit in candidate.hits}
    searched: tuple[Stage, ...] = ("dense", "bm25", "given")
    return [stage for stage in searched if stage in stages]


def rankings_of(comparison: Comparison) -> list[Ranking]:
    """Every list of a comparison in the order of the pipeline.

    The last two are the candidates and the final order. A hybrid search has both retrievers' own
    lists before them.
    """
    candidates = sorted(comparison.candidates, key=lambda candidate: candidate.rank)
    retrievers = retrievers_of(comparison)
    hybrid = len(retrievers) > 1 or comparison.settings.first.kind == "hybrid"
    name = "fused" if hybrid else (retrievers or ["dense"])[0]
    floors = {"dense": comparison.cosine_floor, "rerank": comparison.noise_floor}
    lists: dict[str, list[Row]] = {}
    for stage in ("bm25", "dense") if len(retrievers) > 1 else ():
        rows = [
            Row(candidate.chunk, hit.rank, hit.score, SCORE_KINDS[stage])
            for candidate in candidates
            for hit in candidate.hits
            if hit.stage == stage
        ]
        lists[stage] = sorted(rows, key=lambda row: row.rank)
    lists[name] = [Row(c.chunk, c.rank, c.score, SCORE_KINDS[name]) for c in candidates]
    lists["rerank"] = [
        Row(item.chunk, item.rank, item.logit, _second_kind(item))
        for item in sorted(comparison.reranked, key=lambda item: item.rank)
    ]
    return [Ranking(stage, tuple(rows), floors.get(stage)) for stage, rows in lists.items()]


def _second_kind(item: Reranked) -> str:
    if item.logit is None:
        return "cross-encoder"
    return "quick logit" if item.scored == "cheap" else "logit"


def final_ranking(comparison: Comparison) -> Ranking:
    """The final order with the scores that made it: the first stage's where nobody read."""
    *_, first, final = rankings_of(comparison)
    if any(row.score is not None for row in final.rows):
        return final
    scores = {row.chunk.id: row.score for row in first.rows}
    rows = (Row(r.chunk, r.rank, scores.get(r.chunk.id), first.kind) for r in final.rows)
    return Ranking(first.stage, tuple(rows), first.floor)


def movement(delta: int) -> tuple[Move, str, str]:
    """A rank delta as its kind, as arrow and number, and in words.

    >>> movement(14)
    ('rose', '▲ 14', 'rose 14 places')
    """
    if delta == 0:
        return "same", "=", "kept its rank"
    kind: Move = "rose" if delta > 0 else "fell"
    size = abs(delta)
    arrow = "▲" if delta > 0 else "▼"
    return kind, f"{arrow} {size}", f"{kind} {size} place{'s' if size > 1 else ''}"


def quote_of(item: Reranked | None) -> Span | None:
    """The best unit of a passage, where one was marked."""
    return item.quote.span if item and item.quote else None


def quoted_spans(item: Reranked | None) -> tuple[Span, ...]:
    """The best unit of a passage behind its lead, where one was marked."""
    return unit_at(item.chunk, item.quote.span).spans if item and item.quote else ()


def as_answered(comparison: Comparison, answer: Answer | None) -> Comparison:
    """The comparison whose passages have the sentence that the answer cites as their best one."""
    cited = {c.chunk_id: c.quote for c in reversed(answer.citations if answer else ()) if c.quote}
    changed = [
        replace(item, quote=replace(item.quote, span=cited[item.chunk.id]))
        if item.quote and cited.get(item.chunk.id, item.quote.span) != item.quote.span
        else item
        for item in comparison.reranked
    ]
    same = all(map(is_, changed, comparison.reranked))
    return comparison if same else replace(comparison, reranked=tuple(changed))


def passage_of(comparison: Comparison, chunk_id: str) -> tuple[Chunk, Span | None]:
    """A passage of the comparison and its best sentence, if one was marked."""
    item = next(item for item in comparison.reranked if item.chunk.id == chunk_id)
    return item.chunk, quote_of(item)


def runs(text: str, marks: list[Span], quote: Sequence[Span]) -> list[Run]:
    """The text in pieces of one style each; ``PLAIN``, ``MARK``, ``QUOTE`` or their sum.

    The pieces put together are the text without its empty lines. Spans may reach past the end.

    >>> runs("May I? You may.", [Span(0, 3)], [Span(7, 15)])
    [('May', 1), (' I? ', 0), ('You may.', 2)]
    """
    styles = np.zeros(len(text), np.uint8)
    empty = [Span(*found.span()) for found in _EMPTY_LINE.finditer(text)]
    for style, spans in ((MARK, marks), (QUOTE, quote), (_LEFT_OUT, empty)):
        for span in spans:
            styles[max(span.start, 0) : max(span.end, 0)] |= style
    cuts = [0, *(np.flatnonzero(np.diff(styles)) + 1), len(text)]
    pieces = [(text[a:b], int(styles[a])) for a, b in pairwise(cuts) if a < b]
    shown = [piece for piece in pieces if piece[1] < _LEFT_OUT]
    return [
        ("".join(part for part, _ in group), style)
        for style, group in groupby(shown, key=lambda piece: piece[1])
    ]


def count_moves(moves: Sequence[Move]) -> dict[str, int]:
    """How many rose, fell and stayed, for a legend."""
    return {kind: moves.count(kind) for kind in ("rose", "fell", "same")}


def view_id(view: object) -> str:
    """Names what a component draws: the same for the same data."""
    return hashlib.sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()[:16]
