"""A Comparison as the flow draws it: every candidate in every list, joined by curves.

Nothing here imports streamlit. A hybrid search has four lists (BM25, bi-encoder, both put
together, cross-encoder), any other two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from core.schema import Chunk, Comparison, Reranked
from core.text.words import marked_words, question_stems
from pages.ui.flow.scores import (
    SCORE_KINDS,
    Scored,
    part_between,
    score_axis,
    score_ends,
    score_text,
    stage_lists,
)
from pages.ui.flow.shapes import (
    FlowColumn,
    FlowData,
    FlowPassage,
    FlowWay,
    Mark,
    crossing,
    way,
    whole,
)
from pages.ui.lists.data import Labels, movement, page_span
from pages.ui.lists.marking import Run, runs

SNIPPET = 420
"""So many characters of a passage are shown beside its path."""
_TITLES = {"bm25": "BM25", "dense": "Bi-encoder", "fused": "Put together"}


def _mark(item: Reranked | None, top_n: int) -> Mark:
    if item is None:
        return ""
    return crossing(was_in=item.rank + item.rank_delta <= top_n, is_in=item.rank <= top_n)


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
                mark = _mark(self.after.get(id_), self.top_n) if last else ""
                found.append(way(passage, gap, left.get(id_), right.get(id_), mark))
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
    return whole(
        flow.top_n,
        [flow.column(stage, rows) for stage, rows in flow.lists],
        flow.ways(),
        [flow.passage(id_, chunk) for id_, chunk in flow.chunks.items()],
        [movement(item.rank_delta)[0] for item in comparison.reranked],
    )
