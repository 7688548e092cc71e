"""A Comparison as the flow draws it: every candidate in every list, joined by curves.

Nothing here imports streamlit. A hybrid search has four lists (BM25, bi-encoder, both put
together, cross-encoder), any other two.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal, TypedDict

from core.schema import Candidate, Chunk, Comparison, Reranked, Stage
from core.words import marked_words, question_stems
from pages.ui.comparison_data import Labels, movement, page_span, signed
from pages.ui.comparison_shapes import Move
from pages.ui.marking import Run, runs

SNIPPET = 420
"""So many characters of a passage are shown beside its path."""
_TITLES = {"bm25": "BM25", "dense": "Bi-encoder", "fused": "Put together"}
SCORE_KINDS = {"bm25": "BM25", "dense": "cosine", "fused": "fused"}


class FlowRow(TypedDict):
    """A passage in one list: ``place`` counts the drawn rows from 1, ``rank`` is the list's own.

    ``x`` is where its score lies between the lowest (0) and the highest (1) of the list, None
    when it has none. ``mark`` says that it crosses the cut line on the way here or from here.
    """

    passage: int
    place: int
    rank: int
    x: float | None
    score: str
    mark: Literal["", "entered", "dropped"]
    label: str


class FlowAxis(TypedDict):
    """The scale of a list, both ends in words.

    Scores from 0 to ``noise`` (a part of 1) are reached by off-topic questions too; None when
    that was not measured, or when every score is above.
    """

    kind: str
    low: str
    high: str
    noise: float | None
    noise_text: str


class FlowColumn(TypedDict):
    """One list; ``missing`` counts the candidates that are not in it, and is said in words."""

    title: str
    axis: FlowAxis
    rows: list[FlowRow]
    missing: int
    missing_text: str


class FlowWay(TypedDict):
    """How a passage goes from one list to the next: places from 1, None where it is missing."""

    passage: int
    gap: int
    before: int | None
    after: int | None
    move: Move
    size: int
    mark: Literal["", "entered", "dropped"]


class FlowPassage(TypedDict):
    """What is shown of a passage that is pointed at."""

    id: str
    tag: int
    title: str
    where: str
    pages: str
    story: str
    delta: str
    move: Move
    scores: list[str]
    runs: list[Run]


class FlowData(TypedDict):
    """Everything the flow draws; ``id`` is the same for the same comparison."""

    id: str
    top_n: int
    cut: str
    largest: int
    moves: dict[str, int]
    columns: list[FlowColumn]
    ways: list[FlowWay]
    passages: list[FlowPassage]


Scored = tuple[str, int, float | None]
"""Chunk id, rank from 1, score or None."""


def _hits(candidates: Sequence[Candidate], stage: Stage) -> list[Scored]:
    found = [
        (hit.rank, c.chunk.id, hit.score)
        for c in candidates
        for hit in c.hits
        if hit.stage == stage
    ]
    return [(id_, rank, score) for rank, id_, score in sorted(found)]


def stage_lists(comparison: Comparison) -> list[tuple[str, list[Scored]]]:
    """Every list of a comparison by its stage, in the order of the pipeline, best first."""
    ordered = sorted(comparison.candidates, key=lambda c: c.rank)
    stages: list[Stage] = [s for s in ("bm25", "dense") if _hits(ordered, s)]
    first = [(c.chunk.id, c.rank, c.score) for c in ordered]
    name = "fused" if len(stages) > 1 else (stages or ["dense"])[0]
    parts = [(stage, _hits(ordered, stage)) for stage in stages] if len(stages) > 1 else []
    after = sorted(comparison.reranked, key=lambda item: item.rank)
    last = [(item.chunk.id, item.rank, item.logit) for item in after]
    return [*parts, (name, first), ("rerank", last)]


def score_text(stage: str, score: float | None) -> str:
    """A score as it is read; a cross-encoder's has its sign."""
    if score is None:
        return "not read"
    return signed(score) if stage == "rerank" else f"{score:.3f}"


def score_ends(rows: Sequence[Scored]) -> tuple[float, float]:
    """The lowest and the highest score of a list."""
    scores = [score for _, _, score in rows if score is not None]
    return (min(scores), max(scores)) if scores else (0.0, 0.0)


def part_between(score: float | None, low: float, high: float) -> float | None:
    """Where a score lies between two others, 0 to 1."""
    if score is None:
        return None
    return min(1.0, max(0.0, (score - low) / (high - low))) if high > low else 0.5


def score_axis(stage: str, rows: Sequence[Scored], floor: float | None) -> FlowAxis:
    """The scale of a list, with the band that off-topic questions reach."""
    low, high = score_ends(rows)
    noisy = floor is not None and floor > low
    return {
        "kind": SCORE_KINDS.get(stage, "logit"),
        "low": score_text(stage, low),
        "high": score_text(stage, high),
        "noise": part_between(floor, low, high) if noisy else None,
        "noise_text": f"up to {score_text(stage, floor)}" if noisy else "",
    }


def _mark(item: Reranked | None, top_n: int) -> Literal["", "entered", "dropped"]:
    if item is None:
        return ""
    was_in, is_in = item.rank + item.rank_delta <= top_n, item.rank <= top_n
    return "" if was_in == is_in else ("entered" if is_in else "dropped")


class _Flow:
    """One comparison while it becomes data; looks up passages by their chunk id."""

    def __init__(self, comparison: Comparison, labels: Labels) -> None:
        self.comparison = comparison
        self.labels = labels
        self.floors = {"rerank": comparison.noise_floor, "dense": comparison.cosine_floor}
        self.top_n = comparison.settings.top_n
        self.lists = stage_lists(comparison)
        self.after = {item.chunk.id: item for item in comparison.reranked}
        ordered = sorted(comparison.candidates, key=lambda c: c.rank)
        self.chunks = {c.chunk.id: c.chunk for c in ordered}
        self.index = {id_: i for i, id_ in enumerate(self.chunks)}
        self.stems = question_stems(comparison.query)
        self.story = self._stories()

    def _stories(self) -> Mapping[str, list[tuple[str, int, float | None]]]:
        story: dict[str, list[tuple[str, int, float | None]]] = {id_: [] for id_ in self.chunks}
        for stage, rows in self.lists:
            for id_, rank, score in rows:
                story[id_].append((stage, rank, score))
        return story

    def column(self, stage: str, rows: Sequence[Scored]) -> FlowColumn:
        low, high = score_ends(rows)
        crossing = stage in (self.lists[-2][0], "rerank")
        return {
            "title": "Cross-encoder" if stage == "rerank" else _TITLES[stage],
            "axis": score_axis(stage, rows, self.floors.get(stage)),
            "missing": (missing := len(self.chunks) - len(rows)),
            "missing_text": f"{missing} not in this list",
            "rows": [
                {
                    "passage": self.index[id_],
                    "place": place,
                    "rank": rank,
                    "x": part_between(score, low, high),
                    "score": score_text(stage, score),
                    "mark": _mark(self.after.get(id_), self.top_n) if crossing else "",
                    "label": self.label(id_, stage, rank, score),
                }
                for place, (id_, rank, score) in enumerate(rows, 1)
            ],
        }

    def label(self, id_: str, stage: str, rank: int, score: float | None) -> str:
        chunk, item = self.chunks[id_], self.after.get(id_)
        moved = movement(item.rank_delta)[2] if item else "was not reranked"
        words = [chunk.heading, chunk.document_name, page_span(chunk, self.labels)]
        kind = SCORE_KINDS.get(stage, "logit")
        said = [f"Rank {rank}", moved, *filter(None, words), f"{kind} {score_text(stage, score)}"]
        mark = _mark(item, self.top_n)
        return ", ".join([*said, f"{mark} the top {self.top_n}"] if mark else said)

    def ways(self) -> list[FlowWay]:
        found: list[FlowWay] = []
        places = [{id_: n for n, (id_, _, _) in enumerate(rows, 1)} for _, rows in self.lists]
        for gap, (left, right) in enumerate(pairwise(places)):
            last = gap == len(places) - 2
            for id_, passage in self.index.items():
                before, after = left.get(id_), right.get(id_)
                delta = before - after if before and after else 0
                found.append(
                    {
                        "passage": passage,
                        "gap": gap,
                        "before": before,
                        "after": after,
                        "move": movement(delta)[0] if before and after else "left",
                        "size": abs(delta),
                        "mark": _mark(self.after.get(id_), self.top_n) if last else "",
                    }
                )
        return found

    def passage(self, id_: str, chunk: Chunk) -> FlowPassage:
        item = self.after.get(id_)
        move, delta, spoken = movement(item.rank_delta) if item else ("left", "", "not reranked")
        where = " · ".join(filter(None, [chunk.document_name, page_span(chunk, self.labels)]))
        names = {**_TITLES, "rerank": "Cross-encoder"}
        return {
            "id": id_,
            "tag": self.index[id_],
            "title": chunk.heading or chunk.document_name,
            "where": where,
            "pages": page_span(chunk, self.labels),
            "story": spoken,
            "delta": delta,
            "move": move,
            "scores": [
                f"{names[stage]} {rank} · {SCORE_KINDS.get(stage, 'logit')} "
                f"{score_text(stage, score)}"
                for stage, rank, score in self.story[id_]
            ],
            "runs": self.snippet(chunk, item),
        }

    def snippet(self, chunk: Chunk, item: Reranked | None) -> list[Run]:
        """The beginning of the passage, or the part that begins a little before its quote."""
        quote = item.quote.span if item and item.quote else None
        begin = 0 if quote is None or quote.end <= SNIPPET else quote.start
        text = chunk.text[: begin + SNIPPET]
        pieces = runs(text, marked_words(text, self.stems), quote)
        return pieces if begin == 0 else _tail(pieces, text[begin:])


def _tail(pieces: list[Run], tail: str) -> list[Run]:
    """The last runs, as many as hold the text ``tail``."""
    room = len("".join(tail.split()))
    kept: list[Run] = []
    for text, style in reversed(pieces):
        size = len("".join(text.split()))
        if size > room:
            break
        kept.append((text, style))
        room -= size
    return [("… ", 0), *reversed(kept)]


def flow_data(comparison: Comparison, labels: Labels | None = None) -> FlowData:
    """What the flow draws of ``comparison``.

    Args:
        comparison: the complete record of one question.
        labels: for each document id its page labels, the label of page 1 first.

    Returns:
        Data that survives JSON unchanged, except that tuples become lists.

    """
    flow = _Flow(comparison, labels or {})
    ways = flow.ways()
    moves = [movement(item.rank_delta)[0] for item in comparison.reranked]
    view: FlowData = {
        "id": "",
        "top_n": flow.top_n,
        "cut": f"top {flow.top_n}: the answer uses what is above",
        "largest": max((way["size"] for way in ways), default=0),
        "moves": {kind: moves.count(kind) for kind in ("rose", "fell", "same")},
        "columns": [flow.column(stage, rows) for stage, rows in flow.lists],
        "ways": ways,
        "passages": [flow.passage(id_, chunk) for id_, chunk in flow.chunks.items()],
    }
    view["id"] = hashlib.sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()[:16]
    return view
