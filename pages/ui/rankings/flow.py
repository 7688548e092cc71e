"""Rankings as the flow draws them: columns of rows, every passage a path. No streamlit here.

One question's own lists and the final lists of several configurations go through one builder. A
*key* names a passage in all lists: its chunk id, or its place where the chunks differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.explain.side_by_side import SideBySide, ranks
from core.schema import Chunk, Comparison, Reranked, Span
from core.text.pages import page_words, source_words
from core.text.words import marked_words, stems_of
from pages.ui.rankings.builder import (
    TITLES,
    Ranking,
    Row,
    count_moves,
    final_ranking,
    movement,
    quote_of,
    quoted_spans,
    rankings_of,
    runs,
    score_text,
    view_id,
)
from pages.ui.rankings.shapes import (
    FlowAxis,
    FlowColumn,
    FlowData,
    FlowPassage,
    FlowRow,
    FlowWay,
    Mark,
    Run,
)

LETTERS = "ABC"
SNIPPET = 420
"""So many characters of a passage are shown beside its path."""
SHOWN = 20
"""So many passages of each configuration are drawn."""

Key = str | int


@dataclass(frozen=True, slots=True)
class FlowList:
    """One column before it is drawn.

    ``keys`` name the drawn rows in their order, ``ranks`` has the rank of every key of the list,
    drawn or not. ``lead`` begins the spoken label of a row, ``missing`` says where passages of the
    other columns are not.
    """

    title: str
    ranking: Ranking
    keys: Sequence[Key]
    ranks: Mapping[Key, int]
    top_n: int
    missing: str
    lead: str = ""

    def has_in_top(self, key: Key) -> bool:
        """Whether the answer may use a passage."""
        return key in self.ranks and self.ranks[key] <= self.top_n


class _Flow:
    """The one builder; ``marked`` are the gaps, from 0, on which crossing the cut is marked."""

    def __init__(
        self,
        lists: Sequence[FlowList],
        passages: Mapping[Key, FlowPassage],
        marked: Sequence[int],
    ) -> None:
        self.lists, self.passages, self.marked = lists, passages, marked
        self.index = {key: passage["tag"] for key, passage in passages.items()}

    def data(self) -> FlowData:
        ways = self.ways()
        top_n = min(listed.top_n for listed in self.lists)
        view: FlowData = {
            "id": "",
            "top_n": top_n,
            "cut": f"top {top_n}: the answer can use the passages above",
            "largest": max((way["size"] for way in ways), default=0),
            "moves": count_moves([way["move"] for way in ways if way["gap"] in self.marked]),
            "columns": [self.column(at) for at in range(len(self.lists))],
            "ways": ways,
            "passages": list(self.passages.values()),
        }
        view["id"] = view_id(view)
        return view

    def mark(self, key: Key, gap: int) -> Mark:
        """Whether a passage comes into the top n, or leaves it, on the way over a gap."""
        was_in, is_in = (listed.has_in_top(key) for listed in self.lists[gap : gap + 2])
        if gap not in self.marked or was_in == is_in:
            return ""
        return "entered" if is_in else "dropped"

    def column(self, at: int) -> FlowColumn:
        listed = self.lists[at]
        missing = len(self.passages) - len(set(listed.keys))
        return {
            "title": listed.title,
            "axis": score_axis(listed.ranking),
            "missing": missing,
            "missing_text": f"{missing} {listed.missing}",
            "rows": [self.row(at, place) for place in range(1, len(listed.keys) + 1)],
        }

    def row(self, at: int, place: int) -> FlowRow:
        listed = self.lists[at]
        key, row = listed.keys[place - 1], listed.ranking.rows[place - 1]
        mark = self.mark(key, at - 1 if at - 1 in self.marked else at)
        return {
            "passage": self.index[key],
            "place": place,
            "rank": row.rank,
            "x": part_between(row.score, *score_ends(listed.ranking)),
            "score": row.score_text,
            "mark": mark,
            "label": self.label(listed, row, key, mark),
        }

    def label(self, listed: FlowList, row: Row, key: Key, mark: Mark) -> str:
        parts = [
            listed.lead,
            f"Rank {row.rank}",
            "" if listed.lead else self.passages[key]["story"],
            row.chunk.heading,
            source_words(row.chunk),
            row.kind_and_score,
            f"{mark} the top {listed.top_n}" if mark else "",
        ]
        return ", ".join(filter(None, parts))

    def ways(self) -> list[FlowWay]:
        places = [ranks(listed.keys) for listed in self.lists]
        return [
            way(passage, gap, left.get(key), right.get(key), self.mark(key, gap))
            for gap, (left, right) in enumerate(pairwise(places))
            for key, passage in self.index.items()
            if key in left or key in right
        ]


def _passage(tag: int, chunk: Chunk, item: Reranked | None, stems: frozenset[str]) -> FlowPassage:
    """What is shown of a passage, before it is told how it moved."""
    return {
        "id": chunk.id,
        "tag": tag,
        "title": chunk.heading or chunk.document_name,
        "where": source_words(chunk, joint=" · "),
        "pages": page_words(chunk),
        "story": "not reranked",
        "delta": "",
        "move": "left",
        "scores": [],
        "runs": snippet(chunk, item, stems),
    }


def way(passage: int, gap: int, before: int | None, after: int | None, mark: Mark) -> FlowWay:
    """The way of a passage between the lists on both sides of a gap."""
    delta = before - after if before and after else 0
    return {
        "passage": passage,
        "gap": gap,
        "before": before,
        "after": after,
        "move": movement(delta)[0] if before and after else "left",
        "size": abs(delta),
        "mark": mark,
    }


def snippet(chunk: Chunk, item: Reranked | None, stems: frozenset[str]) -> list[Run]:
    """The beginning of a passage, or the part from its best sentence on where that is far."""
    quote = quote_of(item)
    begin = quote.start if quote and quote.end > SNIPPET else 0
    text = chunk.text[begin : begin + SNIPPET]
    shifted = [Span(span.start - begin, span.end - begin) for span in quoted_spans(item)]
    pieces = runs(text, marked_words(text, stems), shifted)
    return [("… ", 0), *pieces] if begin else pieces


def score_ends(ranking: Ranking) -> tuple[float, float]:
    """The lowest and the highest score of a list."""
    scores = [row.score for row in ranking.rows if row.score is not None]
    return (min(scores), max(scores)) if scores else (0.0, 0.0)


def part_between(score: float | None, low: float, high: float) -> float | None:
    """Where a score lies between two others, 0 to 1."""
    if score is None:
        return None
    return min(1.0, max(0.0, (score - low) / (high - low))) if high > low else 0.5


def score_axis(ranking: Ranking) -> FlowAxis:
    """The scale of a list, with the band that off-topic questions reach."""
    low, high = score_ends(ranking)
    kind, floor = ranking.kind, ranking.floor
    noisy = floor is not None and floor > low
    return {
        "kind": kind,
        "low": score_text(kind, low),
        "high": score_text(kind, high),
        "noise": part_between(floor, low, high) if noisy else None,
        "noise_text": f"up to {score_text(kind, floor)}" if noisy else "",
    }


def flow_data(comparison: Comparison) -> FlowData:
    """What the flow draws of ``comparison``: two lists, of a hybrid search four.

    Args:
        comparison: the complete record of one question.

    Returns:
        Data that survives JSON unchanged, except that tuples become lists.
    """
    rankings = rankings_of(comparison)
    stems, top_n = stems_of(comparison.query), comparison.settings.top_n
    reranked = {item.chunk.id: item for item in comparison.reranked}
    passages: dict[Key, FlowPassage] = {}
    for tag, row in enumerate(rankings[-2].rows):
        item = reranked.get(row.chunk.id)
        passage = _passage(tag, row.chunk, item, stems)
        if item is not None:
            passage["move"], passage["delta"], passage["story"] = movement(item.rank_delta)
        passages[row.chunk.id] = passage
    lists: list[FlowList] = []
    for ranking in rankings:
        title = TITLES[ranking.stage]
        keys: list[Key] = [row.chunk.id for row in ranking.rows]
        of_rank: dict[Key, int] = {row.chunk.id: row.rank for row in ranking.rows}
        lists.append(FlowList(title, ranking, keys, of_rank, top_n, "not in this list"))
        for row in ranking.rows:
            told = f"{title} {row.rank} · {row.kind_and_score}"
            passages[row.chunk.id]["scores"].append(told)
    return _Flow(lists, passages, [len(lists) - 2]).data()


def rank_words(place_ranks: Sequence[int | None]) -> str:
    """Where a place stands in every configuration: ``A 1 · B 3 · C –``."""
    pairs = zip(LETTERS, place_ranks, strict=False)
    return " · ".join(f"{letter} {rank or '–'}" for letter, rank in pairs)


def side_by_side_flow(aligned: SideBySide, titles: Sequence[str]) -> FlowData:
    """The final lists of two or three configurations, joined place by place.

    Args:
        aligned: the configurations.
        titles: the name of each column.
    """
    stems = stems_of(aligned.comparisons[0].query)
    lists: list[FlowList] = []
    for at, comparison in enumerate(aligned.comparisons):
        ranking = final_ranking(comparison).first(SHOWN)
        places: Sequence[Key] = aligned.places[at]
        missing, top_n = f"not in the top {SHOWN}", comparison.settings.top_n
        shown = places[:SHOWN]
        lists.append(
            FlowList(titles[at], ranking, shown, ranks(places), top_n, missing, LETTERS[at])
        )
    passages: dict[Key, FlowPassage] = {}
    for at, listed in enumerate(lists):
        for place, item in zip(listed.keys, aligned.comparisons[at].reranked, strict=False):
            if place in passages:
                continue
            passage = _passage(len(passages), item.chunk, item, stems)
            place_ranks = [of.ranks.get(place) for of in lists]
            last, now = place_ranks[-2:]
            move = movement(last - now) if last and now else ("new", "new", "")
            passage["move"], passage["delta"], _ = move
            passage["story"] = rank_words(place_ranks)
            passage["scores"] = [f"text of the chunk in {LETTERS[at]}"]
            passages[place] = passage
    return _Flow(lists, passages, range(len(lists) - 1)).data()
