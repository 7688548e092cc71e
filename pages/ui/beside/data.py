"""Configurations beside each other as the page draws them: the flow and the agreement matrix.

Nothing here imports streamlit; every number is one of ``core.explain.side_by_side``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from core.explain.side_by_side import Beside, ranks
from core.schema import Comparison, Reranked
from core.text.counting import signed
from core.text.overlap import ListDifference
from core.text.words import marked_words, question_stems
from pages.ui.assets import asset
from pages.ui.flow.data import SNIPPET
from pages.ui.flow.scores import (
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
from pages.ui.lists.marking import runs

LETTERS = "ABC"
SHOWN = 20
"""So many passages of each list are drawn."""


def scored(comparison: Comparison) -> tuple[str, list[Scored]]:
    """The final order with the scores that made it: logits, or the first stage's without any."""
    stages = stage_lists(comparison)
    stage, rows = stages[-1]
    if rows and all(score is None for _, _, score in rows):
        name, first = stages[-2]
        scores = {id_: score for id_, _, score in first}
        return name, [(id_, rank, scores.get(id_)) for id_, rank, _ in rows]
    return stage, rows


def rank_words(found: Sequence[int | None]) -> str:
    """Where a place stands in every configuration: ``A 1 · B 3 · C –``."""
    said = [f"{letter} {rank or '–'}" for letter, rank in zip(LETTERS, found, strict=False)]
    return " · ".join(said)


class _Drawing:
    """The shown part of every list, by places."""

    def __init__(self, made: Beside, titles: Sequence[str], labels: Labels) -> None:
        self.made, self.titles, self.labels = made, titles, labels
        self.tops = [c.settings.top_n for c in made.comparisons]
        self.every = [ranks(line) for line in made.places]
        self.shown = [ranks(line[:SHOWN]) for line in made.places]
        order = dict.fromkeys(place for shown in self.shown for place in shown)
        self.index = {place: i for i, place in enumerate(order)}

    def item(self, place: int) -> tuple[int, Reranked]:
        """The first configuration that shows a place, and its best passage there."""
        at = next(c for c, shown in enumerate(self.shown) if place in shown)
        return at, self.made.comparisons[at].reranked[self.shown[at][place] - 1]

    def crossed(self, place: int, left: int, right: int) -> Mark:
        """Whether a place comes into the top n, or leaves it, from one list to the next."""
        was, now = self.every[left].get(place), self.every[right].get(place)
        before = was is not None and was <= self.tops[left]
        after = now is not None and now <= self.tops[right]
        return crossing(was_in=before, is_in=after)

    def column(self, at: int) -> FlowColumn:
        comparison = self.made.comparisons[at]
        stage, rows = scored(comparison)
        low, high = score_ends(rows[:SHOWN])
        floors = {"rerank": comparison.noise_floor, "dense": comparison.cosine_floor}
        axis = score_axis(stage, rows[:SHOWN], floors.get(stage))
        neighbours = (at - 1, at) if at else (0, 1)
        line = self.made.places[at]
        return {
            "title": self.titles[at],
            "axis": axis,
            "missing": (missing := len(self.index) - len(self.shown[at])),
            "missing_text": f"{missing} not among the first {SHOWN}",
            "rows": [
                {
                    "passage": self.index[line[rank - 1]],
                    "place": rank,
                    "rank": rank,
                    "x": part_between(score, low, high),
                    "score": score_text(stage, score),
                    "mark": self.crossed(line[rank - 1], *neighbours),
                    "label": self.label(at, rank, f"{axis['kind']} {score_text(stage, score)}"),
                }
                for _, rank, score in rows[:SHOWN]
            ],
        }

    def label(self, at: int, rank: int, score: str) -> str:
        chunk = self.made.comparisons[at].reranked[rank - 1].chunk
        words = [chunk.heading, chunk.document_name, page_span(chunk, self.labels), score]
        return ", ".join([f"{LETTERS[at]}, rank {rank}", *filter(None, words)])

    def ways(self) -> list[FlowWay]:
        found: list[FlowWay] = []
        for gap, (left, right) in enumerate(pairwise(self.shown)):
            for place, passage in self.index.items():
                before, after = left.get(place), right.get(place)
                if before is None and after is None:
                    continue
                found.append(way(passage, gap, before, after, self.crossed(place, gap, gap + 1)))
        return found

    def passage(self, place: int, stems: frozenset[str]) -> FlowPassage:
        at, item = self.item(place)
        found = [ranked.get(place) for ranked in self.every]
        last, now = found[-2], found[-1]
        move, delta, _ = movement(last - now) if last and now else ("new", "new", "")
        text = item.chunk.text[:SNIPPET]
        pages = page_span(item.chunk, self.labels)
        return {
            "id": item.chunk.id,
            "tag": self.index[place],
            "title": item.chunk.heading or item.chunk.document_name,
            "where": " · ".join(filter(None, [item.chunk.document_name, pages])),
            "pages": pages,
            "story": rank_words(found),
            "delta": delta,
            "move": move,
            "scores": [f"text as {LETTERS[at]} cuts it"],
            "runs": runs(text, marked_words(text, stems), None),
        }


def beside_flow(made: Beside, titles: Sequence[str], labels: Labels | None = None) -> FlowData:
    """The final lists of two or three configurations, joined place by place.

    Args:
        made: the aligned configurations.
        titles: the name of each column.
        labels: for each document id its page labels, the label of page 1 first.
    """
    drawing = _Drawing(made, titles, labels or {})
    ways = drawing.ways()
    stems = question_stems(made.comparisons[0].query)
    return whole(
        min(drawing.tops),
        [drawing.column(at) for at in range(len(titles))],
        ways,
        [drawing.passage(place, stems) for place in drawing.index],
        [found["move"] for found in ways],
    )


def _cell(found: ListDifference | None) -> str:
    if found is None:
        return '<td class="self" aria-label="the same">–</td>'
    tau = "–" if found.tau is None else signed(found.tau, 2)
    return (
        f'<td style="--part:{found.rbo:.3f}"><b>{found.rbo:.2f}</b>'
        f"<small>Jaccard {found.jaccard:.2f}</small><small>tau {tau}</small></td>"
    )


def matrix_html(made: Beside) -> str:
    """The agreement of every two configurations, as a table."""
    by = {(p.first, p.second): p.difference for p in made.pairs}
    size = range(len(made.comparisons))
    head = "".join(f"<th scope='col'>{LETTERS[c]}</th>" for c in size)
    rows = "".join(
        f"<tr><th scope='row'>{LETTERS[r]}</th>"
        + "".join(_cell(by.get((min(r, c), max(r, c)))) for c in size)
        + "</tr>"
        for r in size
    )
    return (
        f"<style>{asset('beside.css')}</style><table class='sl-beside'>"
        "<caption class='unseen'>Rank-biased overlap of every two configurations</caption>"
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )
