"""Short remarks on the cards of a comparison: who found a passage, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.explain.suspicion import Suspicion
from core.schema import Candidate, Comparison, Reranked, Stage
from pages.ui.rankings.shapes import BadgeView

CUT_BY_MODEL = "cut: the model did not see the end"
_RETRIEVERS: Mapping[Stage, tuple[str, str]] = {
    "dense": ("meaning", "the bi-encoder"),
    "bm25": ("words", "BM25"),
}
_WARNINGS: Mapping[str, tuple[str, str]] = {
    "instruction": (
        "looks like an instruction",
        "It says “{}”. A language model is told to treat passages as text only.",
    ),
    "hidden": ("hidden text", "It holds {}: a reader of the page does not see this text."),
}


def moved(before: int | None, item: Reranked, top_n: int) -> list[BadgeView]:
    """Whether it came into the top n or left it."""
    was_in, is_in = before is not None and before <= top_n, item.rank <= top_n
    if is_in and not was_in:
        return [{"kind": "entered", "text": f"entered top {top_n}", "hint": ""}]
    if was_in and not is_in:
        return [{"kind": "dropped", "text": f"dropped from top {top_n}", "hint": ""}]
    return []


def found_by(candidate: Candidate, retrievers: Sequence[Stage]) -> list[BadgeView]:
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


def stands_for(candidate: Candidate) -> list[BadgeView]:
    """How many nearly equal passages were collapsed into it."""
    n = len(candidate.duplicates)
    if not n:
        return []
    hint = "Nearly equal chunks, found too: nine of ten words and all numbers are the same."
    return [{"kind": "note", "text": f"+ {n} nearly equal", "hint": hint}]


def own_rank(item: Reranked) -> list[BadgeView]:
    """The cross-encoder's own rank, where the final order is another one."""
    if item.model_rank is None:
        return []
    hint = "Its place by the cross-encoder's logit alone, among those it read in full."
    return [{"kind": "note", "text": f"cross-encoder alone: {item.model_rank}", "hint": hint}]


def warnings(suspicions: Sequence[Suspicion]) -> list[BadgeView]:
    """What is suspicious about its text."""
    badges: list[BadgeView] = []
    for suspicion in suspicions:
        text, hint = _WARNINGS[suspicion.kind]
        badges.append({"kind": "warn", "text": text, "hint": hint.format(suspicion.evidence[:120])})
    return badges


def cut(item: Reranked) -> list[BadgeView]:
    """Whether the model saw only its beginning."""
    return [{"kind": "cut", "text": CUT_BY_MODEL, "hint": ""}] if item.truncated else []


def mixed(comparison: Comparison) -> bool:
    """Whether something beside the cross-encoder's logit makes the final order."""
    second = comparison.settings.second
    read = any(item.model_rank is not None for item in comparison.reranked)
    return read and (second.blend < 1 or bool(second.fits.weights))


def order_title(comparison: Comparison) -> tuple[str, str]:
    """The name of the final list, in full and for a narrow page: by what made it."""
    second = comparison.settings.second
    if comparison.reranked and not any(item.scored != "no" for item in comparison.reranked):
        return "No second look: the same order", "Not reranked"
    if not mixed(comparison):
        return "Second look: cross-encoder", "Cross-encoder"
    if second.fits.weights:
        return "Second look: learned weights", "Learned"
    return f"Second look: {second.blend:.0%} cross-encoder", "Blended"


def order_reason(comparison: Comparison) -> str:
    """What the final list is ranked by, where it is not the logit alone."""
    if not mixed(comparison):
        return ""
    weighted = comparison.settings.second.fits.weights
    return "ranked by learned weights" if weighted else "ranked by both stages' scores"
