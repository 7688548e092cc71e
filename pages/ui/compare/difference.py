"""How different the two lists are: four numbers, each with a line that says what it means."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.schema import Comparison
from core.text.counting import signed
from core.text.overlap import PERSISTENCE, ListDifference, list_difference


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it is shown, and its line of explanation."""

    name: str
    value: str
    meaning: str


def difference(comparison: Comparison) -> ListDifference:
    """The candidates' order against the cross-encoder's."""
    before = [c.chunk.id for c in sorted(comparison.candidates, key=lambda c: c.rank)]
    after = [r.chunk.id for r in sorted(comparison.reranked, key=lambda r: r.rank)]
    return list_difference(before, after, comparison.settings.top_n)


def _tau(tau: float | None) -> str:
    return "–" if tau is None else signed(tau, 2)


def figures(found: ListDifference) -> list[Figure]:
    """The four numbers in words; nothing is computed here."""
    n = found.top_n
    return [
        Figure(
            "Entered",
            f"{found.entered} of {n}",
            f"Passages of the top {n} that the first stage had below it: what the answer gains.",
        ),
        Figure(
            "Jaccard of the top",
            f"{found.jaccard:.2f}",
            f"Passages in both top {n}, as a part of those in either: 1 is the same set.",
        ),
        Figure(
            "RBO",
            f"{found.rbo:.2f}",
            f"Rank-biased overlap (p = {PERSISTENCE:g}): the first ranks weigh most; 1 is the same "
            "list, 0 has nothing in common.",
        ),
        Figure(
            "Kendall's tau",
            _tau(found.tau),
            "Pairs of passages kept in order against pairs turned around, over the whole list: "
            "+1 is the same order, 0 as good as shuffled, −1 reversed.",
        ),
    ]


def difference_panel(comparison: Comparison) -> None:
    """Draw the four numbers, folded away until somebody asks."""
    with st.popover("How different?", icon=":material/difference:"):
        shown = figures(difference(comparison))
        st.markdown("\n".join(f"- **{f.name} {f.value}** — {f.meaning}" for f in shown))
